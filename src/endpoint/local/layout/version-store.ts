import {
  constants,
  linkSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  unlinkSync,
} from 'node:fs';
import type { Gfid } from '../../../model/ids.js';
import { hex16 } from '../../../util/hex16.js';
import { PART, versionFileName, versionShard } from './version-name.js';
import { VersionWriter } from './version-writer.js';

const VERSION_FILE = /^([0-9a-f]{16})\.([0-9a-f]{16})$/;

/** Names one captured content; see model/inode.ts. */
export interface VersionName {
  readonly gfid: Gfid;
  readonly version: bigint;
}

/**
 * Contents of files, one file for each (gfid, version): `<shard>/<gfid>.<version>`, the shard being the
 * last two hex digits of the gfid. A file under its final name is whole. Nothing here is synced:
 * whoever writes a record that needs a version syncs the file system first.
 */
export class VersionStore {
  readonly path: string;
  readonly #shards = new Set<string>();

  constructor(path: string) {
    this.path = path;
  }

  pathOf(gfid: Gfid, version: bigint): string {
    return `${this.path}/${versionShard(gfid)}/${versionFileName(gfid, version)}`;
  }

  has(gfid: Gfid, version: bigint): boolean {
    return statSync(this.pathOf(gfid, version), { throwIfNoEntry: false }) !== undefined;
  }

  /** A descriptor for reading, or null when the version is not here. The caller closes it. */
  open(gfid: Gfid, version: bigint): number | null {
    try {
      return openSync(this.pathOf(gfid, version), constants.O_RDONLY | constants.O_NOFOLLOW);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
      throw error;
    }
  }

  /**
   * Makes a version: `fill` writes the content into an empty file, which gets its final name when it
   * returns. When it throws, nothing is left. An older file of the same name is replaced.
   */
  put<T>(gfid: Gfid, version: bigint, fill: (fd: number) => T): T {
    using writer = new VersionWriter(this.path);
    return writer.put(gfid, version, fill);
  }

  /** Moves the file at `from` into the store under its version's name: an inode, not a copy. EXDEV is the caller's. */
  moveIn(from: string | Buffer, gfid: Gfid, version: bigint): void {
    renameSync(from, this.#prepare(gfid, version));
  }

  /** Gives the inode at `from` a second name in the store. */
  linkIn(from: string | Buffer, gfid: Gfid, version: bigint): void {
    linkSync(from, this.#prepare(gfid, version));
  }

  /** False when there was none. */
  remove(gfid: Gfid, version: bigint): boolean {
    try {
      unlinkSync(this.pathOf(gfid, version));
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
      throw error;
    }
  }

  /** Every whole version, shard by shard; for repairs and for tests, it reads all names. */
  *list(): Generator<VersionName> {
    for (const [, name] of this.#files()) {
      const match = VERSION_FILE.exec(name);
      if (match === null) continue;
      yield { gfid: BigInt(`0x${match[1]}`) as Gfid, version: BigInt(`0x${match[2]}`) };
    }
  }

  /** Removes half-written files and every version of `version`: what an interrupted capture left. */
  removeLeftovers(version: bigint): number {
    const suffix = `.${hex16(version)}`;
    let removed = 0;
    for (const [path, name] of this.#files()) {
      if (!name.endsWith(PART) && !name.endsWith(suffix)) continue;
      rmSync(path, { force: true });
      removed++;
    }
    return removed;
  }

  *#files(): Generator<[path: string, name: string]> {
    for (const shard of readdirSync(this.path).sort()) {
      for (const name of readdirSync(`${this.path}/${shard}`)) {
        yield [`${this.path}/${shard}/${name}`, name];
      }
    }
  }

  #prepare(gfid: Gfid, version: bigint): string {
    const path = this.pathOf(gfid, version);
    const shard = path.slice(0, path.lastIndexOf('/'));
    if (!this.#shards.has(shard)) {
      mkdirSync(shard, { recursive: true, mode: 0o700 });
      this.#shards.add(shard);
    }
    return path;
  }
}
