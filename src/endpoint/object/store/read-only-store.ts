import { DmError } from '../../../model/error.js';
import type {
  ByteRange,
  ListOptions,
  ObjectInfo,
  ObjectStore,
  ObjectSummary,
  ObjectVersion,
  StoreCapabilities,
  StoreCounters,
  UnfinishedUpload,
} from '../../../repository/object-store.js';

/** The half of a store that changes nothing. */
export type StoreReader = Omit<
  ObjectStore,
  'put' | 'putStream' | 'delete' | 'extendLock' | 'dropUnfinished'
>;

/** A store of which only the reading half is there: everything else is `store_refused` before anything is sent. */
export class ReadOnlyStore implements ObjectStore {
  readonly #why: string;
  readonly #store: StoreReader;

  /** `why` says what makes it so, and how that ends. */
  constructor(options: { why: string }, modules: { store: StoreReader }) {
    this.#why = options.why;
    this.#store = modules.store;
  }

  get capabilities(): StoreCapabilities {
    return this.#store.capabilities;
  }

  get aheadBytes(): number {
    return this.#store.aheadBytes;
  }

  get packsAtOnce(): number {
    return this.#store.packsAtOnce;
  }

  get counters(): StoreCounters {
    return this.#store.counters;
  }

  get(key: string, range: ByteRange | null, signal: AbortSignal): AsyncIterable<Uint8Array> {
    return this.#store.get(key, range, signal);
  }

  head(key: string, signal: AbortSignal): Promise<ObjectInfo | null> {
    return this.#store.head(key, signal);
  }

  list(
    prefix: string,
    options: ListOptions,
    signal: AbortSignal,
  ): AsyncIterable<readonly ObjectSummary[]> {
    return this.#store.list(prefix, options, signal);
  }

  now(signal: AbortSignal): Promise<number> {
    return this.#store.now(signal);
  }

  listVersions(prefix: string, signal: AbortSignal): AsyncIterable<readonly ObjectVersion[]> {
    return this.#store.listVersions(prefix, signal);
  }

  listUnfinished(prefix: string, signal: AbortSignal): AsyncIterable<readonly UnfinishedUpload[]> {
    return this.#store.listUnfinished(prefix, signal);
  }

  async put(key: string): Promise<void> {
    throw this.#refused(`put "${key}"`);
  }

  async putStream(key: string): Promise<void> {
    throw this.#refused(`put "${key}"`);
  }

  async delete(keys: readonly string[]): Promise<void> {
    throw this.#refused(`delete ${keys.length} objects`);
  }

  async extendLock(key: string): Promise<never> {
    throw this.#refused(`lock "${key}"`);
  }

  async dropUnfinished(upload: UnfinishedUpload): Promise<void> {
    throw this.#refused(`remove the unfinished upload of "${upload.key}"`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#store[Symbol.asyncDispose]();
  }

  #refused(what: string): DmError {
    return new DmError('store_refused', `cannot ${what}: ${this.#why}`);
  }
}
