import { DmError } from '../../../../model/error.js';
import type {
  ByteRange,
  ObjectInfo,
  ObjectSummary,
  ObjectVersion,
  StoreCapabilities,
  StoreCounters,
  UnfinishedUpload,
} from '../../../../repository/object-store.js';
import { Lru } from '../../../../util/lru.js';
import { checkKey, compareKeys } from '../object-key.js';
import type { StoreReader } from '../read-only-store.js';
import { headObject } from './head-object.js';
import type { ListOptions } from './list-keys.js';
import { listVersions } from './list-versions.js';
import { readObject } from './read-object.js';
import type { S3Store } from './s3-store.js';

const CACHED_VERSIONS = 10_000;

/**
 * A versioned bucket as it was at a time: of each key the newest version that is not younger, and nothing where that is a
 * mark of deletion. What somebody overwrote or deleted later, with our own keys too, does not show.
 */
export class AsOfStore implements StoreReader {
  readonly capabilities: StoreCapabilities;
  readonly #asOfMs: number;
  readonly #store: S3Store;
  /** Version ids are for ever: what was found once needs no second listing. */
  readonly #found = new Lru<string, string>(CACHED_VERSIONS, () => 1);

  /** Throws `not_supported` where the bucket keeps no versions. */
  constructor(options: { asOfMs: number }, modules: { store: S3Store }) {
    this.#asOfMs = options.asOfMs;
    this.#store = modules.store;
    if (!this.#store.capabilities.versions) {
      throw new DmError(
        'not_supported',
        `bucket ${this.#store.bucket.options.bucket} keeps no versions, so it cannot be shown as of an earlier time`,
      );
    }
    this.capabilities = {
      ...this.#store.capabilities,
      conditionalPut: false,
      lock: false,
      lockPeriodMs: 0,
    };
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

  async *get(key: string, range: ByteRange | null, signal: AbortSignal): AsyncIterable<Uint8Array> {
    const versionId = await this.#versionOf(key, signal);
    if (versionId === null) {
      throw new DmError(
        'not_found',
        `${this.#store.bucket.nameOf(key)} did not exist at ${new Date(this.#asOfMs).toISOString()}`,
      );
    }
    yield* readObject(this.#store.bucket, { key, versionId, range }, signal);
  }

  async head(key: string, signal: AbortSignal): Promise<ObjectInfo | null> {
    const versionId = await this.#versionOf(key, signal);
    return versionId === null ? null : await headObject(this.#store.bucket, key, versionId, signal);
  }

  /** Reads every version below the prefix, also of folded keys: only they tell what was there. */
  async *list(
    prefix: string,
    { after, delimiter }: ListOptions,
    signal: AbortSignal,
  ): AsyncIterable<readonly ObjectSummary[]> {
    let folder = '';
    for await (const versions of this.#visible(prefix, signal)) {
      const page: ObjectSummary[] = [];
      for (const { key, size, modifiedAtMs } of versions) {
        const slash = delimiter === undefined ? -1 : key.indexOf(delimiter, prefix.length);
        const shown = slash < 0 ? key : key.slice(0, slash + 1);
        if (shown === folder || (after !== undefined && compareKeys(shown, after) <= 0)) continue;
        if (slash < 0) page.push({ key, size, modifiedAtMs });
        else page.push({ key: shown, size: 0, modifiedAtMs: 0 });
        folder = slash < 0 ? folder : shown;
      }
      if (page.length > 0) yield page;
    }
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

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#store[Symbol.asyncDispose]();
  }

  async #versionOf(key: string, signal: AbortSignal): Promise<string | null> {
    checkKey(key);
    const known = this.#found.get(key);
    if (known !== undefined) return known;
    for await (const page of this.#visible(key, signal)) {
      for (const version of page) {
        this.#found.set(version.key, version.versionId);
        if (version.key === key) return version.versionId;
        if (compareKeys(version.key, key) > 0) return null;
      }
    }
    return null;
  }

  /** What was there, in order of the keys: of each the version that counted. */
  async *#visible(prefix: string, signal: AbortSignal): AsyncIterable<ObjectVersion[]> {
    let decided: string | null = null;
    for await (const page of listVersions(this.#store.bucket, prefix, signal)) {
      const visible: ObjectVersion[] = [];
      for (const version of page) {
        if (version.key === decided || version.modifiedAtMs > this.#asOfMs) continue;
        decided = version.key;
        if (!version.deleteMarker) visible.push(version);
      }
      if (visible.length > 0) yield visible;
    }
  }
}
