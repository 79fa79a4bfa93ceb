import type { DatasetInfo } from '../../model/dataset.js';
import { DmError } from '../../model/error.js';
import type { Gfid } from '../../model/ids.js';
import type { ObjectStore } from '../../repository/object-store.js';
import type { RepositoryRecord } from '../../repository/repository-record.js';
import { lookAhead } from '../../util/look-ahead.js';
import { BrowseCatalog } from '../browse-catalog.js';
import type { ChangeBatch } from '../change-stream.js';
import { checkRequest } from '../changes/check-request.js';
import type {
  Base,
  ChangesRequest,
  DatasetReader,
  DirectoryEntry,
  EntryDetails,
} from '../source.js';
import { chunkStarts, readChunk } from './read/file-content.js';
import { objectChanges } from './read/object-changes.js';
import { pathText } from './read/object-content-stream.js';
import { RepositoryReader } from './read/repository-reader.js';
import type { StoredMaps } from './read/stored-maps.js';
import type { Repository } from './repository.js';
import { repositoryDataset, storedInfo } from './repository-datasets.js';
import type { StoredDataset } from './stored-dataset.js';

const CHUNKS_AHEAD = 3;

export interface ObjectDatasetReaderModules {
  readonly repository: Repository;
  readonly store: ObjectStore;
}

/**
 * One dataset of a repository. Nothing is locked: what a prune deletes meanwhile is missed as `corrupt`, and a prune
 * waits for its grace before it deletes.
 */
export class ObjectDatasetReader implements DatasetReader {
  readonly info: DatasetInfo;
  readonly #record: RepositoryRecord;
  readonly #modules: ObjectDatasetReaderModules;
  readonly #stop = new AbortController();
  readonly #reader: RepositoryReader;
  readonly #maps: StoredMaps;
  readonly #browse: BrowseCatalog;

  constructor(stored: StoredDataset, modules: ObjectDatasetReaderModules) {
    this.info = storedInfo(stored);
    this.#record = stored.record;
    this.#modules = modules;
    this.#reader = new RepositoryReader(modules, this.#stop.signal);
    this.#maps = this.#reader.maps(stored.record.maps);
    this.#browse = new BrowseCatalog({ dataset: stored.record.id }, this.#maps);
  }

  async *changes(request: ChangesRequest, signal: AbortSignal): AsyncGenerator<ChangeBatch, void> {
    checkRequest(request);
    const { repository } = this.#modules;
    const base = request.base === null ? null : await this.#base(request.base, signal);
    yield* objectChanges(
      { repository, record: this.#record, base },
      request,
      this.#modules,
      signal,
    );
  }

  lookup(path: readonly Uint8Array[], signal: AbortSignal): Promise<DirectoryEntry | null> {
    return this.#browse.lookup(path, signal);
  }

  list(dir: Gfid, after: Uint8Array | null, signal: AbortSignal): AsyncIterable<DirectoryEntry[]> {
    return this.#browse.list(dir, after, signal);
  }

  details(gfid: Gfid, signal: AbortSignal): Promise<EntryDetails> {
    return this.#browse.details(gfid, signal);
  }

  async *read(
    gfid: Gfid,
    offset: bigint,
    length: bigint,
    signal: AbortSignal,
  ): AsyncGenerator<Uint8Array, void> {
    const inode = await this.#browse.readable(gfid, offset, length);
    const size = Number(inode.size);
    const file = { maps: this.#maps, gfid, size };
    const last = Math.min(Number(offset + length), size);
    const chunks = lookAhead(chunkStarts(Number(offset), last), CHUNKS_AHEAD, ({ start, end }) =>
      readChunk(file, start, end, this.#reader.segments),
    );
    try {
      for await (const bytes of chunks) {
        signal.throwIfAborted();
        yield bytes;
      }
    } catch (error) {
      if (!(error instanceof DmError) || error.code !== 'corrupt') throw error;
      const path = await pathText(this.#maps.catalog, gfid);
      throw new DmError('corrupt', `${path}: ${error.message}`, { cause: error });
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
  }

  async #base(base: Base, signal: AbortSignal): Promise<RepositoryRecord> {
    const { repository } = this.#modules;
    const stored = await repositoryDataset(repository, base.id, this.#modules, signal);
    if (stored?.record.rootDigest === base.rootDigest) return stored.record;
    throw new DmError(
      'not_found',
      `base dataset ${base.id} is not at this place as the target has it; copy without a base`,
    );
  }
}
