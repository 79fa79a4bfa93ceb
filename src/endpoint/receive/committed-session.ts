import type { DatasetInfo } from '../../model/dataset.js';
import { DmError } from '../../model/error.js';
import { NO_DETAILS } from '../../model/transfer-details.js';
import type { Ack } from '../change-stream.js';
import type { CommitResult, ReceiveSession, TargetStatistics } from '../target.js';

const NO_STATISTICS: TargetStatistics = {
  files: 0,
  dirs: 0,
  symlinks: 0,
  hardlinks: 0,
  special: 0,
  deleted: 0,
  moved: 0,
  repaired: 0,
  details: NO_DETAILS,
};

/** What `begin` gives for a dataset that the target holds already. */
export class CommittedSession implements ReceiveSession {
  readonly resume = null;
  readonly committed = true;
  readonly #dataset: DatasetInfo;

  constructor(dataset: DatasetInfo) {
    this.#dataset = dataset;
  }

  async *write(): AsyncGenerator<Ack> {
    yield* [];
    throw new DmError(
      'already_exists',
      'the dataset is at the target already; only commit is left',
    );
  }

  async commit(): Promise<CommitResult> {
    return { dataset: this.#dataset, statistics: NO_STATISTICS, failures: [] };
  }

  async abort(): Promise<void> {}

  async [Symbol.asyncDispose](): Promise<void> {}
}
