import type { DatasetInfo } from '../../model/dataset.js';
import { DmError } from '../../model/error.js';
import { type Reach, reaches } from '../../security/grants.js';
import { type RefusedParty, rightRefused } from '../../security/right-refusal.js';
import type { Base, DatasetFilter, DatasetReader, DatasetRef, Source } from '../source.js';

/**
 * A source as a caller with rights at some directories only finds it: datasets that the caller may
 * neither read nor write to are not there, and those it may read can be opened.
 */
export class ScopedSource implements Source {
  readonly #reach: Reach;
  readonly #party: RefusedParty;
  readonly #source: Source;

  /** `source` stays the caller's to dispose of. */
  constructor(options: { reach: Reach; party: RefusedParty }, modules: { source: Source }) {
    this.#reach = options.reach;
    this.#party = options.party;
    this.#source = modules.source;
  }

  async *listDatasets(filter: DatasetFilter, signal: AbortSignal): AsyncIterable<DatasetInfo> {
    for await (const dataset of this.#source.listDatasets(filter, signal)) {
      const { basePath } = dataset;
      if (reaches(this.#reach, 'read', basePath) || reaches(this.#reach, 'write', basePath)) {
        yield dataset;
      }
    }
  }

  async bookmark(
    base: Base,
    basePath: Uint8Array,
    signal: AbortSignal,
  ): Promise<DatasetInfo | null> {
    if (!reaches(this.#reach, 'read', basePath)) return null;
    return this.#source.bookmark(base, basePath, signal);
  }

  async open(ref: DatasetRef, signal: AbortSignal): Promise<DatasetReader> {
    return this.#source.open(await this.readable(ref, signal), signal);
  }

  /**
   * The dataset a caller names, as nobody can mistake it: `not_found` for one it does not see,
   * `refused` for one it sees and may not read.
   */
  async readable(ref: DatasetRef, signal: AbortSignal): Promise<DatasetRef> {
    let refused: DmError | null = null;
    for await (const dataset of this.listDatasets(filterOf(ref), signal)) {
      const { number, id, basePath } = dataset;
      if ('number' in ref ? number !== ref.number : id !== ref.id) continue;
      if (reaches(this.#reach, 'read', basePath)) return { id, basePath };
      refused = rightRefused(this.#party, 'read', basePath);
    }
    const name = 'number' in ref ? `number ${ref.number}` : ref.id;
    throw (
      refused ??
      new DmError('not_found', `there is no dataset ${name} at this place; list what there is`)
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}

function filterOf(ref: DatasetRef): DatasetFilter {
  return 'id' in ref && ref.basePath !== undefined ? { basePath: ref.basePath } : {};
}
