import type { Gfid } from '../../model/ids.js';
import type { FileFailure } from './file-failure.js';

/** What a worker thread is given of one lane. */
export interface LaneBatch {
  readonly token: Uint8Array;
  readonly payload: Uint8Array;
  readonly rawBytes?: number;
}

export interface LaneFailure extends FileFailure {
  readonly path: Uint8Array;
}

/** What a worker thread tells of one batch. */
export interface LaneOutcome {
  readonly token: Uint8Array;
  readonly needs: readonly Gfid[];
  readonly failures: readonly LaneFailure[];
}
