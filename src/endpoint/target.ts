import type { DatasetIdentity, DatasetInfo } from '../model/dataset.js';
import type { TreeId } from '../model/ids.js';
import type { ExistingFiles } from '../model/policy.js';
import type { TransferDetails } from '../model/transfer-details.js';
import type { Ack, ChangeBatch, EntryFailure, ResumePoint } from './change-stream.js';
import type { CompressionSwitch } from './compression/compression-switch.js';
import type { Base, DatasetFilter } from './source.js';

/** What lies at a target path before a receive. */
export interface TargetState {
  readonly kind: 'absent' | 'empty' | 'received' | 'origin' | 'released' | 'foreign';
  /** For `received`, `origin` and `released`: the tree and the dataset the live tree stands at. */
  readonly tree: TreeId | null;
  readonly head: Base | null;
  /** The directory of the recorded tree is no longer there, or another one stands in its place. */
  readonly gone?: boolean;
}

/** How a restore deals with what is there. Local places only take one. */
export interface RestoreRules {
  /**
   * Files that are there: none may be, they stay, those that differ are
   * replaced, all are. Nothing is ever deleted.
   */
  readonly existing: ExistingFiles;
  /** The target may be a tree that datasets are made of. */
  readonly inPlace: boolean;
  /** False leaves owners, modes, times and attributes out. */
  readonly metadata: boolean;
}

export interface Offer {
  readonly dataset: DatasetIdentity;
  /** Dataset that the live tree at the target stands at, or null for a first copy. */
  readonly base: Base | null;
  readonly subpaths: readonly Uint8Array[];
  readonly targetPath: Uint8Array;
  /** Keep the copy as a dataset of the place; false leaves plain files (restores). */
  readonly createDataset: boolean;
  readonly retention: Retention;
  /**
   * Who may go on with this tree: shown in `target_owned`. A peer adapter ignores it and the
   * serving side fills in the peer's identity.
   */
  readonly owner: string;
  readonly adopt: boolean;
  readonly reconnect: boolean;
  readonly onDrift: 'repair' | 'fail';
  /** Stop before the flip when more entries than this would be deleted; null is no limit. */
  readonly maxDelete: number | null;
  readonly lanes: number;
  /**
   * Names the job among those of its owner, the same at each attempt: a copy that leaves no dataset is known by it to
   * have ended. Absent: nobody will ask.
   */
  readonly job?: string;
  /**
   * At object accounts: one object for each file, instead of a backup in packs. Others ignore it.
   */
  readonly plain?: boolean;
  /** Absent: into nothing or an empty directory, with all metadata. */
  readonly restore?: RestoreRules;
}

export interface Retention {
  /** Seconds counted from the commit at that place; null keeps for ever. */
  readonly periodSeconds: number | null;
  readonly reserve: number;
}

export interface TargetProgress {
  readonly phase: 'checking' | 'applying' | 'syncing' | 'committed';
  readonly done: number;
  readonly total: number;
}

/** A place that datasets can be written to. */
export interface Target extends AsyncDisposable {
  listDatasets(filter: DatasetFilter, signal: AbortSignal): AsyncIterable<DatasetInfo>;
  /**
   * Refuses paths outside the roots, roots themselves, `.datamover` and
   * overlaps by code. Touches nothing.
   */
  inspect(path: Uint8Array, signal: AbortSignal): Promise<TargetState>;
  /**
   * Opens or resumes the one session of (target path, dataset). An older session's stream of the
   * same target is stopped first and fails with `session_superseded`. Refusals of contract section
   * "Receiving" are raised here, before anything is written.
   */
  begin(offer: Offer, signal: AbortSignal): Promise<ReceiveSession>;
}

export interface CommitRequest {
  /** Entries the source could not read or send: recorded with the dataset. */
  readonly failures: readonly EntryFailure[];
  /** `complete`: files that have not come are failures, too, and the rest is committed. */
  readonly partial: 'allow' | 'fail' | 'complete';
}

export interface CommitResult {
  readonly dataset: DatasetInfo;
  readonly statistics: TargetStatistics;
  /** Entries that failed as the copy was put in place, the first 1,000. */
  readonly failures: readonly EntryFailure[];
}

export interface TargetStatistics {
  readonly files: number;
  readonly dirs: number;
  readonly symlinks: number;
  readonly hardlinks: number;
  readonly special: number;
  readonly deleted: number;
  readonly moved: number;
  readonly repaired: number;
  readonly details: TransferDetails;
}

export interface ReceiveSession extends AsyncDisposable {
  /** Where the stream should go on; null starts it. */
  readonly resume: ResumePoint | null;
  /**
   * True when the dataset is committed already: only `commit` is left and returns the same result.
   */
  readonly committed: boolean;
  /**
   * Payloads may come compressed, and should while it is on. Absent: they must come as they are.
   */
  readonly compression?: CompressionSwitch;
  /**
   * Applies batches in order per lane; yields an ack at least once per 8 MiB applied. The caller
   * may run it again with further batches (files asked for by `needs`). Ends when the input ends.
   */
  write(batches: AsyncIterable<ChangeBatch>, signal: AbortSignal): AsyncIterable<Ack>;
  /**
   * Atomic and idempotent: after it the tree is the dataset and the record is durable.
   * Progress is told between. Fails with `partial` code data when `partial` is 'fail' and
   * anything failed, and with `dataset_incomplete` when anything has not come, unless
   * `partial` is 'complete' and the structure has.
   */
  commit(
    request: CommitRequest,
    onProgress: (progress: TargetProgress) => void,
    signal: AbortSignal,
  ): Promise<CommitResult>;
  /**
   * Drops staging; the target is as before `begin`. Not possible once a flip
   * has begun: then it is finished instead.
   */
  abort(signal: AbortSignal): Promise<void>;
}
