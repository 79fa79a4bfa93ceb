import type { DatasetInfo } from '../../model/dataset.js';
import { type Reach, reaches } from '../../security/grants.js';
import { type RefusedParty, rightRefused } from '../../security/right-refusal.js';
import type { DatasetFilter } from '../source.js';
import type { Offer, ReceiveSession, Target, TargetState } from '../target.js';

/**
 * A target as a caller with rights at some directories only finds it;
 * `privileged` is looked up path by path.
 */
export class ScopedTarget implements Target {
  readonly #reach: Reach;
  readonly #party: RefusedParty;
  readonly #modules: { readonly privileged: Target; readonly unprivileged: Target };

  /** Both targets stay the caller's to dispose of. */
  constructor(
    options: { reach: Reach; party: RefusedParty },
    modules: { privileged: Target; unprivileged: Target },
  ) {
    this.#reach = options.reach;
    this.#party = options.party;
    this.#modules = modules;
  }

  async *listDatasets(filter: DatasetFilter, signal: AbortSignal): AsyncIterable<DatasetInfo> {
    for await (const dataset of this.#modules.unprivileged.listDatasets(filter, signal)) {
      if (reaches(this.#reach, 'write', dataset.basePath)) yield dataset;
    }
  }

  async inspect(path: Uint8Array, signal: AbortSignal): Promise<TargetState> {
    return this.#at(path).inspect(path, signal);
  }

  async begin(offer: Offer, signal: AbortSignal): Promise<ReceiveSession> {
    return this.#at(offer.targetPath).begin(offer, signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {}

  #at(path: Uint8Array): Target {
    if (!reaches(this.#reach, 'write', path)) throw rightRefused(this.#party, 'write', path);
    return reaches(this.#reach, 'privileged', path)
      ? this.#modules.privileged
      : this.#modules.unprivileged;
  }
}
