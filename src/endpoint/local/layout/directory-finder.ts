import type { Catalog } from '../../../catalog/catalog.js';
import { decodeInode } from '../../../catalog/maps/inodes.js';
import { DmError } from '../../../model/error.js';
import { type Gfid, ROOT_GFID } from '../../../model/ids.js';
import { copyBytes } from '../../../util/bytes.js';
import { Lru } from '../../../util/lru.js';
import type { MaybePromise } from '../../../util/maybe-promise.js';
import { makeDirectory } from '../sys/create.js';
import { isErrno, SysError } from '../sys/errno.js';
import { close, O_DIRECTORY, O_RDONLY, openAt } from '../sys/open.js';
import { gfidName } from './gfid-name.js';

/** Descriptors that are kept. */
const OPEN = 512;
/** Of one way down, so that a deep directory does not push out the one that was found before it. */
const KEPT_OF_ONE_WAY = 128;
const MAX_DEPTH = 65_536;

/** Where a directory may lie instead of at its place in the catalog: in `fd`, under its gfid. */
export interface Aside {
  readonly fd: number;
  /** It lies nowhere else. */
  readonly only: boolean;
}

export interface DirectoryPlaces {
  /** Names and parents of the directories. */
  readonly catalog: Catalog;
  /** Null when the directory can only be at its place in the catalog. */
  aside(gfid: Gfid): MaybePromise<Aside | null>;
  /** Opens the live base directory; null when there is none. */
  openBase(): number | null;
  /** Make directories that are missing (in staging). */
  readonly make: boolean;
}

/**
 * Finds the directories of a tree on disk by their gfid, through directory descriptors only,
 * never through a symlink. Descriptors are kept and stay right while directories are moved; a
 * found one is good until two further searches have ended.
 */
export class DirectoryFinder implements Disposable {
  readonly #places: DirectoryPlaces;
  readonly #open = new Lru<Gfid, number>(
    OPEN,
    () => 1,
    (_, fd) => close(fd),
  );

  constructor(places: DirectoryPlaces) {
    this.#places = places;
  }

  /** The directory, opened for reading; null when it is not there (any more). */
  find(gfid: Gfid): MaybePromise<number | null> {
    return this.#open.get(gfid) ?? this.#walk(gfid);
  }

  [Symbol.dispose](): void {
    this.#open.clear();
  }

  async #walk(gfid: Gfid): Promise<number | null> {
    const way: { gfid: Gfid; name: Uint8Array }[] = [];
    let at = gfid;
    let fd: number | null | undefined;
    for (;;) {
      fd = this.#open.get(at) ?? (await this.#lookAside(at));
      if (fd !== undefined) break;
      if (at === ROOT_GFID) {
        fd = this.#places.openBase();
        if (fd !== null) this.#open.set(at, fd);
        break;
      }
      const value = await this.#places.catalog.encodedInode(at);
      if (value === null || way.length > MAX_DEPTH) {
        throw new DmError('corrupt', `directory ${at} is not in the catalog; copy the tree anew`);
      }
      const inode = decodeInode(value);
      way.push({ gfid: at, name: inode.name });
      at = inode.parent;
    }
    return fd === null ? null : this.#descend(fd, way);
  }

  /** Opens the rest of the way, which is in reverse order. */
  #descend(from: number, way: { gfid: Gfid; name: Uint8Array }[]): number | null {
    let fd = from;
    let passing = false;
    for (let step = way.pop(); step !== undefined; step = way.pop()) {
      const next = this.#openOrMake(fd, step.name);
      if (passing) close(fd);
      if (next === null) return null;
      fd = next;
      passing = way.length >= KEPT_OF_ONE_WAY;
      if (!passing) this.#open.set(step.gfid, fd);
    }
    return fd;
  }

  /** Undefined: look at the place in the catalog. Null: nowhere. */
  async #lookAside(gfid: Gfid): Promise<number | null | undefined> {
    const asked = this.#places.aside(gfid);
    const aside = asked instanceof Promise ? await asked : asked;
    if (aside === null) return undefined;
    const fd = aside.only
      ? this.#openOrMake(aside.fd, gfidName(gfid))
      : openOrNull(aside.fd, gfidName(gfid));
    if (fd === null) return aside.only ? null : undefined;
    this.#open.set(gfid, fd);
    return fd;
  }

  #openOrMake(dirFd: number, name: Uint8Array): number | null {
    const fd = openOrNull(dirFd, name);
    if (fd !== null || !this.#places.make) return fd;
    const kept = copyBytes(name);
    try {
      makeDirectory(dirFd, kept, 0o700);
    } catch (error) {
      // Another lane has just made it.
      if (!isErrno(error, 'EEXIST')) throw error;
    }
    return openAt(dirFd, kept, O_RDONLY | O_DIRECTORY);
  }
}

function openOrNull(dirFd: number, name: Uint8Array): number | null {
  try {
    return openAt(dirFd, name, O_RDONLY | O_DIRECTORY);
  } catch (error) {
    if (error instanceof SysError && isErrno(error, 'ENOENT', 'ENOTDIR', 'ELOOP')) return null;
    throw error;
  }
}
