import type { MapReader } from '../../../catalog/map-reader.js';
import type { MapEntry, Mutation } from '../../../catalog/map-types.js';
import { DmError } from '../../../model/error.js';
import type { Gfid } from '../../../model/ids.js';
import {
  decodeExtent,
  decodeExtentKey,
  type Extent,
  encodeExtent,
  encodeExtentKey,
  extentsOf,
} from '../../../repository/segments-map.js';
import { equalBytes } from '../../../util/bytes.js';

/** What a file has become. */
export interface NewContent {
  readonly size: bigint;
  /** File of the base whose bytes hold where none came; 0 when all came. */
  readonly basis: Gfid | 0n;
  /** What came: keys and values of the map, ascending. To be read once. */
  readonly extents: AsyncIterable<Mutation>;
}

interface Placed {
  readonly offset: bigint;
  readonly extent: Extent;
}

/**
 * The mutations, ascending, that make the extents of `gfid` in the base's map those of its new content: null
 * removes them all. What the basis has between what came stays, cut where it must be. Reads the extents of the file
 * and of its basis once; holds one of each.
 */
export async function* overlayExtents(
  gfid: Gfid,
  content: NewContent | null,
  base: MapReader,
): AsyncGenerator<Mutation, void> {
  const former = new FormerKeys(gfid, base);
  if (content !== null) {
    for await (const { offset, extent } of overlaid(content, base)) {
      const key = encodeExtentKey(gfid, offset);
      const value = encodeExtent(extent);
      yield* former.before(key);
      if (!(await former.passesSame(key, value))) yield { key, value };
    }
  }
  yield* former.before(null);
}

/** The extents of the new content, ascending and without gaps. */
async function* overlaid(content: NewContent, base: MapReader): AsyncGenerator<Placed, void> {
  const { size, basis } = content;
  const kept = new KeptExtents(basis === 0n ? null : basis, base);
  let at = 0n;
  for await (const came of content.extents) {
    if (came.value === null) continue;
    const { offset } = decodeExtentKey(came.key);
    const extent = decodeExtent(came.value);
    if (offset < at || offset + extent.length > size) throw unfit(offset);
    yield* kept.range(at, offset);
    yield { offset, extent };
    at = offset + extent.length;
  }
  yield* kept.range(at, size);
}

/** The extents of a basis, cut to the ranges that are asked for. */
class KeptExtents {
  readonly #entries: AsyncIterator<MapEntry> | null;
  #current: Placed | null = null;

  constructor(basis: Gfid | null, base: MapReader) {
    this.#entries = basis === null ? null : singly(base, basis);
  }

  /** What covers [from, to); ranges ascend. Throws when something of it is missing. */
  async *range(from: bigint, to: bigint): AsyncGenerator<Placed, void> {
    let at = from;
    while (at < to) {
      const current = await this.#at(at);
      const end = current.offset + current.extent.length;
      const until = end < to ? end : to;
      yield { offset: at, extent: cut(current, at, until) };
      at = until;
    }
  }

  /** The extent that holds the byte at `offset`. */
  async #at(offset: bigint): Promise<Placed> {
    for (;;) {
      const current = this.#current;
      if (current !== null && current.offset + current.extent.length > offset) {
        if (current.offset > offset) throw unfit(offset);
        return current;
      }
      const step = await this.#entries?.next();
      if (step === undefined || step.done === true) throw unfit(offset);
      const { key, value } = step.value;
      this.#current = { offset: decodeExtentKey(key).offset, extent: decodeExtent(value) };
    }
  }
}

function cut({ offset, extent }: Placed, from: bigint, to: bigint): Extent {
  const length = to - from;
  if (extent.segment === null) return { ...extent, length };
  return { ...extent, length, start: extent.start + Number(from - offset) };
}

/** The keys that a file has in the base's map: those that get no new value are removed. */
class FormerKeys {
  readonly #entries: AsyncIterator<MapEntry>;
  #current: MapEntry | null = null;
  #ended = false;

  constructor(gfid: Gfid, base: MapReader) {
    this.#entries = singly(base, gfid);
  }

  /** Removes all keys before `key`; null: all that are left. */
  async *before(key: Uint8Array | null): AsyncGenerator<Mutation, void> {
    for (;;) {
      const current = await this.#peek();
      if (current === null || (key !== null && Buffer.compare(current.key, key) >= 0)) return;
      this.#current = null;
      yield { key: current.key, value: null };
    }
  }

  /** Passes `key` if it is next; true when it has this value already. */
  async passesSame(key: Uint8Array, value: Uint8Array): Promise<boolean> {
    const current = await this.#peek();
    if (current === null || !equalBytes(current.key, key)) return false;
    this.#current = null;
    return equalBytes(current.value, value);
  }

  async #peek(): Promise<MapEntry | null> {
    if (this.#current !== null || this.#ended) return this.#current;
    const step = await this.#entries.next();
    this.#ended = step.done === true;
    this.#current = step.done === true ? null : step.value;
    return this.#current;
  }
}

async function* singly(base: MapReader, gfid: Gfid): AsyncGenerator<MapEntry, void> {
  for await (const batch of base.range({ prefix: extentsOf(gfid) })) yield* batch;
}

function unfit(offset: bigint): DmError {
  return new DmError(
    'corrupt',
    `the extents of a file do not fit together at ${offset}; abort the copy and start it anew`,
  );
}
