import { read } from 'node:fs';
import { promisify } from 'node:util';
import { blake3 } from '@napi-rs/blake-hash';
import type { Catalog } from '../../catalog/catalog.js';
import { decodeContentValue, encodeContentKey } from '../../catalog/maps/content.js';
import type { DatasetInfo } from '../../model/dataset.js';
import { DmError } from '../../model/error.js';
import type { Gfid } from '../../model/ids.js';
import type { Inode } from '../../model/inode.js';
import type { WorkerPool } from '../../worker/pool.js';
import { BrowseCatalog } from '../browse-catalog.js';
import { LEAF_BYTES } from '../change-payload.js';
import type { ChangeBatch } from '../change-stream.js';
import { checkRequest } from '../changes/check-request.js';
import type {
  Base,
  ChangesRequest,
  DatasetReader,
  DirectoryEntry,
  EntryDetails,
} from '../source.js';
import { streamChanges } from './changes/changes-stream.js';
import type { DigestKeeper } from './changes/digest-keeper.js';
import { PlaceDatasets, type TreePlace } from './changes/place-datasets.js';
import type { VersionReader } from './changes/version-reader.js';
import type { DatasetRecord } from './layout/dataset-record.js';
import type { OpenDatasets } from './open-datasets.js';
import { close } from './sys/open.js';

const readFd = promisify(read);
const CHUNK_BYTES = 16 * LEAF_BYTES;
const ZEROS = Buffer.alloc(LEAF_BYTES);

export interface LocalDatasetReaderOptions {
  readonly info: DatasetInfo;
  readonly record: DatasetRecord;
  readonly place: TreePlace;
}

export interface LocalDatasetReaderModules {
  readonly pool: WorkerPool;
  readonly holds: OpenDatasets;
  /** Null when digests made while streaming are not to be kept. */
  readonly digests: DigestKeeper | null;
}

/**
 * One dataset of a local tree. Changes are streamed by worker threads,
 * all else happens in this one.
 */
export class LocalDatasetReader implements DatasetReader {
  readonly info: DatasetInfo;
  readonly #options: LocalDatasetReaderOptions;
  readonly #modules: LocalDatasetReaderModules;
  readonly #datasets: PlaceDatasets;
  readonly #versions: VersionReader;
  readonly #browse: BrowseCatalog;
  readonly #hold: Disposable;

  private constructor(
    options: LocalDatasetReaderOptions,
    modules: LocalDatasetReaderModules,
    datasets: PlaceDatasets,
    hold: Disposable,
  ) {
    this.info = options.info;
    this.#options = options;
    this.#modules = modules;
    this.#datasets = datasets;
    this.#versions = datasets.versions(options.record);
    const { catalog } = this.#versions;
    this.#browse = new BrowseCatalog({ dataset: options.record.id }, { catalog });
    this.#hold = hold;
  }

  /** The dataset cannot be deleted until the reader is disposed of. */
  static async open(
    options: LocalDatasetReaderOptions,
    modules: LocalDatasetReaderModules,
  ): Promise<LocalDatasetReader> {
    const { place, record } = options;
    const hold = modules.holds.hold(place.tree.localTree, record.id);
    try {
      const datasets = await PlaceDatasets.open({ place });
      return new LocalDatasetReader(options, modules, datasets, hold);
    } catch (error) {
      hold[Symbol.dispose]();
      throw error;
    }
  }

  async *changes(request: ChangesRequest, signal: AbortSignal): AsyncGenerator<ChangeBatch, void> {
    checkRequest(request);
    const { pool, digests, holds } = this.#modules;
    const { record } = this.#options;
    // Where the live tree stands may have moved on since the reader was opened.
    const place = { ...this.#options.place, tree: this.#datasets.directory.load() };
    const base = request.base === null ? null : this.#base(request.base);
    const hold = base === null ? null : holds.hold(place.tree.localTree, base.id);
    try {
      const input = { place, dataset: record, base };
      yield* streamChanges(input, request, { pool, digests }, signal);
    } finally {
      hold?.[Symbol.dispose]();
    }
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
    file: Gfid,
    offset: bigint,
    length: bigint,
    signal: AbortSignal,
  ): AsyncGenerator<Uint8Array, void> {
    const inode = await this.#browse.readable(file, offset, length);
    const last = Math.min(Number(offset + length), Number(inode.size));
    const fd = await this.#versions.open(file, inode);
    try {
      for (let at = Number(offset); at < last; ) {
        signal.throwIfAborted();
        // Behind the first chunk all begin with a leaf, so that whole leaves can be checked.
        const end = Math.min(last, at - (at % LEAF_BYTES) + CHUNK_BYTES);
        const bytes = await this.#readChunk(fd, file, at, end - at);
        await this.#check(file, inode, at, bytes);
        if (!(await this.#versions.unchanged(file, inode, fd))) {
          throw new DmError(
            'source_changing',
            `file ${file} has changed since the dataset was made; make a new dataset`,
          );
        }
        yield bytes;
        at = end;
      }
    } finally {
      close(fd);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#datasets[Symbol.asyncDispose]();
    this.#hold[Symbol.dispose]();
  }

  get #catalog(): Catalog {
    return this.#versions.catalog;
  }

  /** Also a deleted dataset that left its catalog: files that changed are then sent whole. */
  #base(base: Base): DatasetRecord {
    const record = this.#datasets.directory.readCatalogOf(base.id);
    if (record?.rootDigest === base.rootDigest) return record;
    throw new DmError(
      'not_found',
      `base dataset ${base.id} is not at this place as the target has it; copy without a base`,
    );
  }

  async #readChunk(fd: number, file: Gfid, at: number, length: number): Promise<Buffer> {
    const bytes = Buffer.allocUnsafeSlow(length);
    let filled = 0;
    while (filled < length) {
      let bytesRead: number;
      try {
        ({ bytesRead } = await readFd(fd, bytes, filled, length - filled, at + filled));
      } catch (error) {
        const cause = error instanceof Error ? error.message : String(error);
        throw new DmError('io_error', `cannot read file ${file}: ${cause}`, { cause: error });
      }
      if (bytesRead === 0) {
        throw new DmError(
          'source_changing',
          `file ${file} became shorter while it was read; make a new dataset`,
        );
      }
      filled += bytesRead;
    }
    return bytes;
  }

  /** Compares the leaves that lie whole in `bytes` with their digests, where these are known. */
  async #check(file: Gfid, inode: Inode, at: number, bytes: Buffer): Promise<void> {
    if (this.#catalog.content.count === 0) return;
    const end = at + bytes.length;
    for (let start = Math.ceil(at / LEAF_BYTES) * LEAF_BYTES; start < end; start += LEAF_BYTES) {
      const stop = Math.min(start + LEAF_BYTES, Number(inode.size));
      if (stop > end) return;
      const value = await this.#catalog.content.get(encodeContentKey(file, start / LEAF_BYTES));
      if (value === null) continue;
      const leaf = bytes.subarray(start - at, stop - at);
      const known = decodeContentValue(value);
      const good =
        known === null
          ? leaf.equals(ZEROS.subarray(0, leaf.length))
          : blake3(leaf).compare(known) === 0;
      if (good) continue;
      throw new DmError(
        'corrupt',
        `file ${file}: bytes ${start} to ${stop} are not what was captured; fetch the dataset again`,
      );
    }
  }
}
