import { DmError } from '../../../../model/error.js';
import type {
  ByteRange,
  ListOptions,
  ObjectInfo,
  ObjectStore,
  ObjectSummary,
  ObjectVersion,
  PutOptions,
  StoreCapabilities,
  UnfinishedUpload,
} from '../../../../repository/object-store.js';
import type { Clock } from '../../../../util/clock.js';
import { KeyedMutex } from '../../../../util/keyed-mutex.js';
import { checkKey } from '../object-key.js';
import { StoreTraffic } from '../store-traffic.js';
import { deleteObjects } from './delete-objects.js';
import { DirectoryClock } from './directory-clock.js';
import { directoryError, errorCode } from './directory-error.js';
import { isTemporary } from './file-name.js';
import { Folder, openFolder } from './folder.js';
import { hasHardLinks } from './hard-links.js';
import { KeyFolders } from './key-folders.js';
import { listObjects } from './list-objects.js';
import { type ForgetPages, removeIfThere, type WriteModules } from './new-object.js';
import { readMetadata } from './object-metadata.js';
import { CHUNK_BYTES, readObject } from './read-object.js';
import { unfinishedFiles } from './unfinished-files.js';

const PAGE = 1_000;

export interface DirectoryStoreOptions {
  readonly path: string;
  /** Where two names cannot be given to one file (FAT), this agent alone writes, so `ifAbsent` may look first. */
  readonly singleWriter: boolean;
  /** Nothing may be written, not even to find out what the file system can do or what time it is there. */
  readonly readOnly?: boolean;
}

export interface DirectoryStoreModules {
  readonly clock: Clock;
  readonly randomBytes: (length: number) => Buffer;
  /** What was written, and what is read in large pieces, stays in the page cache unless given. */
  readonly forgetPages?: ForgetPages;
}

/** A directory as an object store: each object a file below it. Objects are files of the same name where names allow it. */
export class DirectoryStore implements ObjectStore {
  readonly capabilities: StoreCapabilities;
  /** What comes in one piece is not copied. */
  readonly aheadBytes = CHUNK_BYTES;
  readonly packsAtOnce = 1;
  readonly counters: StoreTraffic;
  readonly #path: string;
  readonly #readOnly: boolean;
  readonly #root: Folder;
  readonly #folders: KeyFolders;
  readonly #forgetPages: ForgetPages;
  /** Where it takes two steps to put only what is absent, one put after the other does so. */
  readonly #puts = new KeyedMutex();
  readonly #hostClock: Clock;
  readonly #clock: DirectoryClock;

  private constructor(
    options: DirectoryStoreOptions,
    modules: { root: Folder; clock: Clock; write: WriteModules; counters: StoreTraffic },
  ) {
    const { hardLinks } = modules.write;
    this.#path = options.path;
    this.#readOnly = options.readOnly === true;
    this.#root = modules.root;
    this.#folders = new KeyFolders(modules.root, modules.write);
    this.#forgetPages = modules.write.forgetPages;
    this.#hostClock = modules.clock;
    this.#clock = new DirectoryClock(options, { ...modules, randomHex: modules.write.randomHex });
    this.counters = modules.counters;
    this.capabilities = {
      conditionalPut: hardLinks || options.singleWriter,
      versions: false,
      lock: false,
      lockPeriodMs: 0,
    };
  }

  /** Fails with `store_unreachable` when the directory is not there: a disk may not be mounted, so it is never made. */
  static async open(
    options: DirectoryStoreOptions,
    modules: DirectoryStoreModules,
  ): Promise<DirectoryStore> {
    const { path } = options;
    let root: Folder;
    try {
      root = await Folder.open(path);
    } catch (error) {
      if (errorCode(error) === 'ENOENT') {
        throw new DmError(
          'store_unreachable',
          `directory ${path} is not there; mount its file system, or make it with mkdir`,
        );
      }
      throw directoryError(error, `directory ${path}`);
    }
    const counters = new StoreTraffic();
    const randomHex = () => modules.randomBytes(16).toString('hex');
    const write: WriteModules = {
      randomHex,
      forgetPages: modules.forgetPages ?? (() => undefined),
      hardLinks: !options.readOnly && (await hasHardLinks(root, randomHex)),
      onBytes: (count) => {
        counters.bytesSent += count;
      },
    };
    return new DirectoryStore(options, { root, clock: modules.clock, write, counters });
  }

  put(
    key: string,
    body: Uint8Array | readonly Uint8Array[],
    options: PutOptions,
    signal: AbortSignal,
  ): Promise<void> {
    return this.#put(key, body instanceof Uint8Array ? [body] : body, options, signal);
  }

  putStream(
    key: string,
    body: AsyncIterable<Uint8Array>,
    options: PutOptions,
    signal: AbortSignal,
  ): Promise<void> {
    return this.#put(key, body, options, signal);
  }

