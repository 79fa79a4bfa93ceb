import type { Catalog } from '../../catalog/catalog.js';
import type { MapChange, MapEntry } from '../../catalog/map-types.js';
import { decodeException } from '../../catalog/maps/exceptions.js';
import { decodeGfidKey, encodeGfidKey } from '../../catalog/maps/gfid-key.js';
import { inodeType, inodeVersion } from '../../catalog/maps/inodes.js';
import type { Gfid } from '../../model/ids.js';
import { compareBytes } from '../../util/bytes.js';
import { laneOf } from '../receive/lane.js';
import type { MapChanges } from './map-changes.js';

/** One file that a lane has to send, or something else that the dataset lacks something of. */
export interface SelectedFile {
  readonly gfid: Gfid;
  /** Encoded inode in the dataset, a regular file's unless `whole`. */
  readonly inode: Uint8Array;
  /** Encoded inode of the same gfid in the base, when it is a basis. */
  readonly before: Uint8Array | null;
  /** Send all of it: what the receiver has is not known to be right. */
  readonly whole: boolean;
}

export interface SelectionOptions {
  readonly lane: number;
  readonly lanes: number;
  /** First gfid to consider; null is the first of all. */
  readonly from: Gfid | null;
  readonly signal: AbortSignal;
}

export interface SelectionModules {
  readonly changes: MapChanges;
  readonly catalog: Catalog;
  readonly base: Catalog | null;
}

/**
 * Metadata that a host cannot hold is in the catalog all the same: nothing is lacking for others.
 */
const HELD_IN_CATALOG = 'unsupported_metadata';

/**
 * What a lane has to send, ascending by gfid: regular files with another version than in the base,
 * and whatever the base or the dataset itself has an exception for.
 */
export async function* selectFiles(
  options: SelectionOptions,
  modules: SelectionModules,
): AsyncGenerator<SelectedFile, void> {
  const { lane, lanes, from, signal } = options;
  const { changes, catalog, base } = modules;
  const start = from === null ? {} : { from: encodeGfidKey(from) };
  const exceptions = new Exceptions([
    ...(base === null ? [] : [base.exceptions.range(start, signal)]),
    catalog.exceptions.range(start, signal),
  ]);
  let exceptional = await exceptions.next();
  for await (const batch of changes.of('inodes', from)) {
    for (const change of batch) {
      while (exceptional !== null && compareBytes(exceptional, change.key) < 0) {
        const file = await exceptionalFile(exceptional, catalog, lane, lanes);
        if (file !== null && base !== null) yield file;
        exceptional = await exceptions.next();
      }
      const whole = exceptional !== null && compareBytes(exceptional, change.key) === 0;
      if (whole) exceptional = await exceptions.next();
      const file = changedFile(change, whole, lane, lanes);
      if (file === null) continue;
      // What a directory above a subpath lacks is nothing that was asked for.
      const isDirectory = whole && inodeType(file.inode) === 'dir';
      if (!isDirectory || !(await changes.isOnWay(file.gfid))) yield file;
    }
  }
  // Without a base every inode that belongs to the stream is among the changes.
  if (base === null) return;
  for (; exceptional !== null; exceptional = await exceptions.next()) {
    const file = await exceptionalFile(exceptional, catalog, lane, lanes);
    if (file !== null) yield file;
  }
}

/** The given files, whole, ascending; those that the dataset does not have are left out. */
export async function* selectGiven(
  files: readonly Gfid[],
  options: SelectionOptions,
  catalog: Catalog,
): AsyncGenerator<SelectedFile, void> {
  const { lane, lanes, from } = options;
  const sorted = [...new Set(files)].sort((a, b) => (a < b ? -1 : 1));
  for (const gfid of sorted) {
    if (from !== null && gfid < from) continue;
    const file = await exceptionalFile(encodeGfidKey(gfid), catalog, lane, lanes);
    if (file !== null) yield file;
  }
}

function changedFile(
  { key, before, after }: MapChange,
  whole: boolean,
  lane: number,
  lanes: number,
): SelectedFile | null {
  if (after === null || laneOf(key, lanes) !== lane) return null;
  if (whole) return { gfid: decodeGfidKey(key), inode: after, before: null, whole };
  if (inodeType(after) !== 'file') return null;
  const was = before !== null && inodeType(before) === 'file' ? before : null;
  if (was !== null && inodeVersion(was) === inodeVersion(after)) return null;
  return { gfid: decodeGfidKey(key), inode: after, before: was, whole };
}

async function exceptionalFile(
  key: Uint8Array,
  catalog: Catalog,
  lane: number,
  lanes: number,
): Promise<SelectedFile | null> {
  if (laneOf(key, lanes) !== lane) return null;
  const inode = await catalog.inodes.get(key);
  if (inode === null) return null;
  return { gfid: decodeGfidKey(key), inode, before: null, whole: true };
}

/** Keys of several exceptions maps, ascending, each once. */
class Exceptions {
  readonly #maps: KeyWalk[];

  constructor(maps: readonly AsyncGenerator<MapEntry[], void>[]) {
    this.#maps = maps.map((map) => new KeyWalk(map));
  }

  async next(): Promise<Uint8Array | null> {
    let lowest: Uint8Array | null = null;
    for (const map of this.#maps) {
      const key = await map.peek();
      if (key !== null && (lowest === null || compareBytes(key, lowest) < 0)) lowest = key;
    }
    if (lowest === null) return null;
    for (const map of this.#maps) {
      const key = await map.peek();
      if (key !== null && compareBytes(key, lowest) === 0) map.pass();
    }
    return lowest;
  }
}

/** The keys of one exceptions map that concern content. */
class KeyWalk {
  readonly #batches: AsyncGenerator<MapEntry[], void>;
  #batch: readonly MapEntry[] = [];
  #index = 0;

  constructor(batches: AsyncGenerator<MapEntry[], void>) {
    this.#batches = batches;
  }

  async peek(): Promise<Uint8Array | null> {
    while (this.#index >= this.#batch.length) {
      const next = await this.#batches.next();
      if (next.done) return null;
      this.#batch = next.value.filter(
        ({ value }) => decodeException(value).code !== HELD_IN_CATALOG,
      );
      this.#index = 0;
    }
    return this.#batch[this.#index]?.key ?? null;
  }

  pass(): void {
    this.#index++;
  }
}
