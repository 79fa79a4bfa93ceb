import type { InodeName } from '../../catalog/catalog.js';
import type { MapEntry } from '../../catalog/map-types.js';
import { decodeEntryKey, decodeEntryValue, entriesOf } from '../../catalog/maps/entries.js';
import { decodeGfidKey, encodeGfidKey } from '../../catalog/maps/gfid-key.js';
import { decodeInode, encodeInode } from '../../catalog/maps/inodes.js';
import { encodeLinkKey, LINK_VALUE } from '../../catalog/maps/links.js';
import { type Gfid, ROOT_GFID } from '../../model/ids.js';
import type { Inode } from '../../model/inode.js';
import type { StructureMap } from '../change-payload.js';
import type { SubpathScope } from './subpath-scope.js';

/**
 * Up to this many inodes are collected by walking the subpaths; beyond,
 * the whole inodes map is gone through.
 */
const WALKED = 100_000;
const BATCH = 256;

/** An inode that is in, with the names that are. */
interface Included {
  readonly key: Uint8Array;
  readonly inode: Inode;
  /** At least one; the first is the inode's first name while that is in. */
  readonly names: readonly InodeName[];
}

/**
 * The maps of a dataset, reduced to some subpaths: everything at and below them, and the bare
 * directories above. Names of a hard link that lie elsewhere are gone, and its inode says so.
 */
export class FilteredMaps {
  readonly #scope: SubpathScope;
  /** Ascending; null when they were too many to hold. */
  readonly #walked: readonly Gfid[] | null;

  private constructor(scope: SubpathScope, walked: readonly Gfid[] | null) {
    this.#scope = scope;
    this.#walked = walked;
  }

  static async open(scope: SubpathScope, signal: AbortSignal): Promise<FilteredMaps> {
    return new FilteredMaps(scope, await walk(scope, signal));
  }

  /** Entries of one of the maps in ascending key order, in batches; inodes from `from` on. */
  async *map(
    map: StructureMap,
    from: Gfid | null,
    signal: AbortSignal,
  ): AsyncGenerator<MapEntry[]> {
    let batch: MapEntry[] = [];
    for await (const included of this.#included(from, signal)) {
      for await (const entry of this.#entriesFor(map, included, signal)) batch.push(entry);
      if (batch.length < BATCH) continue;
      yield batch;
      batch = [];
    }
    if (batch.length > 0) yield batch;
  }

  async *#entriesFor(
    map: StructureMap,
    included: Included,
    signal: AbortSignal,
  ): AsyncGenerator<MapEntry> {
    const { key, inode, names } = included;
    const { catalog } = this.#scope;
    if (map === 'inodes') yield { key, value: correctedInode(included) };
    else if (map === 'side') {
      const value = await catalog.side.get(key);
      if (value !== null) yield { key, value };
    } else if (map === 'links') {
      const further = names.slice(1);
      for (const { parent, name } of further) {
        yield { key: encodeLinkKey(decodeGfidKey(key), parent, name), value: LINK_VALUE };
      }
    } else if (inode.type === 'dir') {
      const directory = decodeGfidKey(key);
      for await (const batch of catalog.entries.range({ prefix: entriesOf(directory) }, signal)) {
        for (const entry of batch) {
          if (await this.#scope.hasName(directory, decodeEntryKey(entry.key).name)) yield entry;
        }
      }
    }
  }

  async *#included(from: Gfid | null, signal: AbortSignal): AsyncGenerator<Included> {
    for await (const { key, value } of this.#candidates(from, signal)) {
      const gfid = decodeGfidKey(key);
      const inode = decodeInode(value);
      const names = gfid === ROOT_GFID ? [inode] : await this.#namesOf(gfid, inode);
      if (names.length > 0) yield { key, inode, names };
    }
  }

  async #namesOf(gfid: Gfid, inode: Inode): Promise<InodeName[]> {
    const single = inode.nlink <= 1 || inode.type === 'dir';
    const names = single ? [inode] : await this.#scope.catalog.namesOf(gfid);
    const included: InodeName[] = [];
    for (const { parent, name } of names) {
      if (await this.#scope.hasName(parent, name)) included.push({ parent, name });
    }
    return included;
  }

  async *#candidates(from: Gfid | null, signal: AbortSignal): AsyncGenerator<MapEntry> {
    const { inodes } = this.#scope.catalog;
    if (this.#walked === null) {
      const start = from === null ? {} : { from: encodeGfidKey(from) };
      for await (const batch of inodes.range(start, signal)) yield* batch;
      return;
    }
    for (const gfid of this.#walked) {
      signal.throwIfAborted();
      if (from !== null && gfid < from) continue;
      const key = encodeGfidKey(gfid);
      const value = await inodes.get(key);
      if (value !== null) yield { key, value };
    }
  }
}

function correctedInode({ inode, names }: Included): Uint8Array {
  const [first] = names;
  if (inode.type === 'dir' || first === undefined) return encodeInode(inode);
  return encodeInode({ ...inode, ...first, nlink: names.length });
}

/**
 * Gfids at and below the targets and on the way to them, ascending; null when there are too many.
 */
async function walk(scope: SubpathScope, signal: AbortSignal): Promise<Gfid[] | null> {
  const found = new Set<Gfid>([ROOT_GFID, ...scope.ways.keys(), ...scope.targets]);
  // A directory is looked through once: nothing but directories that were just found is waiting.
  const waiting = [...scope.targets];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    for await (const batch of scope.catalog.entries.range({ prefix: entriesOf(next) }, signal)) {
      for (const { value } of batch) {
        const { gfid, type } = decodeEntryValue(value);
        if (!found.has(gfid) && type === 'dir') waiting.push(gfid);
        found.add(gfid);
      }
      if (found.size > WALKED) return null;
    }
  }
  return [...found].sort((a, b) => (a < b ? -1 : 1));
}
