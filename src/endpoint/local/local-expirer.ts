import type { DatasetInfo } from '../../model/dataset.js';
import {
  type DatasetExpirer,
  type ExpiryProgress,
  type ExpiryResult,
  expireDatasets,
} from '../dataset-expirer.js';
import type { LocalDatasets } from './local-datasets.js';
import type { LocalMaker } from './local-maker.js';
import type { PageSweeper } from './page-sweeper.js';

export interface LocalExpirerModules {
  readonly datasets: LocalDatasets;
  readonly maker: Pick<LocalMaker, 'delete'>;
  readonly sweeper: Pick<PageSweeper, 'sweep'>;
  /** The time, if the clock can be trusted; else `clock_suspect`. */
  readonly now: () => Promise<number>;
}

/** Expiry below the data roots of this host. */
export class LocalExpirer implements DatasetExpirer {
  readonly #modules: LocalExpirerModules;

  constructor(modules: LocalExpirerModules) {
    this.#modules = modules;
  }

  expire(
    onProgress: (progress: ExpiryProgress) => void,
    signal: AbortSignal,
  ): Promise<ExpiryResult> {
    return this.within(() => true).expire(onProgress, signal);
  }

  /** Of the trees that `isMeant` says yes to, by base path. */
  within(isMeant: (basePath: Uint8Array) => boolean): DatasetExpirer {
    return { expire: (onProgress, signal) => this.#expire(isMeant, onProgress, signal) };
  }

  async #expire(
    isMeant: (basePath: Uint8Array) => boolean,
    onProgress: (progress: ExpiryProgress) => void,
    signal: AbortSignal,
  ): Promise<ExpiryResult> {
    const { datasets, maker, now, sweeper } = this.#modules;
    async function* list(until: AbortSignal): AsyncIterable<DatasetInfo> {
      for await (const dataset of datasets.list({}, until)) {
        if (isMeant(dataset.basePath)) yield dataset;
      }
    }
    const remove = async ({ number }: DatasetInfo, until: AbortSignal): Promise<number> =>
      (await maker.delete({ number }, until)).freedBytes;
    const result = await expireDatasets({ list, remove, now }, onProgress, signal);
    onProgress({ expired: [], freedBytes: await sweeper.sweep(signal) });
    return result;
  }
}
