import type { DatasetId } from '../../../model/ids.js';
import type { DatasetRecord } from '../layout/dataset-record.js';
import type { LocalTreeId } from '../layout/local-tree.js';

export interface VerifyInput {
  /** Absolute path of the data root. */
  readonly root: Uint8Array;
  readonly localTree: LocalTreeId;
  readonly id: DatasetId;
}

export type VerifyMessage =
  | { readonly kind: 'progress'; readonly files: number; readonly bytes: bigint }
  | {
      readonly kind: 'bad';
      /** Path below the base; empty for the catalog itself. */
      readonly path: Uint8Array;
      readonly code: string;
      readonly message: string;
    };

export interface VerifyResult {
  readonly files: number;
  readonly bytes: bigint;
  readonly bad: number;
  /** Files whose digests were made now, for there were none to compare with. */
  readonly digestsMade: number;
  /**
   * Files of a received dataset without digests: they could be read, and that is all that is known.
   */
  readonly withoutDigests: number;
  /** The dataset with the digests made; as it was when none were. */
  readonly record: DatasetRecord;
}
