import type { AgentSettings } from '../config/settings.js';
import type { DataRoot } from '../endpoint/local/layout/data-root.js';
import type { Places } from '../engine/places.js';
import type { JobQueue } from '../job/job-queue.js';
import type { JobStore } from '../job/job-store.js';
import type { Log } from '../observe/log.js';
import type { BasePolicies } from '../policy/base-policies.js';
import type { ClockGuard } from '../policy/clock-guard.js';
import type { Policies } from '../policy/policies.js';
import type { PolicyOutcomes } from '../policy/policy-outcomes.js';
import type { AgentCard } from '../rpc/agent-card.js';
import type { ControlService } from '../rpc/control-service.js';
import type { StateDatabase } from '../state/database.js';
import type { DatasetNumbers } from '../state/dataset-numbers.js';
import type { Clock } from '../util/clock.js';
import type { AccountStore } from './account-store.js';
import { accountHandlers } from './control/accounts.js';
import { backupHandlers } from './control/backups.js';
import { basePolicyHandlers } from './control/base-policies.js';
import { browseHandlers } from './control/browse.js';
import { certificateHandlers } from './control/certificates.js';
import { datasetHandlers } from './control/datasets.js';
import { grantHandlers } from './control/grants.js';
import { jobHandlers } from './control/jobs.js';
import { policyHandlers } from './control/policies.js';
import { reportHandlers } from './control/reports.js';
import { restoreHandlers } from './control/restore.js';
import { stateHandlers } from './control/state.js';
import { statusHandlers } from './control/status.js';
import { targetHandlers } from './control/targets.js';
import { throttlingHandlers } from './control/throttling.js';
import { upkeepHandlers } from './control/upkeep.js';
import type { DatasetLocks } from './dataset-locks.js';
import type { GrantStore } from './grant-store.js';
import type { OpenedLocalPlace } from './local-place.js';
import type { LocalTrees } from './local-trees.js';
import type { LockReleaser } from './lock-releaser.js';
import type { ObjectPlaces } from './object-places.js';
import type { ObjectUpkeep } from './object-upkeep.js';
import type { Overview } from './overview.js';
import type { PeerDialer } from './peer-dialer.js';
import type { ThrottlingStore } from './throttling-store.js';
import type { TrustStore } from './trust-store.js';
import type { UniqueSpace } from './unique-space.js';

export interface ControlServiceParts {
  readonly settings: AgentSettings;
  readonly listen: string;
  readonly card: AgentCard;
  readonly accounts: AccountStore;
  readonly trust: TrustStore;
  readonly grants: GrantStore;
  readonly uniqueSpace: UniqueSpace;
  readonly overview: Overview;
  readonly trees: LocalTrees;
  readonly database: StateDatabase;
  readonly dialer: PeerDialer;
  readonly places: Places;
  readonly objects: ObjectPlaces;
  readonly upkeep: ObjectUpkeep;
  readonly policies: Policies;
  readonly bases: BasePolicies;
  readonly outcomes: PolicyOutcomes;
  readonly queue: JobQueue;
  readonly jobs: JobStore;
  readonly roots: readonly DataRoot[];
  readonly numbers: DatasetNumbers;
  readonly local: OpenedLocalPlace;
  readonly throttling: ThrottlingStore;
  readonly locks: DatasetLocks;
  readonly releaser: LockReleaser;
  readonly clockGuard: ClockGuard;
  readonly clock: Clock;
  readonly random: () => number;
  readonly randomBytes: (length: number) => Buffer;
  readonly log: Log;
}

/** Everything that `dm` can ask of an agent. */
export function controlService(parts: ControlServiceParts): ControlService {
  const { settings, listen, card, accounts, trust, dialer, places, policies, queue, jobs } = parts;
  const { roots, numbers, local, clock, log, grants, overview, trees, database } = parts;
  const resolve = (ref: string) => accounts.resolve(ref);
  return {
    getAgent: async () => ({
      version: card.programVersion,
      system_guid: card.systemGuid,
      name: card.agentName,
      listen,
      roots: [...settings.roots],
      peer_access: [...settings.peerAccess],
      local_account_id: accounts.localId,
    }),
    ...certificateHandlers({ trust, clock }),
    ...grantHandlers({ grants, trust, roots, clock, ceiling: settings.peerAccess }),
    ...accountHandlers({
      accounts,
      policies,
      bases: parts.bases,
      limitsChanged: () => parts.queue.limitsChanged(),
      trust,
      dialer,
      clock,
      random: parts.random,
      randomBytes: parts.randomBytes,
      log,
      peerAccess: settings.peerAccess,
      own: settings,
      programVersion: card.programVersion,
    }),
    ...backupHandlers({
      accounts,
      clock,
      random: parts.random,
      randomBytes: parts.randomBytes,
    }),
    ...upkeepHandlers({ accounts, places, upkeep: parts.upkeep }),
    ...policyHandlers({
      policies,
      onDeleted: () => parts.releaser.wake(),
      bases: parts.bases,
      outcomes: parts.outcomes,
      queue,
      places,
      clock,
      resolve,
      defaults: { partial: settings.partial },
    }),
    ...basePolicyHandlers({ bases: parts.bases, resolve }),
    ...jobHandlers({ queue, store: jobs, policies, clock }),
    ...reportHandlers({ store: jobs, policies, clock }),
    ...datasetHandlers({
      places,
      resolve,
      localAccountId: accounts.localId,
      deleteLocal: async (number, signal) => {
        await local.deleteDataset(number, signal);
        parts.uniqueSpace.changed();
      },
      uniqueSpace: parts.uniqueSpace,
      isObjectAccount: (id) => accounts.isObject(id),
      locks: parts.locks,
      deleteBackup: async (account, number, signal) =>
        parts.objects.deleteDataset(await accounts.object(account), number, signal),
      deleteDamaged: async (account, ref, signal) =>
        parts.objects.deleteDamaged(await accounts.object(account), ref, signal),
    }),
    ...stateHandlers({ database, clockGuard: parts.clockGuard, clock, local }),
    ...statusHandlers({
      overview,
      queue,
      trees,
      localAccountId: accounts.localId,
      minFreePercent: settings.minFreePercent,
      clock,
      clockGuard: parts.clockGuard,
      database: parts.database,
    }),
    ...browseHandlers({
      places,
      resolve,
      onRead: (account, dataset) => parts.locks.browsed(account, dataset),
    }),
    ...restoreHandlers({ places, resolve, target: local.target }),
    ...targetHandlers({ roots, numbers, target: local.target }),
    ...throttlingHandlers({ throttling: parts.throttling }),
  };
}
