/** What a listing says about one object. */
export interface ObjectSummary {
  readonly key: string;
  readonly size: number;
  /** Milliseconds since 1970 by the store's clock, at the store's resolution (S3: seconds). */
  readonly modifiedAtMs: number;
}

/** What the store says about one object beside its bytes. */
export interface ObjectInfo extends ObjectSummary {
  /** Opaque; equal tags of one key mean equal bytes. */
  readonly etag: string;
  /** Null where the store keeps no versions. */
  readonly versionId: string | null;
  /** User metadata, names in lower case. */
  readonly metadata: Readonly<Record<string, string>>;
}

export interface PutOptions {
  /** Fail with `already_exists` when the key exists. Only where `capabilities.conditionalPut`. */
  readonly ifAbsent?: boolean;
  /** At most 2 KB of ASCII in all. */
  readonly metadata?: Readonly<Record<string, string>>;
  readonly contentType?: string;
  /**
   * Keep this version undeletable until then (object lock), if that is later than the account
   * would; ignored where the account has no lock mode.
   */
  readonly retainUntilMs?: number;
}

export interface ListOptions {
  /** Only keys behind this one. */
  readonly after?: string;
  readonly delimiter?: '/';
  /** Size and time are not wanted, and may be 0: a directory need not ask for those of each file. */
  readonly keysOnly?: boolean;
}

export interface ByteRange {
  readonly offset: number;
  readonly length: number;
}

/** In whole seconds, rounded up. */
export interface LockExtension {
  /** A lock that ends then or later is left. */
  readonly neededUntilMs: number;
  /** When any other is to end; not before. */
  readonly untilMs: number;
}

/** One version of a key, or the mark that it was deleted then. */
export interface ObjectVersion extends ObjectSummary {
  readonly versionId: string;
  readonly deleteMarker: boolean;
  readonly latest: boolean;
}

export interface StoreCapabilities {
  /**
   * `ifAbsent` is honoured. Without it numbers cannot be given safely
   * and prune needs a single writer.
   */
  readonly conditionalPut: boolean;
  readonly versions: boolean;
  readonly lock: boolean;
  /** For how long the account is to lock what it puts, whatever the bucket says; 0: not at all. */
  readonly lockPeriodMs: number;
}

/** An upload of parts that was begun and not finished. */
export interface UnfinishedUpload {
  readonly key: string;
  readonly uploadId: string;
  readonly startedAtMs: number;
}

/**
 * A flat store of immutable blobs: a bucket or a directory. Keys are relative to the
 * account's prefix, "/"-separated, of UTF-8 characters, at most 900 bytes (else
 * `invalid_argument`). A directory refuses a key that is also the folder of another ("a" and
 * "a/b"). Reads after a write see it. Every call may be repeated.
 *
 * Errors: `not_found` (no such key), `already_exists`, `store_unreachable` (transient: no answer,
 * 5xx, time-out, a body that broke off after all retries), `store_throttled` (transient: 429, 503
 * SlowDown), `store_refused` (credentials, rights, a redirect to another host, a locked version),
 * `corrupt` (the store gave other bytes than it said), `no_space`, `cancelled`.
 */
export interface ObjectStore extends AsyncDisposable {
  readonly capabilities: StoreCapabilities;
  /** Longest read of what was not asked for that is worth it here: a request to a bucket costs more than one of a directory. */
  readonly aheadBytes: number;
  /** Packs on their way at once that are worth their memory here: a bucket is waited for, a disk is not. */
  readonly packsAtOnce: number;

  /**
   * Durable when it resolves; never half there. A lost reply is found out and counts as success.
   */
  put(
    key: string,
    body: Uint8Array | readonly Uint8Array[],
    options: PutOptions,
    signal: AbortSignal,
  ): Promise<void>;

  /**
   * Like `put` for bodies of unknown length, by parts of bounded size;
   * nothing is there until it resolves.
   */
  putStream(
    key: string,
    body: AsyncIterable<Uint8Array>,
    options: PutOptions,
    signal: AbortSignal,
  ): Promise<void>;

  /**
   * The bytes of an object or of a range of it, in chunks; a connection that breaks is
   * resumed where it was. Exactly as many bytes as the object or range has, or an
   * error. A range beyond the end is `corrupt`.
   */
  get(key: string, range: ByteRange | null, signal: AbortSignal): AsyncIterable<Uint8Array>;

  /** Null when there is none. */
  head(key: string, signal: AbortSignal): Promise<ObjectInfo | null>;

  /**
   * Keys that begin with `prefix`, in byte order of their UTF-8, in pages; `after` resumes
   * behind a key. With `delimiter` "/" what lies below a further slash is folded into one
   * summary whose key ends with the slash, size 0.
   */
  list(
    prefix: string,
    options: ListOptions,
    signal: AbortSignal,
  ): AsyncIterable<readonly ObjectSummary[]>;

  /** Deletes the current objects; keys that do not exist are no error. */
  delete(keys: readonly string[], signal: AbortSignal): Promise<void>;

  /** The store's own clock, from an answer of the store not older than a minute. */
  now(signal: AbortSignal): Promise<number>;

  /** Every version below a prefix; fails with `not_supported` without versions. */
  listVersions(prefix: string, signal: AbortSignal): AsyncIterable<readonly ObjectVersion[]>;

  /**
   * Locks the current version, or leaves it when it is locked for long enough; `not_supported`
   * without lock. Returns until when it is locked.
   */
  extendLock(key: string, lock: LockExtension, signal: AbortSignal): Promise<number>;

  /** Of keys with the prefix; with every prefix also what the store makes to try something, under the key "". */
  listUnfinished(prefix: string, signal: AbortSignal): AsyncIterable<readonly UnfinishedUpload[]>;

  dropUnfinished(upload: UnfinishedUpload, signal: AbortSignal): Promise<void>;

  /** Requests and bytes so far, re-sends included. */
  readonly counters: StoreCounters;
}

export interface StoreCounters {
  readonly requests: number;
  readonly bytesSent: number;
  readonly bytesReceived: number;
}
