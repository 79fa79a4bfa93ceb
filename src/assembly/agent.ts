import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { AgentSettings } from '../config/settings.js';
import { DataRoot } from '../endpoint/local/layout/data-root.js';
import { readBootId } from '../endpoint/local/sys/boot-id.js';
import { peerUid } from '../endpoint/local/sys/socket-peer.js';
import { asDmError } from '../model/error.js';
import { cpuTimes } from '../observe/cpu-times.js';
import { HttpServer } from '../observe/http-server.js';
import type { Log } from '../observe/log.js';
import { ClockGuard, describeSuspicion } from '../policy/clock-guard.js';
import { CpuGovernor } from '../policy/cpu-governor.js';
import { ControlServer } from '../rpc/control-server.js';
import { PeerLinks } from '../rpc/link/peer-links.js';
import { BandwidthPacing } from '../rpc/pacing/bandwidth-pacing.js';
import { TicketOffice } from '../rpc/tickets/ticket-office.js';
import { StateDatabase } from '../state/database.js';
import { DatasetNumbers } from '../state/dataset-numbers.js';
import { PeerDatasets } from '../state/peer-datasets.js';
import { openRequestPrefix, openSystemGuid } from '../state/system-identity.js';
import type { Clock } from '../util/clock.js';
import { Lifecycle } from '../util/lifecycle.js';
import { programVersion } from '../util/program-version.js';
import { WorkerPool } from '../worker/pool.js';
import { AccountStore } from './account-store.js';
import { controlService } from './control-service.js';
import { GrantStore } from './grant-store.js';
import { openLocalPlace } from './local-place.js';
import { ObjectPlaces } from './object-places.js';
import { ObjectUpkeep } from './object-upkeep.js';
import { AccountPlaces } from './open-places.js';
import { OwnTickets } from './own-tickets.js';
import { PeerDialer } from './peer-dialer.js';
import { PeerExpiry } from './peer-expiry.js';
import { openPolicyWork, type PolicyWork } from './policy-work.js';
import { type ServedPeers, servePeers } from './serve-peers.js';
import { prepareStateDirectory } from './state-directory.js';
import { StateWatch } from './state-watch.js';
import { warnOfMisplaced } from './store-place.js';
import { ThrottlingStore } from './throttling-store.js';
import { TrustStore } from './trust-store.js';
import { unready } from './unready.js';

/** Threads kept for file work; more are started while streams wait for each other. */
const WORKERS = 4;
const WORKER_ENTRY = new URL('./worker-entry.js', import.meta.url);
/** Content lanes of a copy between hosts: more than the cores of a small host gain nothing. */
const LANES = 2;
/** Of a copy between two places of this host, where each lane takes two threads; with more of them than cores it is slower. */
const LANES_WITHIN = Math.max(1, Math.min(LANES, Math.floor(availableParallelism() / 2)));

export interface AgentModules {
  readonly log: Log;
  readonly clock: Clock;
  /** Milliseconds since the host started, whatever is done to the clock. */
  readonly uptime: () => number;
  readonly random: () => number;
  readonly randomBytes: (length: number) => Buffer;
}

export interface Agent extends AsyncDisposable {
  /** Where metrics are served; "" when they are not. */
  readonly http: string;
  /**
   * "host:port" that peers are served at, or will be as soon as there are
   * certificates; "" without a listener.
   */
  readonly listen: string;
}

/**
 * Starts an agent, one part after the other; disposing stops them in reverse order. When a part
 * does not start, those before it are stopped and the error is thrown.
 */
export async function startAgent(settings: AgentSettings, modules: AgentModules): Promise<Agent> {
  const parts = new Lifecycle();
  try {
    const addresses = await startParts(parts, settings, modules);
    return { ...addresses, [Symbol.asyncDispose]: () => parts[Symbol.asyncDispose]() };
  } catch (error) {
    await parts[Symbol.asyncDispose]();
    throw error;
  }
}

