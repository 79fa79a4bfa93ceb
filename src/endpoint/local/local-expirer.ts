import type { DatasetInfo } from '../../model/dataset.js';
import type { DatasetId } from '../../model/ids.js';
import {
  type DatasetExpirer,
  type ExpiryProgress,
  type ExpiryResult,
  type ExpiryWork,
  expireDatasets,
} from '../dataset-expirer.js';
import type { LocalTree } from './layout/local-tree.js';
import type { LocalDatasets } from './local-datasets.js';
import type { LocalMaker } from './local-maker.js';
import type { PageSweeper } from './page-sweeper.js';

/** How the owners of trees begin that are peers. */
const PEER_OWNER = 'spki:';

export interface LocalExpirerModules {
  readonly datasets: LocalDatasets;
  readonly maker: Pick<LocalMaker, 'delete' | 'finishDeletions'>;
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
    return this.only(() => true).expire(onProgress, signal);
  }

  /** Of the datasets that `isMeant` says yes to, all of them in trees that `among` says yes to. */
  only(
    isMeant: (dataset: DatasetInfo) => boolean,
    among: (tree: LocalTree) => boolean = () => true,
  ): DatasetExpirer {
    const list = (until: AbortSignal) => this.#modules.datasets.list({ among }, until);
    return {
      expire: (onProgress, signal) => this.#expire({ list, isMeant }, onProgress, signal),
    };
  }

  /** Of those that peers sent here, and of `made`, which were made here for peers. */
  async ofPeers(made: ReadonlySet<DatasetId>): Promise<DatasetExpirer> {
    const received = new Set<string>();
    // Where nothing was made for peers, an hourly look at thousands of other datasets would be in vain.
    const among = ({ role }: LocalTree): boolean => role === 'received' || made.size > 0;
    for await (const { record } of this.#modules.datasets.all(among)) {
      if (record.from.startsWith(PEER_OWNER)) received.add(keyOf(record));
    }
    const isMeant = (dataset: DatasetInfo): boolean =>
      made.has(dataset.id) || received.has(keyOf(dataset));
    return this.only(isMeant, among);
  }

  async #expire(
    { list, isMeant }: Pick<ExpiryWork, 'list'> & { isMeant: (dataset: DatasetInfo) => boolean },
    onProgress: (progress: ExpiryProgress) => void,
    signal: AbortSignal,
  ): Promise<ExpiryResult> {
    const { datasets, maker, now, sweeper } = this.#modules;
    const lockedBy = (dataset: DatasetInfo) => datasets.lockedBy(dataset);
    const remove = async ({ number }: DatasetInfo, until: AbortSignal): Promise<number> =>
      (await maker.delete({ number }, until)).freedBytes;
    let removed = 0;
    const counting = (progress: ExpiryProgress): void => {
      removed += progress.expired.length;
      onProgress(progress);
    };
    const left = await maker.finishDeletions(signal);
    if (left !== null) onProgress({ expired: [], freedBytes: left });
    const result = await expireDatasets({ list, isMeant, lockedBy, remove, now }, counting, signal);
    if (removed > 0 || left !== null)
      onProgress({ expired: [], freedBytes: await sweeper.sweep(signal) });
    return result;
  }
}

function keyOf({ id, basePath }: Pick<DatasetInfo, 'id' | 'basePath'>): string {
  return `${id} ${Buffer.from(basePath).toString('base64')}`;
}
