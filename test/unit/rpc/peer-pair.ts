import { randomBytes } from 'node:crypto';
import type { TaskRunner } from '../../../src/endpoint/copy-task.js';
import type { CompressionMode } from '../../../src/model/compression.js';
import { DmError } from '../../../src/model/error.js';
import { parseSystemGuid } from '../../../src/model/ids.js';
import { PEER_RIGHTS, type PeerRight } from '../../../src/model/peer-right.js';
import type { AgentCard } from '../../../src/rpc/agent-card.js';
import type { BandwidthPacing } from '../../../src/rpc/pacing/bandwidth-pacing.js';
import type { AccessFor } from '../../../src/rpc/peer-access.js';
import { PeerChannel } from '../../../src/rpc/peer-channel.js';
import type { TlsDial } from '../../../src/rpc/peer-dial.js';
import { PeerServer, type PeerServerOptions } from '../../../src/rpc/peer-server.js';
import { TicketOffice } from '../../../src/rpc/tickets/ticket-office.js';
import { parseCertificate } from '../../../src/security/certificate.js';
import type { TlsRole } from '../../../src/security/certificate-rules.js';
import { parseCrl } from '../../../src/security/crl.js';
import { everywhere } from '../../../src/security/grants.js';
import type { TlsMaterial } from '../../../src/security/tls-material.js';
import { type PeerIdentity, verifyPeer } from '../../../src/security/trust.js';
import { type TestCertificate, testPki } from '../../support/certificates.js';
import type { MemoryPlace } from '../../support/memory-endpoint.js';

/** For places that carry out nothing for others. */
export const NO_TASKS: TaskRunner = {
  run: () => Promise.reject(new Error('no tasks in this test')),
};

/** What one side trusts; change it while it runs. */
export interface TestTrust {
  cas: readonly TestCertificate[];
  crls: readonly string[];
  revoked: ReadonlySet<string>;
}

export function trustOf(...cas: readonly TestCertificate[]): TestTrust {
  return { cas, crls: [], revoked: new Set() };
}

export function verifier(
  trust: TestTrust,
  role: TlsRole,
): (chain: readonly Uint8Array[]) => PeerIdentity {
  return (chain) =>
    verifyPeer({
      chain,
      trustedCas: trust.cas.map(({ certPem }) => parseCertificate(certPem)),
      crls: trust.crls.map(parseCrl),
      revokedFingerprints: trust.revoked,
      now: new Date(),
      role,
    });
}

export function materialOf(
  identity: TestCertificate,
  ca: TestCertificate = testPki().ca,
): TlsMaterial {
  return {
    caPems: [ca.certPem],
    certPem: identity.certPem,
    keyPem: identity.keyPem,
    crlPems: [],
  };
}

export const SERVER_CARD: AgentCard = {
  programVersion: '0.1.0-server',
  systemGuid: parseSystemGuid('A1'.repeat(18)),
  agentName: 'server',
};
export const CLIENT_CARD: AgentCard = {
  programVersion: '0.1.0-client',
  systemGuid: parseSystemGuid('B2'.repeat(18)),
  agentName: 'client',
};

export interface TestServer extends AsyncDisposable {
  readonly server: PeerServer;
  readonly trust: TestTrust;
  readonly refused: { readonly who: string; readonly error: Error }[];
  /** Addresses of those who left during the handshake. */
  readonly hungUp: string[];
  /** Defects that calls ran into. Closing throws the first one; take out those a test is about. */
  readonly unexpected: unknown[];
  /** What callers may do; change it while it runs. */
  readonly allowed: Set<PeerRight>;
}

/** A peer server of the identity "alpha" over a place in memory. */
export async function testServer(
  place: MemoryPlace,
  options: Partial<PeerServerOptions> & {
    accessFor?: AccessFor;
    pacing?: BandwidthPacing;
    tickets?: TicketOffice;
  } = {},
): Promise<TestServer> {
  const { ca, alpha } = testPki();
  const trust = trustOf(ca);
  const refused: { who: string; error: Error }[] = [];
  const hungUp: string[] = [];
  const unexpected: unknown[] = [];
  const allowed = new Set<PeerRight>(PEER_RIGHTS);
  const { accessFor, pacing, tickets, ...rest } = options;
  const server = await PeerServer.open(
    {
      listen: { kind: 'tls', host: '127.0.0.1', port: 0, material: materialOf(alpha) },
      card: SERVER_CARD,
      ...rest,
    },
    {
      accessFor:
        accessFor ??
        (() => ({
          source: place,
          target: place,
          maker: place,
          expirer: place,
          locker: place,
          tasks: NO_TASKS,
          reach: everywhere([...allowed], [Buffer.from('/data')]),
        })),
      verify: verifier(trust, 'client'),
      onRefused: (who, error) => refused.push({ who, error }),
      onHungUp: (who) => void hungUp.push(who),
      tickets: tickets ?? new TicketOffice({ randomBytes, uptime: () => performance.now() }),
      onUnexpected: (_method, error) => unexpected.push(error),
      now: () => Date.now(),
      ...(pacing !== undefined && { pacing }),
    },
  );
  const close = async () => {
    await server.close();
    if (unexpected.length > 0) throw unexpected[0];
  };
  return { server, trust, refused, hungUp, unexpected, allowed, [Symbol.asyncDispose]: close };
}

/** A channel of the identity "beta" to an address on this machine. */
export function testChannel(
  port: number,
  change: Partial<TlsDial> & {
    card?: AgentCard;
    window?: number;
    pacing?: BandwidthPacing;
    ticket?: Uint8Array;
    compression?: CompressionMode;
  } = {},
): PeerChannel {
  const { ca, beta } = testPki();
  const { card = CLIENT_CARD, window, pacing, ticket, compression, ...dial } = change;
  return new PeerChannel({
    dial: {
      kind: 'tls',
      addresses: [`127.0.0.1:${port}`],
      strictHostname: false,
      material: () => materialOf(beta),
      verify: verifier(trustOf(ca), 'server'),
      admit: () => undefined,
      ...dial,
    },
    card,
    ...(window !== undefined && { window }),
    ...(pacing !== undefined && { pacing }),
    ...(ticket !== undefined && { ticket }),
    ...(compression !== undefined && { compression }),
  });
}

/** The DmError that some work fails with. */
export async function failureOf(work: Promise<unknown>): Promise<DmError> {
  try {
    await work;
  } catch (error) {
    if (error instanceof DmError) return error;
    throw error;
  }
  throw new Error('it did not fail');
}

export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}
