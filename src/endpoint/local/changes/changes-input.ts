import type { MapRoot } from '../../../catalog/map-root.js';
import type { Gfid } from '../../../model/ids.js';
import type { DatasetRecord } from '../layout/dataset-record.js';
import type { TreePlace } from './place-datasets.js';

/** Names of the tasks in worker-entry.ts. */
export const CHANGES_TASKS = {
  structure: 'changes.structure',
  content: 'changes.content',
  digests: 'changes.digests',
} as const;

/** A dataset and what it is compared with, both of one local tree. */
export interface ChangesInput {
  readonly place: TreePlace;
  readonly dataset: DatasetRecord;
  readonly base: DatasetRecord | null;
}

export interface StructureInput extends ChangesInput {
  readonly subpaths: readonly Uint8Array[];
  /** Of the CompressionSwitch of the stream; null when nothing is compressed. */
  readonly compression: SharedArrayBuffer | null;
}

export interface ContentInput extends StructureInput {
  readonly lane: number;
  readonly lanes: number;
  readonly token: Uint8Array | null;
  /** Only these, whole. */
  readonly files: readonly Gfid[] | null;
  /** File to write the digests into that were made on the way; null when they are not wanted. */
  readonly spillPath: string | null;
}

/** Why digests were given up, for the log; null when they were not. */
export type ContentResult = { readonly digestsLost: string | null };

export interface DigestsInput extends ChangesInput {
  /** Files that the lanes wrote; deleted afterwards. */
  readonly spills: readonly string[];
}

export interface DigestsResult {
  readonly content: MapRoot | null;
  /** Every leaf of every file has a digest. */
  readonly full: boolean;
}
