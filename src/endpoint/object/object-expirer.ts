import type { DatasetInfo } from '../../model/dataset.js';
import type { ObjectStore } from '../../repository/object-store.js';
import {
  type DatasetExpirer,
  type ExpiryProgress,
  type ExpiryResult,
  expireDatasets,
} from '../dataset-expirer.js';
import type { Source } from '../source.js';
import { type DeleteModules, deleteStoredDataset } from './delete-dataset.js';

export interface ObjectExpirerModules {
  readonly store: ObjectStore;
  readonly sessions: DeleteModules['sessions'];
  readonly source: Pick<Source, 'listDatasets'>;
  /** Who needs which dataset of the account now. */
  readonly locks: () => Promise<(dataset: DatasetInfo) => readonly string[]>;
  /** The time, if the clock can be trusted; else `clock_suspect`. */
  readonly now: () => Promise<number>;
}

/** Expiry in an object account: records go; the room that they leave is freed by a prune, and not told here. */
export class ObjectExpirer implements DatasetExpirer {
  readonly #modules: ObjectExpirerModules;

  constructor(modules: ObjectExpirerModules) {
    this.#modules = modules;
  }

  expire(
    onProgress: (progress: ExpiryProgress) => void,
    signal: AbortSignal,
  ): Promise<ExpiryResult> {
    const { store, sessions, source, locks, now } = this.#modules;
    return expireDatasets(
      {
        list: (until) => source.listDatasets({}, until),
        lockedBy: async (dataset) => (await locks())(dataset),
        remove: async ({ number }, until) => {
          await deleteStoredDataset(number, { store, sessions }, until);
          return 0;
        },
        now,
      },
      onProgress,
      signal,
    );
  }
}