  async *get(key: string, range: ByteRange | null, signal: AbortSignal): AsyncIterable<Uint8Array> {
    this.#begin(signal);
    const onBytes = (count: number) => {
      this.counters.bytesReceived += count;
    };
    const forgetPages = this.#forgetPages;
    yield* readObject(key, range, { folders: this.#folders, onBytes, forgetPages }, signal);
  }

  async head(key: string, signal: AbortSignal): Promise<ObjectInfo | null> {
    this.#begin(signal);
    try {
      return await this.#folders.use(key, async (folder, name) => {
        const stat = await folder.stat(name);
        if (!stat.isFile()) return null;
        return {
          key,
          size: Number(stat.size),
          modifiedAtMs: Number(stat.mtimeMs),
          etag: [stat.ino, stat.size, stat.mtimeNs].map((part) => part.toString(16)).join('-'),
          versionId: null,
          metadata: await readMetadata(folder, name),
        };
      });
    } catch (error) {
      const known = directoryError(error, `object "${key}"`);
      if (known.code === 'not_found' || errorCode(error) === 'ENOTDIR') return null;
      throw known;
    }
  }

  async *list(
    prefix: string,
    options: ListOptions,
    signal: AbortSignal,
  ): AsyncIterable<readonly ObjectSummary[]> {
    this.#begin(signal);
    const request = {
      prefix,
      after: options.after ?? null,
      fold: options.delimiter === '/',
      keysOnly: options.keysOnly === true,
    };
    try {
      yield* inPages(listObjects(this.#root, request), signal);
    } catch (error) {
      throw directoryError(error, `directory ${this.#path}`);
    }
  }

  delete(keys: readonly string[], signal: AbortSignal): Promise<void> {
    const onFolder = () => this.#begin(signal);
    return deleteObjects(keys, { folders: this.#folders, onFolder }, signal);
  }

  /** The clock of the file system's host: an NFS server's own. Without the right to write, this host's. */
  async now(signal: AbortSignal): Promise<number> {
    if (this.#readOnly) return this.#hostClock.now();
    return this.#clock.now(() => this.#begin(signal));
  }

  // biome-ignore lint/correctness/useYield: a directory keeps no versions.
  async *listVersions(): AsyncIterable<readonly ObjectVersion[]> {
    throw new DmError('not_supported', `directory ${this.#path} keeps no versions of objects`);
  }

  async extendLock(): Promise<never> {
    throw new DmError('not_supported', `directory ${this.#path} has no object lock`);
  }

  async *listUnfinished(
    prefix: string,
    signal: AbortSignal,
  ): AsyncIterable<readonly UnfinishedUpload[]> {
    this.#begin(signal);
    try {
      yield* inPages(unfinishedFiles(this.#root, prefix), signal);
    } catch (error) {
      throw directoryError(error, `directory ${this.#path}`);
    }
  }

  async dropUnfinished(upload: UnfinishedUpload, signal: AbortSignal): Promise<void> {
    this.#begin(signal);
    const names = upload.uploadId.split('/');
    const file = names.pop() ?? '';
    if (!isTemporary(file) || names.some((name) => name === '' || /^\.\.?$/.test(name))) {
      throw new DmError('invalid_argument', `"${upload.uploadId}" is no unfinished upload`);
    }
    try {
      await using folder = await openFolder(this.#root, names, false);
      await removeIfThere(folder, file);
    } catch (error) {
      const known = directoryError(error, `unfinished upload ${upload.uploadId}`);
      if (known.code !== 'not_found') throw known;
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#root[Symbol.asyncDispose]();
  }

  async #put(
    key: string,
    body: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
    options: PutOptions,
    signal: AbortSignal,
  ): Promise<void> {
    this.#begin(signal);
    checkKey(key);
    if (options.ifAbsent && !this.capabilities.conditionalPut) {
      throw new DmError(
        'not_supported',
        `directory ${this.#path} cannot put only where nothing is (its file system has no hard links); if no other agent writes there, say so with --single-writer`,
      );
    }
    const put = () =>
      this.#folders.put(key, async (object, component) => {
        await object.fill(body, signal);
        await object.giveName(component, options).catch((error: unknown) => {
          throw errorCode(error) === 'ENOENT' ? takenForLeftover(key, error) : error;
        });
      });
    try {
      await (options.ifAbsent ? this.#puts.run(key, put) : put());
    } catch (error) {
      throw directoryError(error, `object "${key}"`);
    }
  }

  #begin(signal: AbortSignal): void {
    signal.throwIfAborted();
    this.counters.requests++;
  }
}

async function* inPages<T>(
  items: AsyncIterable<T>,
  signal: AbortSignal,
): AsyncIterable<readonly T[]> {
  let page: T[] = [];
  for await (const item of items) {
    signal.throwIfAborted();
    page.push(item);
    if (page.length < PAGE) continue;
    yield page;
    page = [];
  }
  if (page.length > 0) yield page;
}

function takenForLeftover(key: string, cause: unknown): DmError {
  return new DmError(
    'target_changed',
    `object "${key}" was removed while it was written, by a prune that took it for a leftover or by hand; it is sent again`,
    { cause },
  );
}