async function startParts(
  parts: Lifecycle,
  settings: AgentSettings,
  modules: AgentModules,
): Promise<{ listen: string; http: string }> {
  const { log, clock } = modules;
  prepareStateDirectory(settings.stateDir);
  const database = parts.add('state', await StateDatabase.open(join(settings.stateDir, 'db')));
  parts.add('state watch', new StateWatch({ database, clock, log }));
  const guid = await openSystemGuid(database, {
    randomBytes: modules.randomBytes,
    now: () => clock.now(),
  });
  const requestPrefix = await openRequestPrefix(database, guid);
  const clockGuard = parts.add(
    'clock guard',
    await ClockGuard.open({
      ...{ database, clock, uptime: modules.uptime, bootId: readBootId() },
      onSuspect: (suspicion) => log.error(suspicion, describeSuspicion(suspicion)),
      onError: (error) => log.error({ err: error }, 'the clock could not be recorded'),
    }),
  );
  const trustedNow = () => clockGuard.trustedNow();
  const datingNow = () => clockGuard.datingNow();
  const trust = await TrustStore.open({ database, clock });
  const grants = await GrantStore.open({ database });
  const accounts = new AccountStore({ guid }, { database, randomBytes: modules.randomBytes });
  await warnOfMisplaced(accounts.list(), settings, log);
  const numbers = new DatasetNumbers({ database });
  const roots = settings.roots.map((path) =>
    parts.add(`root ${path}`, DataRoot.open(Buffer.from(path))),
  );
  for (const root of roots) root.lock();
  const pool = parts.add(
    'workers',
    new WorkerPool({ size: WORKERS, entry: WORKER_ENTRY }, { log }),
  );
  const local = await openLocalPlace(
    { roots, guid, minFreePercent: settings.minFreePercent },
    {
      ...{ numbers, pool, database, datingNow, log, randomBytes: modules.randomBytes },
      ...{ locks: () => work.locks.of(accounts.localId), trustedNow },
    },
  );

  const card = { programVersion: programVersion(), systemGuid: guid, agentName: settings.name };
  const loopbackSocket = join(settings.stateDir, 'loopback.sock');
  const pacing = new BandwidthPacing({
    wall: () => clock.now(),
    now: () => performance.now(),
  });
  const governor = parts.add('governor', new CpuGovernor({ clock, times: cpuTimes }));
  const throttling = await ThrottlingStore.open({
    database,
    apply: (rules, cpu) => {
      pacing.setRules(rules);
      governor.settings = cpu;
    },
  });
  const links = new PeerLinks((peer, compressed) =>
    log.info(
      { peer },
      compressed ? 'the link is slow: batches are compressed' : 'batches go as they are again',
    ),
  );
  const dialer = new PeerDialer(
    { card, loopbackSocket },
    { accounts, trust, pacing, links, clock, log },
  );
  const workPath = join(settings.stateDir, 'object');
  const signing = {
    signer: () => trust.signer(),
    recordRefusal: trust.recordRefusal.bind(trust),
    signerRefusal: trust.signerRefusal.bind(trust),
  };
  const upkeep = new ObjectUpkeep({ workPath, guid }, { ...modules, accounts, ...signing });
  const objects = new ObjectPlaces(
    { workPath },
    {
      ...{ ...modules, ...signing, accounts, pool },
      ...{ locks: (accountId) => work.locks.of(accountId), trustedNow, datingNow },
    },
  );
  const tickets = new TicketOffice(modules);
  const ownTickets = new OwnTickets({
    ...{ tickets, trust, listen: () => peers.listener?.address ?? '' },
    accessFor: (caller) => peers.accessFor(caller),
  });
  const places = new AccountPlaces(
    { localAccountId: accounts.localId },
    { local, dialer, objects, accounts, tickets: ownTickets },
  );
  const work: PolicyWork = await openPolicyWork(
    parts,
    { settings, requestPrefix, lanes: { between: LANES, within: LANES_WITHIN } },
    {
      ...{ database, accounts, places, local, roots, trust, pool, governor },
      ...{ clock, uptime: modules.uptime, clockGuard, random: modules.random, log },
    },
  );
  const peers: ServedPeers = await servePeers(
    parts,
    { settings, card, loopbackSocket },
    {
      ...{ database, local, roots, trust, grants, dialer, governor, pacing, links, tickets },
      ...{ locks: work.peerLocks, metrics: work.metrics, clock, log },
    },
  );
  const listen = peers.listener?.address ?? '';
  const { queue, scheduler, metrics } = work;
  // Before anybody can ask for a run: a policy has one job at a time.
  await queue.resume();
  parts.add(
    'control',
    await ControlServer.open(
      { path: settings.socket },
      {
        service: controlService({
          ...work,
          ...{ settings, listen, card, accounts, trust, grants, dialer, places, upkeep, roots },
          objects,
          ...{ numbers, local, throttling, clockGuard, database, clock, log },
          random: modules.random,
          randomBytes: modules.randomBytes,
        }),
        peerUid,
        onUnexpected: (method, error) =>
          log.error({ method, err: error }, 'a call failed unexpectedly'),
        onRefused: (who, error) =>
          log.warn(
            { caller: who, reason: asDmError(error, 'control').message },
            'control call refused',
          ),
      },
    ),
  );
  parts.add('scheduler', scheduler).start();
  const made = new PeerDatasets({ database });
  parts.add('peer expiry', new PeerExpiry({ expirer: local.expirer, made, clock, log }));
  let http = '';
  if (settings.http !== null) {
    const server = await HttpServer.open(settings.http, {
      metrics: () => metrics.text(),
      unready: async () => unready(database, roots),
      onUnexpected: (path, error) => log.error({ path, err: error }, 'a request failed'),
    });
    http = parts.add('http', server).address;
  }
  pool.warm(LANES);
  return { listen, http };
}
