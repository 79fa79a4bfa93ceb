import type { SystemGuid } from '../../../model/ids.js';
import type { ObjectStore } from '../../../repository/object-store.js';
import type { Clock } from '../../../util/clock.js';
import type { Repository } from '../repository.js';
import type { NumberReads } from './number-reads.js';
import type { SigningModules } from './replace-record.js';

/** Steps of a prune, in the order in which they are gone through. */
export const PRUNE_STEPS = [
  'leftovers',
  'marking',
  'repacking',
  'dooming',
  'waiting',
  'checking',
  'deleting',
  'finishing',
] as const;
export type PruneStep = (typeof PRUNE_STEPS)[number];

export interface PruneOptions {
  /** Between the list of what is to be deleted and the deletion, by the store's clock. */
  readonly graceMs: number;
  /** What nothing refers to is left alone until it is so old: a backup that is under way has put it there, perhaps. */
  readonly leftoverMs: number;
  /** Packs of which datasets use a smaller part are packed anew; 0 packs none. */
  readonly repackBelow: number;
  readonly dryRun: boolean;
  /** Wait for the grace; else the next prune deletes. */
  readonly wait: boolean;
}

/** Reasons are given in docs/object-format.md. */
export const PRUNE_DEFAULTS: PruneOptions = {
  graceMs: 24 * 60 * 60 * 1000,
  leftoverMs: 7 * 24 * 60 * 60 * 1000,
  repackBelow: 1 / 3,
  dryRun: false,
  wait: true,
};

export interface PruneProgress {
  readonly step: PruneStep;
  /** Packs. */
  readonly done: number;
  readonly total: number;
  /** While waiting: when the grace ends, by the store's clock; else 0. */
  readonly untilMs: number;
}

/** What a prune did, or would do. */
export interface PruneSummary {
  packsDeleted: number;
  /** Bytes of deleted packs. */
  bytesFreed: number;
  /** Bytes of deleted packs that a versioned store keeps, as old versions, until its locks and its own rules let them go. */
  bytesKeptAsVersions: number;
  /** Packs listed for deletion, whose grace has not ended. */
  packsDoomed: number;
  bytesDoomed: number;
  /** When their grace ends, by the store's clock; 0 when none are listed. */
  doomedUntilMs: number;
  /** Packs of which little was used, and the bytes of new packs with what was; in a dry run without pages that name what moves. */
  packsRepacked: number;
  bytesRepacked: number;
  /** Packs that nothing refers to and that are too young to be leftovers. */
  packsYoung: number;
  bytesYoung: number;
  uploadsDropped: number;
  /** Numbers of datasets that are gone. */
  numbersDropped: number;
}

export function emptySummary(): PruneSummary {
  return {
    packsDeleted: 0,
    bytesFreed: 0,
    bytesKeptAsVersions: 0,
    packsDoomed: 0,
    bytesDoomed: 0,
    doomedUntilMs: 0,
    packsRepacked: 0,
    bytesRepacked: 0,
    packsYoung: 0,
    bytesYoung: 0,
    uploadsDropped: 0,
    numbersDropped: 0,
  };
}

export interface PruneModules extends SigningModules {
  readonly repository: Repository;
  readonly store: ObjectStore;
  readonly numbers: NumberReads;
  readonly clock: Clock;
  /** This agent: it may go on with what it began itself. */
  readonly owner: SystemGuid;
  /** For sorted files; it is there, and empty. */
  readonly scratch: string;
}
