/** Keys and values are views into pages: copy what must outlive the batch it came in. */
export interface MapEntry {
  readonly key: Uint8Array;
  readonly value: Uint8Array;
}

/** Sets `key` to `value`, or removes it when the value is null. */
export interface Mutation {
  readonly key: Uint8Array;
  readonly value: Uint8Array | null;
}

/** One key that differs. Null means absent on that side; never null on both. */
export interface MapChange {
  readonly key: Uint8Array;
  readonly before: Uint8Array | null;
  readonly after: Uint8Array | null;
}

/** Bounds of an iteration; what is left out does not bound it. */
export interface KeyRange {
  /** First key, inclusive. */
  readonly from?: Uint8Array;
  /** Begin behind this key: to resume where an iteration stopped. */
  readonly after?: Uint8Array;
  /** Stop before this key. */
  readonly to?: Uint8Array;
  /** Only keys that begin with this. */
  readonly prefix?: Uint8Array;
}
