import { DmError } from '../../../../model/error.js';
import type {
  ByteRange,
  LockExtension,
  ObjectInfo,
  ObjectStore,
  ObjectSummary,
  ObjectVersion,
  PutOptions,
  StoreCapabilities,
  StoreCounters,
  UnfinishedUpload,
} from '../../../../repository/object-store.js';
import { KeyedMutex } from '../../../../util/keyed-mutex.js';
import { checkKey } from '../object-key.js';
import { Bucket, type BucketModules } from './bucket.js';
import { deleteObjects } from './delete-objects.js';
import { findCapabilities } from './find-capabilities.js';
import { headObject } from './head-object.js';
import { type ListOptions, listKeys } from './list-keys.js';
import { listUploads } from './list-uploads.js';
import { listVersions } from './list-versions.js';
import { extendObjectLock } from './object-lock.js';
import { putObject } from './put-object.js';
import { putStream } from './put-stream.js';
import { readObject } from './read-object.js';
import type { S3StoreOptions } from './s3-options.js';

const CLOCK_VALID_MS = 60_000;

const AHEAD_BYTES = 4 * 1024 * 1024;
const PACKS_AT_ONCE = 2;

/** A bucket, or what lies below a prefix of it, as an object store. */
export class S3Store implements ObjectStore {
  readonly capabilities: StoreCapabilities;
  readonly aheadBytes = AHEAD_BYTES;
  readonly packsAtOnce = PACKS_AT_ONCE;
  readonly bucket: Bucket;
  /** True where `ifAbsent` is a look and then a put, since the only writer is this agent. */
  readonly #looksFirst: boolean;
  readonly #puts = new KeyedMutex();

  private constructor(bucket: Bucket, found: StoreCapabilities) {
    this.bucket = bucket;
    this.#looksFirst = !found.conditionalPut && bucket.options.singleWriter;
    this.capabilities = { ...found, conditionalPut: found.conditionalPut || this.#looksFirst };
  }

  /** Reaches the bucket and asks what it can do. */
  static async open(
    options: S3StoreOptions,
    modules: BucketModules,
    signal: AbortSignal,
  ): Promise<S3Store> {
    const bucket = await Bucket.open(options, modules);
    try {
      return new S3Store(bucket, await findCapabilities(bucket, signal));
    } catch (error) {
      await bucket[Symbol.asyncDispose]();
      throw error;
    }
  }

  get counters(): StoreCounters {
    return this.bucket.traffic;
  }

  async put(
    key: string,
    body: Uint8Array | readonly Uint8Array[],
    options: PutOptions,
    signal: AbortSignal,
  ): Promise<void> {
    const bytes = body instanceof Uint8Array ? body : Buffer.concat(body);
    await this.#put(key, options, signal, (checked) =>
      putObject(this.bucket, key, bytes, checked, signal),
    );
  }

  async putStream(
    key: string,
    body: AsyncIterable<Uint8Array>,
    options: PutOptions,
    signal: AbortSignal,
  ): Promise<void> {
    await this.#put(key, options, signal, (checked) =>
      putStream(this.bucket, key, body, checked, signal),
    );
  }

  get(key: string, range: ByteRange | null, signal: AbortSignal): AsyncIterable<Uint8Array> {
    return readObject(this.bucket, { key, versionId: null, range }, signal);
  }

  head(key: string, signal: AbortSignal): Promise<ObjectInfo | null> {
    return headObject(this.bucket, key, null, signal);
  }

  list(
    prefix: string,
    options: ListOptions,
    signal: AbortSignal,
  ): AsyncIterable<readonly ObjectSummary[]> {
    return listKeys(this.bucket, prefix, options, signal);
  }

  delete(keys: readonly string[], signal: AbortSignal): Promise<void> {
    return deleteObjects(this.bucket, keys, signal);
  }

  async now(signal: AbortSignal): Promise<number> {
    const { clock } = this.bucket.modules;
    let reading = this.bucket.clockReading;
    // Set back, our clock makes what was read before as wrong as set ahead.
    if (reading === null || Math.abs(clock.now() - reading.takenAtMs) >= CLOCK_VALID_MS) {
      await headObject(this.bucket, 'clock', null, signal);
      reading = this.bucket.clockReading;
    }
    if (reading === null) {
      throw new DmError('store_refused', `${this.bucket.options.endpoint} tells no Date`);
    }
    return reading.storeMs + (clock.now() - reading.takenAtMs);
  }

  async *listVersions(
    prefix: string,
    signal: AbortSignal,
  ): AsyncIterable<readonly ObjectVersion[]> {
    if (!this.capabilities.versions) {
      throw new DmError(
        'not_supported',
        `bucket ${this.bucket.options.bucket} keeps no versions; turn on its versioning`,
      );
    }
    yield* listVersions(this.bucket, prefix, signal);
  }

  async extendLock(key: string, lock: LockExtension, signal: AbortSignal): Promise<number> {
    if (!this.capabilities.lock) {
      throw new DmError(
        'not_supported',
        `bucket ${this.bucket.options.bucket} has no object lock, or the account does not use it (--object-lock-mode)`,
      );
    }
    return await extendObjectLock(this.bucket, key, lock, signal);
  }

  listUnfinished(prefix: string, signal: AbortSignal): AsyncIterable<readonly UnfinishedUpload[]> {
    return listUploads(this.bucket, prefix, signal);
  }

  async dropUnfinished(upload: UnfinishedUpload, signal: AbortSignal): Promise<void> {
    const { bucket } = this.bucket.options;
    try {
      await this.bucket.request(
        `upload of ${this.bucket.nameOf(upload.key)}`,
        (client, options) =>
          client.abortMultipartUpload(
            { Bucket: bucket, Key: this.bucket.fullKey(upload.key), UploadId: upload.uploadId },
            options,
          ),
        signal,
      );
    } catch (error) {
      if (!(error instanceof DmError && error.code === 'not_found')) throw error;
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.bucket[Symbol.asyncDispose]();
  }

  /** Runs a put; where it must look first, one after the other for a key. */
  async #put(
    key: string,
    options: PutOptions,
    signal: AbortSignal,
    put: (options: PutOptions) => Promise<void>,
  ): Promise<void> {
    checkKey(key);
    if (options.ifAbsent !== true || (this.capabilities.conditionalPut && !this.#looksFirst)) {
      return await put(options);
    }
    if (!this.#looksFirst) {
      throw new DmError(
        'not_supported',
        `bucket ${this.bucket.options.bucket} cannot put only where nothing is; if no other agent writes there, say so with --single-writer`,
      );
    }
    await this.#puts.run(key, async () => {
      if ((await this.head(key, signal)) !== null) {
        throw new DmError('already_exists', `${this.bucket.nameOf(key)} exists already`);
      }
      await put({ ...options, ifAbsent: false });
    });
  }
}
