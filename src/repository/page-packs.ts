import { mkdir, open, unlink } from 'node:fs/promises';
import { ioError } from '../catalog/io-error.js';
import { corruptPage, MAX_FRAME } from '../catalog/page-format.js';
import type { PackId, PageLocator, PageRef, PageStore } from '../catalog/page-store.js';
import { DmError } from '../model/error.js';
import { PackFiles } from './pack-files.js';
import { newPackId, PACK_HEADER } from './pack-format.js';
import { PackWriter } from './pack-writer.js';

const DEFAULT_PACK_BYTES = 64 * 1024 * 1024;
/** One write call for each; large enough for any file system to write them in one piece. */
const WRITE_BUFFER = 512 * 1024;
const DEFAULT_OPEN_PACKS = 32;

/** The write buffer that the object closed last in this thread has no use for any more. */
let spareBuffer: Buffer | null = null;

export interface PagePacksOptions {
  /** Holds nothing but packs, each named by its id; created with mode 0700 when it is missing. */
  readonly directory: string;
  /** A pack that would grow beyond this is left and a new one begun; 64 MiB unless given. */
  readonly packBytes?: number;
  /** Descriptors kept open for reading. */
  readonly maxOpenPacks?: number;
}

/**
 * Pages in append-only pack files of a local directory. Each object writes packs of its own and reads
 * everybody's, so that any number of them, in any process, may share the directory; what one appends
 * the others can read after its `flush` or `sync`. Reads and appends are synchronous. No file is made
 * before the first append. After a failed write or sync every later append and sync fails.
 */
export class PagePacks implements PageStore, AsyncDisposable {
  readonly #directory: string;
  readonly #packBytes: number;
  readonly #files: PackFiles;
  /** Of one writer after the other; null before the first. */
  #buffer: Buffer | null = null;
  readonly #newPackId: () => PackId;
  #writer: PackWriter | undefined;
  /** Packs that are full: being synced, then closed. Each resolves to its error, or to null. */
  #leaving: Promise<DmError | null>[] = [];
  #created: PackWriter[] = [];
  #directorySynced = true;
  /** Settles, never fails: its caller was told. */
  #lastSync: Promise<void> = Promise.resolve();
  #failure: DmError | undefined;

  private constructor(options: PagePacksOptions, modules: { newPackId: () => PackId }) {
    this.#directory = options.directory;
    this.#packBytes = options.packBytes ?? DEFAULT_PACK_BYTES;
    this.#newPackId = modules.newPackId;
    const maxOpen = options.maxOpenPacks ?? DEFAULT_OPEN_PACKS;
    this.#files = new PackFiles({ directory: options.directory, maxOpen });
  }

  /** Errors: those of making the directory. */
  static async open(
    options: PagePacksOptions,
    modules: { newPackId: () => PackId } = { newPackId },
  ): Promise<PagePacks> {
    try {
      await mkdir(options.directory, { recursive: true, mode: 0o700 });
    } catch (error) {
      throw ioError('cannot create directory', options.directory, error);
    }
    return new PagePacks(options, modules);
  }

  read({ locator }: PageRef): Uint8Array {
    const { pack, offset, length } = locator;
    if (offset < PACK_HEADER || length > MAX_FRAME) {
      throw corruptPage(`no page can be at ${offset} of pack ${pack} with ${length} bytes`);
    }
    const writer = this.#writer;
    const buffered = writer?.id === pack ? writer.buffered(locator) : undefined;
    return buffered ?? this.#files.read(locator);
  }

  append(frame: Uint8Array): PageLocator {
    return this.#guarded(() => {
      let writer = this.#writer;
      if (writer !== undefined && !writer.isEmpty) {
        if (writer.length + frame.length > this.#packBytes) writer = this.#leave(writer);
      }
      writer ??= this.#begin();
      return writer.append(frame);
    });
  }

  /** Hands what was appended to the operating system, for other readers; not durable yet. */
  flush(): void {
    this.#guarded(() => this.#writer?.flush());
  }

  sync(): Promise<void> {
    // One after the other: each leaves nothing to the one before it.
    const sync = this.#lastSync.then(() => this.#syncNow());
    this.#lastSync = sync.catch(() => undefined);
    return sync;
  }

  /** Ids of the packs begun by this object. */
  get ownPacks(): readonly PackId[] {
    return this.#created.map((pack) => pack.id);
  }

  /** Closes, and deletes the packs begun by this object: for work that came to nothing. */
  async discard(): Promise<void> {
    const own = this.#created.splice(0);
    // What is not written yet need not be: the disk may be full.
    this.#failure ??= new DmError('internal', `page packs in ${this.#directory} are discarded`);
    await this.close();
    for (const { path } of own) {
      try {
        await unlink(path);
      } catch (error) {
        throw ioError('cannot delete page pack', path, error);
      }
    }
  }

  /** Writes out what was appended, without syncing, and closes all files. */
  async close(): Promise<void> {
    await this.#lastSync;
    const writer = this.#writer;
    const failed = this.#failure !== undefined;
    this.#writer = undefined;
    this.#failure ??= new DmError('internal', `page packs in ${this.#directory} are closed`);
    this.#files.close();
    await Promise.all(this.#leaving.splice(0));
    try {
      if (!failed) writer?.flush();
    } finally {
      spareBuffer = this.#buffer ?? spareBuffer;
      this.#buffer = null;
      await writer?.close();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #syncNow(): Promise<void> {
    this.flush();
    try {
      await this.#writer?.sync();
      for (const outcome of await Promise.all(this.#leaving.splice(0))) {
        if (outcome !== null) throw outcome;
      }
      if (!this.#directorySynced) await this.#syncDirectory();
    } catch (error) {
      this.#failure ??= ioError('cannot sync', this.#directory, error);
      throw this.#failure;
    }
  }

  #begin(): PackWriter {
    this.#buffer ??= spareBuffer ?? Buffer.allocUnsafeSlow(WRITE_BUFFER);
    if (this.#buffer === spareBuffer) spareBuffer = null;
    const options = { directory: this.#directory, id: this.#newPackId(), buffer: this.#buffer };
    const writer = new PackWriter(options);
    this.#directorySynced = false;
    this.#created.push(writer);
    this.#writer = writer;
    return writer;
  }

  #leave(writer: PackWriter): undefined {
    writer.flush();
    this.#writer = undefined;
    this.#leaving.push(syncAndClose(writer));
    return undefined;
  }

  async #syncDirectory(): Promise<void> {
    this.#directorySynced = true;
    const directory = await open(this.#directory, 'r');
    try {
      await directory.sync();
    } finally {
      await directory.close();
    }
  }

  /** Runs `write` unless something failed before; what was half written must not be built upon. */
  #guarded<T>(write: () => T): T {
    if (this.#failure !== undefined) throw this.#failure;
    try {
      return write();
    } catch (error) {
      this.#failure = ioError('cannot write page packs in', this.#directory, error);
      throw this.#failure;
    }
  }
}

async function syncAndClose(writer: PackWriter): Promise<DmError | null> {
  try {
    try {
      await writer.sync();
    } finally {
      await writer.close();
    }
    return null;
  } catch (error) {
    return ioError('cannot sync page pack', writer.path, error);
  }
}
