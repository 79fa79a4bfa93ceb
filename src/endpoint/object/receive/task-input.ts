import type { CatalogRoots } from '../../../catalog/catalog-roots.js';
import type { PackId } from '../../../catalog/page-store.js';
import type { DatasetIdentity, DatasetState } from '../../../model/dataset.js';
import type { Gfid } from '../../../model/ids.js';
import type { ObjectPackKind } from '../../../repository/object-layout.js';
import type { RepositoryId } from '../../../repository/repository-id.js';
import type { RepositoryMaps } from '../../../repository/repository-record.js';
import type { EntryFailure, ResumePoint } from '../../change-stream.js';
import type { FileFailure } from '../../receive/file-failure.js';
import type { LaneOutcome } from '../../receive/lane-messages.js';
import type { TargetStatistics } from '../../target.js';
import type { PlainMessage } from './plain-sender.js';

/** Names of the tasks that worker threads run for backups. */
export const OBJECT_RECEIVE_TASKS = {
  checkBase: 'object.checkBase',
  resume: 'object.resume',
  structure: 'object.structure',
  lane: 'object.lane',
  commit: 'object.commit',
  mergeIndex: 'object.mergeIndex',
} as const;

/** What a task of a backup starts from. */
export interface ObjectTaskInput {
  /** Path of the work directory. */
  readonly work: string;
  readonly repository: RepositoryId;
  readonly master: Uint8Array | null;
  /** Memory of the table of segments. */
  readonly table: SharedArrayBuffer;
  /** Memory of the set of data packs that new datasets may name. */
  readonly usable: SharedArrayBuffer;
  /** Data packs are gone that the base refers to: what it has of a file may not be whole. */
  readonly isBaseLacking: boolean;
}

/** Memory of the sets of packs that are in the store. */
export type StoredMemory = Readonly<Record<ObjectPackKind, SharedArrayBuffer>>;

export interface ObjectCheckInput extends ObjectTaskInput {
  readonly stored: StoredMemory;
}

export interface MergeIndexInput {
  /** Path of the work directory. */
  readonly work: string;
  readonly repository: RepositoryId;
  readonly master: Uint8Array | null;
  readonly runs: readonly PackId[];
}

export interface ObjectResumeResult {
  /** Null when nothing was received that counts. */
  readonly point: ResumePoint | null;
  /** Bytes of each lane's log that count. */
  readonly logs: readonly number[];
  /** Files that were asked for whole and have not come. */
  readonly needs: readonly Gfid[];
}

export interface ObjectStructureResult {
  readonly needs: readonly Gfid[];
  readonly dataset: DatasetIdentity;
  readonly maps: CatalogRoots;
  /** Page packs that were made. */
  readonly pagePacks: readonly PackId[];
}

export interface ObjectLaneInput extends ObjectTaskInput {
  readonly lane: number;
  /** Memory of the slots for packs. */
  readonly slots: SharedArrayBuffer;
  /** Bytes of the lane's log that count. */
  readonly log: number;
  /** Files sent on request: the tokens of this stream say nothing about where the lane itself stands. */
  readonly onRequest: boolean;
}

/** What a lane tells: a batch is applied, or a pack or part of a plain object is to be uploaded. */
export type ObjectLaneMessage =
  | PlainMessage
  | ({ readonly kind: 'ack' } & LaneOutcome)
  | {
      readonly kind: 'pack';
      readonly pack: PackId;
      readonly slot: number;
      readonly length: number;
    };

export interface ObjectLaneResult {
  /** Bytes of the log now. */
  readonly log: number;
}

export interface ObjectCommitInput extends ObjectTaskInput {
  /** Entries the source could not send, beside those in the stream. */
  readonly failures: readonly FileFailure[];
  /** `complete`: what has not come has failed. */
  readonly partial: 'allow' | 'fail' | 'complete';
  /** Null when the packs of the base are known to be there. */
  readonly stored: StoredMemory | null;
}

export interface ObjectCommitResult {
  readonly maps: RepositoryMaps;
  readonly dataset: DatasetIdentity;
  readonly state: DatasetState;
  readonly statistics: TargetStatistics;
  /** What failed because it had not come. */
  readonly failures: readonly EntryFailure[];
  readonly pagePacks: readonly PackId[];
  /** Run of the segments that the session stored, in the directory of its runs; null when it stored none. */
  readonly indexRun: PackId | null;
  /** Packs that it would refer to, and that are not there. */
  readonly lost: readonly PackId[];
}
