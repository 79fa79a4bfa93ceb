import type { Catalog } from '../../../catalog/catalog.js';
import type { MapReader } from '../../../catalog/map-reader.js';
import { decodeBinding } from '../../../catalog/maps/bindings.js';
import { encodeGfidKey } from '../../../catalog/maps/gfid-key.js';
import { decodeInoValue, encodeInoKey } from '../../../catalog/maps/inode-index.js';
import { inodeType } from '../../../catalog/maps/inodes.js';
import { splitPath } from '../../../model/entry-name.js';
import type { Gfid } from '../../../model/ids.js';
import { placeOfInode } from '../sys/btrfs.js';
import { inodesChangedSince } from '../sys/btrfs-search.js';
import { isErrno } from '../sys/errno.js';

/** More than this and a walk is as fast, and needs no memory for it. */
const MAX_CHANGED = 100_000;
const SLASH = 0x2f;

interface FinderOptions {
  /** The base directory of the tree in the new snapshot. */
  readonly baseFd: number;
  /** Its path below the snapshot. */
  readonly base: Uint8Array;
  /** The transaction that made the last dataset's snapshot. */
  readonly since: bigint;
}

/** A directory of the new tree that has changed, or has what has changed in or below it. */
export interface ChangedDirectory {
  /** Its entries may be others than before, or itself may. */
  isChanged: boolean;
  /** Of a directory that has not changed: names whose inodes have. */
  readonly names: Map<string, Buffer>;
  /** By name in latin1. */
  readonly children: Map<string, ChangedDirectory>;
}

export interface ChangedTreeModules {
  readonly catalog: Catalog;
  readonly bindings: MapReader;
  readonly inodeIndex: MapReader;
}

/**
 * Where a scan has to look, after what btrfs says was changed since the last dataset: the base directory and what is of
 * interest below it. Inodes that the last dataset does not know are found in their directories, which have changed.
 * Null when that is too much, or the paths are too long to be told.
 */
export async function findChangedTree(
  options: FinderOptions,
  modules: ChangedTreeModules,
  signal: AbortSignal,
): Promise<ChangedDirectory | null> {
  try {
    return await new ChangedTreeFinder(options, modules).find(signal);
  } catch (error) {
    if (isErrno(error, 'ENAMETOOLONG')) return null;
    throw error;
  }
}

class ChangedTreeFinder {
  readonly #options: FinderOptions;
  readonly #modules: ChangedTreeModules;
  readonly #top = newDirectory();
  /** By inode number; null for those that are not below the base. */
  readonly #directories = new Map<bigint, ChangedDirectory | null>();

  constructor(options: FinderOptions, modules: ChangedTreeModules) {
    this.#options = options;
    this.#modules = modules;
  }

  async find(signal: AbortSignal): Promise<ChangedDirectory | null> {
    const { baseFd, since } = this.#options;
    const others: Gfid[] = [];
    let count = 0;
    for (const { ino, type } of inodesChangedSince(baseFd, since)) {
      const isDirectory = type === 'dir';
      if (++count > MAX_CHANGED) return null;
      signal.throwIfAborted();
      const gfid = await this.#known(ino, isDirectory);
      if (gfid === null) continue;
      if (!isDirectory) {
        others.push(gfid);
        continue;
      }
      const directory = this.#directory(ino);
      if (directory !== null) directory.isChanged = true;
    }
    for (const gfid of others) await this.#addName(gfid);
    return this.#top;
  }

  async #known(ino: bigint, isDirectory: boolean): Promise<Gfid | null> {
    const { inodeIndex, catalog } = this.#modules;
    const value = await inodeIndex.get(encodeInoKey(ino));
    if (value === null) return null;
    const gfid = decodeInoValue(value);
    const inode = await catalog.encodedInode(gfid);
    return inode !== null && (inodeType(inode) === 'dir') === isDirectory ? gfid : null;
  }

  /** One name in a directory that is not read anyway is enough to look at an inode. */
  async #addName(gfid: Gfid): Promise<void> {
    for (const { parent, name } of await this.#modules.catalog.namesOf(gfid)) {
      const binding = await this.#modules.bindings.get(encodeGfidKey(parent));
      if (binding === null) continue;
      const directory = this.#directory(decodeBinding(binding).ino);
      if (directory === null || directory.isChanged) continue;
      directory.names.set(Buffer.from(name).toString('latin1'), Buffer.from(name));
      return;
    }
  }

  /** The node of a directory, made with those above it; null when it is not, or no longer, below the base. */
  #directory(ino: bigint): ChangedDirectory | null {
    const known = this.#directories.get(ino);
    if (known !== undefined) return known;
    const components = this.#componentsOf(ino);
    let node: ChangedDirectory | null = components === null ? null : this.#top;
    for (const component of components ?? []) {
      const name = component.toString('latin1');
      const child: ChangedDirectory = node?.children.get(name) ?? newDirectory();
      node?.children.set(name, child);
      node = child;
    }
    this.#directories.set(ino, node);
    return node;
  }

  #componentsOf(ino: bigint): Buffer[] | null {
    const { baseFd, base } = this.#options;
    let path: Buffer;
    try {
      path = placeOfInode(baseFd, ino).path;
    } catch (error) {
      if (isErrno(error, 'ENOENT')) return null;
      throw error;
    }
    const above = base.length;
    if (!path.subarray(0, above).equals(base)) return null;
    if (path.length === above) return [];
    if (above > 0 && path[above] !== SLASH) return null;
    const below = path.subarray(above === 0 ? 0 : above + 1);
    return splitPath(below).map((one) => Buffer.from(one));
  }
}

function newDirectory(): ChangedDirectory {
  return { isChanged: false, names: new Map(), children: new Map() };
}
