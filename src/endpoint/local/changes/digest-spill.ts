import { closeSync, ftruncateSync, openSync, readSync, writeSync } from 'node:fs';
import type { Mutation } from '../../../catalog/map-types.js';
import { encodeContentKey, encodeContentValue } from '../../../catalog/maps/content.js';
import type { Gfid } from '../../../model/ids.js';
import { compareBytes } from '../../../util/bytes.js';

const KEY_BYTES = 12;
const DIGEST_BYTES = 32;
/** Key, u8 1 for a digest or 0 for a hole, digest or zeros. */
const RECORD_BYTES = KEY_BYTES + 1 + DIGEST_BYTES;
const BUFFER_BYTES = 1024 * RECORD_BYTES;

/**
 * Leaf digests that one lane made, in a file, in the order of the content map.
 * They are worth having, but no reason to stop a stream: when the file cannot be
 * written (a full disk), they are given up.
 */
export class DigestSpill {
  readonly path: string;
  readonly #fd: number;
  readonly #buffer = Buffer.alloc(BUFFER_BYTES);
  #buffered = 0;
  #written = 0;
  #failure: unknown = null;

  /** Makes the file; it must not be there. */
  constructor(path: string) {
    this.path = path;
    this.#fd = openSync(path, 'wx', 0o600);
  }

  /** Strictly ascending. `digest` is null for a leaf that is a hole. */
  add(gfid: Gfid, leaf: number, digest: Uint8Array | null): void {
    if (this.#buffered === BUFFER_BYTES) this.#flush();
    const record = this.#buffer.subarray(this.#buffered, this.#buffered + RECORD_BYTES);
    record.set(encodeContentKey(gfid, leaf));
    record[KEY_BYTES] = digest === null ? 0 : 1;
    if (digest === null) record.fill(0, KEY_BYTES + 1);
    else record.set(digest, KEY_BYTES + 1);
    this.#buffered += RECORD_BYTES;
  }

  /** Where the next record goes; see `rewind`. */
  mark(): number {
    return this.#written + this.#buffered;
  }

  /** Forgets what was added since the mark was taken. */
  rewind(mark: number): void {
    if (mark >= this.#written) {
      this.#buffered = mark - this.#written;
      return;
    }
    if (this.#failure === null) ftruncateSync(this.#fd, mark);
    this.#written = mark;
    this.#buffered = 0;
  }

  /** Completes the file. Returns why it is not complete, or null when it is. */
  close(): unknown {
    this.#flush();
    closeSync(this.#fd);
    return this.#failure;
  }

  #flush(): void {
    try {
      let at = this.#failure === null ? 0 : this.#buffered;
      while (at < this.#buffered) {
        at += writeSync(this.#fd, this.#buffer, at, this.#buffered - at, this.#written + at);
      }
    } catch (error) {
      this.#failure = error;
    }
    this.#written += this.#buffered;
    this.#buffered = 0;
  }
}

/** Merges the files of several lanes into mutations of the content map, in batches. */
export async function* mergeSpills(paths: readonly string[]): AsyncGenerator<Mutation[], void> {
  const readers = paths.map((path) => new SpillReader(path));
  try {
    let batch: Mutation[] = [];
    for (;;) {
      let first: SpillReader | null = null;
      for (const reader of readers) {
        if (reader.current === null) continue;
        if (first?.current == null || compareBytes(reader.current.key, first.current.key) < 0) {
          first = reader;
        }
      }
      if (first?.current == null) break;
      batch.push(first.current);
      first.advance();
      if (batch.length === 1024) {
        yield batch;
        batch = [];
      }
    }
    if (batch.length > 0) yield batch;
  } finally {
    for (const reader of readers) reader.close();
  }
}

class SpillReader {
  current: Mutation | null = null;
  readonly #fd: number;
  #buffer = Buffer.alloc(0);
  #at = 0;

  constructor(path: string) {
    this.#fd = openSync(path, 'r');
    this.advance();
  }

  advance(): void {
    if (this.#at === this.#buffer.length) this.#fill();
    if (this.#buffer.length === 0) {
      this.current = null;
      return;
    }
    const record = this.#buffer.subarray(this.#at, this.#at + RECORD_BYTES);
    this.#at += RECORD_BYTES;
    const digest = record[KEY_BYTES] === 0 ? null : record.subarray(KEY_BYTES + 1);
    this.current = { key: record.subarray(0, KEY_BYTES), value: encodeContentValue(digest) };
  }

  close(): void {
    closeSync(this.#fd);
  }

  #fill(): void {
    // Records of the batch before are still in use: a buffer of its own for each.
    const buffer = Buffer.allocUnsafe(BUFFER_BYTES);
    this.#buffer = buffer.subarray(0, readSync(this.#fd, buffer, 0, BUFFER_BYTES, null));
    this.#at = 0;
  }
}
