import { performance } from 'node:perf_hooks';
import { type PeerAccount, parseDmUri } from '../../model/account.js';
import { DEFAULT_COMPRESSION, parseCompression } from '../../model/compression.js';
import { asDmError, DmError } from '../../model/error.js';
import { type AccountId, LOOPBACK_ACCOUNT_ID } from '../../model/ids.js';
import type { Log } from '../../observe/log.js';
import type { CreateAccountRequest__Output } from '../../rpc/generated/control/datamover/v1/CreateAccountRequest.js';
import type { ModifyAccountRequest__Output } from '../../rpc/generated/control/datamover/v1/ModifyAccountRequest.js';
import type { ObjectAccountOptions__Output } from '../../rpc/generated/control/datamover/v1/ObjectAccountOptions.js';
import type { PingAccountReply } from '../../rpc/generated/control/datamover/v1/PingAccountReply.js';
import type { PingAccountRequest__Output } from '../../rpc/generated/control/datamover/v1/PingAccountRequest.js';
import type { PeerChannel } from '../../rpc/peer-channel.js';
import { parsePin } from '../../security/pin.js';
import type { Clock } from '../../util/clock.js';
import { escapePath } from '../../util/escape.js';
import type { AccountStore } from '../account-store.js';
import type { PeerDialer } from '../peer-dialer.js';
import type { TrustStore } from '../trust-store.js';
import { checkedBriefcase, pingCount, refuseLongUri } from './account-fields.js';

const MAX_TASKS = 256;
const DEFAULT_PING_TIMEOUT_MS = 10_000;
/** How long creating an account waits for the peer, to pin it at once. */
const FIRST_CONTACT_MS = 5_000;

export interface PeerAccountModules {
  readonly accounts: AccountStore;
  readonly trust: TrustStore;
  readonly dialer: PeerDialer;
  readonly clock: Clock;
  readonly log: Log;
  /** What peers may do here. */
  readonly peerAccess: readonly string[];
  readonly programVersion: string;
}

/** Stores an account of another agent, and pins the peer when it can be reached at once. */
export async function createPeerAccount(
  request: CreateAccountRequest__Output,
  modules: PeerAccountModules,
): Promise<string> {
  const { accounts, dialer, trust, clock, log } = modules;
  if (request.auth_mode !== '' && request.auth_mode !== 'CERTIFICATE') {
    throw new DmError(
      'invalid_argument',
      `--auth-mode "${request.auth_mode}" does not fit a DM account; it is CERTIFICATE`,
    );
  }
  const account = await accounts.create({
    name: request.name,
    type: 'DM',
    uri: checkedUri(request.uri),
    caCertificateId:
      request.ca_certificate_id === '' ? '' : trust.find('ca', request.ca_certificate_id).id,
    clientCertificateId:
      request.client_certificate_id === ''
        ? ''
        : trust.find('identity', request.client_certificate_id).id,
    pin:
      request.peer_fingerprint === ''
        ? null
        : parsePin(request.peer_fingerprint, new Date(clock.now())),
    briefcase: checkedBriefcase(request.briefcase),
    maxTasks: maxTasks(request.object) ?? 0,
    compression:
      request.compression === '' ? DEFAULT_COMPRESSION : parseCompression(request.compression),
  });
  try {
    const channel = await dialer.dial(account.id, AbortSignal.timeout(FIRST_CONTACT_MS));
    await channel.close();
  } catch (error) {
    // The peer may not be up yet: it is pinned at first contact then,
    // and `ping` tells what is wrong.
    log.info(
      { account: account.name, reason: asDmError(error, 'first contact').message },
      'peer not reached yet',
    );
  }
  return account.id;
}

/** Changes what the request names. */
export function modifyPeerAccount(
  id: AccountId,
  request: ModifyAccountRequest__Output,
  modules: PeerAccountModules,
): Promise<PeerAccount> {
  const { accounts, trust, clock } = modules;
  const tasks = maxTasks(request.object);
  return accounts.modifyPeer(id, (account) => {
    const { name, uri, briefcase, compression } = request;
    const ca = request.ca_certificate_id;
    const identity = request.client_certificate_id;
    const pin = request.peer_fingerprint;
    return {
      ...account,
      ...(name === undefined ? {} : { name }),
      ...(uri === undefined ? {} : { uri: checkedUri(uri) }),
      ...(tasks === undefined ? {} : { maxTasks: tasks }),
      ...(compression === undefined ? {} : { compression: parseCompression(compression) }),
      ...(briefcase === undefined ? {} : { briefcase: checkedBriefcase(briefcase) }),
      ...(ca === undefined ? {} : { caCertificateId: ca === '' ? '' : trust.find('ca', ca).id }),
      ...(identity === undefined
        ? {}
        : { clientCertificateId: identity === '' ? '' : trust.find('identity', identity).id }),
      ...(pin === undefined
        ? {}
        : { pin: pin === 'relearn' ? null : parsePin(pin, new Date(clock.now())) }),
    };
  });
}

/** Of the options that object accounts have, a peer has one. */
function maxTasks(options: ObjectAccountOptions__Output | null): number | undefined {
  const { max_tasks: tasks, ...others } = options ?? {};
  // Beside each option that was given stands one with an underscore, which says so.
  if (Object.keys(others).some((name) => name !== '_max_tasks')) {
    throw new DmError(
      'invalid_argument',
      'options of object accounts do not fit a DM account; leave them out',
    );
  }
  if (tasks !== undefined && tasks > MAX_TASKS) {
    throw new DmError('invalid_argument', `--max-tasks ${tasks} is above ${MAX_TASKS}`);
  }
  return tasks;
}

/** Greets the peer of an account, or this agent through its loopback. */
export async function pingPeerAccount(
  id: AccountId,
  request: PingAccountRequest__Output,
  modules: PeerAccountModules,
  signal: AbortSignal,
): Promise<PingAccountReply> {
  const { accounts, dialer } = modules;
  const timeout = AbortSignal.any([
    signal,
    AbortSignal.timeout(request.timeout_ms || DEFAULT_PING_TIMEOUT_MS),
  ]);
  const channel = id === LOOPBACK_ACCOUNT_ID ? dialer.loopback() : await dialer.dial(id, timeout);
  try {
    const hello = await channel.hello(timeout);
    return {
      uri: id === LOOPBACK_ACCOUNT_ID ? 'loopback' : (await accounts.get(id)).uri,
      round_trip_ms: await roundTrip(channel, pingCount(request), timeout),
      local_version: modules.programVersion,
      peer_version: hello.programVersion,
      protocol: hello.protocol,
      peer_name: hello.agentName,
      peer_system_guid: hello.systemGuid,
      peer_fingerprint: hello.identity?.spki ?? '',
      allowed_there: [...hello.allowed],
      allowed_here: [...modules.peerAccess],
      roots_there: hello.roots.map(escapePath),
    };
  } finally {
    await channel.close();
  }
}

/** Best of `count` exchanges, in milliseconds with three digits. */
async function roundTrip(
  channel: PeerChannel,
  count: number,
  signal: AbortSignal,
): Promise<number> {
  let best = Number.POSITIVE_INFINITY;
  for (let index = 0; index < count; index++) {
    const start = performance.now();
    await channel.roundTrip(signal);
    best = Math.min(best, performance.now() - start);
  }
  return Math.round(best * 1000) / 1000;
}

function checkedUri(uri: string): string {
  refuseLongUri(uri);
  if (parseDmUri(uri) === null) {
    throw new DmError(
      'invalid_argument',
      `--uri "${uri.slice(0, 100)}" must be dm://host:port[,host:port]`,
    );
  }
  return uri;
}
