import type { AgentSettings } from '../config/settings.js';
import type { DataRoot } from '../endpoint/local/layout/data-root.js';
import { peerUid } from '../endpoint/local/sys/socket-peer.js';
import { DmError } from '../model/error.js';
import type { Log } from '../observe/log.js';
import type { Metrics } from '../observe/metrics.js';
import type { CpuGovernor } from '../policy/cpu-governor.js';
import type { AgentCard } from '../rpc/agent-card.js';
import type { PeerLinks } from '../rpc/link/peer-links.js';
import type { BandwidthPacing } from '../rpc/pacing/bandwidth-pacing.js';
import type { AccessFor } from '../rpc/peer-access.js';
import { PeerServer } from '../rpc/peer-server.js';
import type { TicketOffice } from '../rpc/tickets/ticket-office.js';
import type { StateDatabase } from '../state/database.js';
import type { PeerLocks } from '../state/peer-locks.js';
import type { Clock } from '../util/clock.js';
import type { Lifecycle } from '../util/lifecycle.js';
import { allowingLines } from './grant-line.js';
import type { GrantStore } from './grant-store.js';
import type { OpenedLocalPlace } from './local-place.js';
import { peerAccess } from './peer-access.js';
import type { PeerDialer } from './peer-dialer.js';
import { PeerListener } from './peer-listener.js';
import { peerPlace } from './peer-place.js';
import { pickPort } from './pick-port.js';
import { TaskRunners } from './task-runner.js';
import type { TrustStore } from './trust-store.js';

export interface ServePeersOptions {
  readonly settings: AgentSettings;
  readonly card: AgentCard;
  readonly loopbackSocket: string;
}

export interface ServePeersModules {
  readonly database: StateDatabase;
  readonly local: OpenedLocalPlace;
  readonly roots: readonly DataRoot[];
  readonly trust: TrustStore;
  readonly grants: GrantStore;
  readonly locks: PeerLocks;
  readonly dialer: PeerDialer;
  readonly governor: CpuGovernor;
  readonly pacing: BandwidthPacing;
  readonly links: PeerLinks;
  readonly tickets: TicketOffice;
  readonly metrics: Pick<Metrics, 'peerRefused'>;
  readonly clock: Clock;
  readonly log: Log;
}

export interface ServedPeers {
  readonly accessFor: AccessFor;
  /** Null when peers may do nothing here. */
  readonly listener: PeerListener | null;
}

/** Serves this agent itself by its own socket, and peers as far as `--peer-access` goes. */
export async function servePeers(
  parts: Lifecycle,
  { settings, card, loopbackSocket }: ServePeersOptions,
  modules: ServePeersModules,
): Promise<ServedPeers> {
  const { database, local, roots, trust, grants, locks, dialer, governor } = modules;
  const { pacing, links, tickets, metrics, clock, log } = modules;
  const rules = () => ({
    ceiling: settings.peerAccess,
    roots: roots.map(({ path }) => path),
    grants: grants.grants,
    grantsOnly: grants.grantsOnly,
  });
  const accessFor = peerAccess({
    source: local.source,
    own: { ...local, unprivileged: local.unprivilegedTarget },
    tasks: new TaskRunners({ dialer, governor, log }),
    expirer: local.expirer,
    locks,
    onCall: (owner) => {
      if (!locks.holdsAny(owner)) return;
      locks
        .heardOf(owner)
        .catch((error: unknown) => log.error({ err: error }, 'a contact was not noted'));
    },
    peers: peerPlace(settings, { local, database }),
    rules,
  });
  parts.add(
    'loopback',
    await PeerServer.open(
      { listen: { kind: 'unix', path: loopbackSocket, peerUid }, card },
      {
        accessFor,
        tickets,
        verify: () => {
          throw new DmError('refused', 'the loopback socket takes no certificates');
        },
        onRefused: (who, error) =>
          log.warn({ peer: who, reason: error.message }, 'loopback refused'),
        onUnexpected: (method, error) =>
          log.error({ method, err: error }, 'a call failed unexpectedly'),
        now: () => clock.now(),
      },
    ),
  );
  if (settings.peerAccess.length > 0) {
    const { host } = settings.listen;
    const port = await pickPort(host, settings.listen.port);
    const opened = await PeerListener.open(
      { host, port, card },
      {
        trust,
        grants,
        pacing,
        links,
        accessFor,
        tickets,
        allowing: (data) => allowingLines(data, rules()),
        onRefused: (reason) => metrics.peerRefused(reason),
        clock,
        log,
      },
    );
    parts.add('peer listener', opened);
    return { accessFor, listener: opened };
  }
  return { accessFor, listener: null };
}
