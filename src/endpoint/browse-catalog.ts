import type { Catalog } from '../catalog/catalog.js';
import { DmError } from '../model/error.js';
import { type DatasetId, type Gfid, ROOT_GFID } from '../model/ids.js';
import type { Inode } from '../model/inode.js';
import type { DirectoryEntry, EntryDetails } from './source.js';

const LIST_PAGE = 256;
const EMPTY = new Uint8Array(0);

/** What a DatasetReader tells out of the catalog alone. */
export class BrowseCatalog {
  readonly #catalog: Catalog;
  readonly #dataset: DatasetId;

  constructor(options: { dataset: DatasetId }, modules: { catalog: Catalog }) {
    this.#dataset = options.dataset;
    this.#catalog = modules.catalog;
  }

  async lookup(path: readonly Uint8Array[], signal: AbortSignal): Promise<DirectoryEntry | null> {
    signal.throwIfAborted();
    const found = await this.#catalog.resolvePath(path);
    if (found === null) return null;
    const inode = await this.inode(found.gfid);
    return { name: path.at(-1) ?? EMPTY, gfid: found.gfid, inode };
  }

  async *list(
    dir: Gfid,
    after: Uint8Array | null,
    signal: AbortSignal,
  ): AsyncGenerator<DirectoryEntry[], void> {
    const { type } = await this.inode(dir);
    if (type !== 'dir') {
      throw new DmError('invalid_argument', `file ${dir} is not a directory; list its parent`);
    }
    let page: DirectoryEntry[] = [];
    const bounds = after === null ? { signal } : { after, signal };
    for await (const batch of this.#catalog.list(dir, bounds)) {
      const inodes = await Promise.all(batch.map(({ gfid }) => this.inode(gfid)));
      for (const [index, inode] of inodes.entries()) {
        const entry = batch[index];
        if (entry !== undefined) page.push({ name: entry.name, gfid: entry.gfid, inode });
      }
      if (page.length < LIST_PAGE) continue;
      yield page;
      page = [];
    }
    if (page.length > 0) yield page;
  }

  async details(gfid: Gfid, signal: AbortSignal): Promise<EntryDetails> {
    signal.throwIfAborted();
    await this.inode(gfid);
    const exception = await this.#catalog.exception(gfid);
    return {
      side: await this.#catalog.sideTimes(gfid),
      names: gfid === ROOT_GFID ? [] : await this.#catalog.namesOf(gfid),
      exception: exception && {
        code: exception.code,
        message: Buffer.from(exception.message).toString(),
      },
    };
  }

  /** Fails with `not_found`. */
  async inode(gfid: Gfid): Promise<Inode> {
    const inode = await this.#catalog.inode(gfid);
    if (inode !== null) return inode;
    throw new DmError('not_found', `dataset ${this.#dataset} has no file ${gfid}`);
  }

  /**
   * A regular file that can be read from `offset` on; else
   * `invalid_argument`, or what the dataset lacks of it.
   */
  async readable(file: Gfid, offset: bigint, length: bigint): Promise<Inode> {
    const inode = await this.inode(file);
    if (inode.type !== 'file' || offset < 0n || length < 0n) {
      throw new DmError('invalid_argument', `file ${file}: there is no such range to read`);
    }
    const exception = await this.#catalog.exception(file);
    if (exception !== null && exception.code !== 'unsupported_metadata') {
      throw new DmError('unreadable', Buffer.from(exception.message).toString());
    }
    return inode;
  }
}
