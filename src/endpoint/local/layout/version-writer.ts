import { mkdirSync } from 'node:fs';
import type { Gfid } from '../../../model/ids.js';
import { renameAt, unlinkAt } from '../sys/create.js';
import { close, O_CREAT, O_TRUNC, O_WRONLY, openAt, openRoot } from '../sys/open.js';
import { PART, versionFileName, versionShard } from './version-name.js';

/**
 * Puts many versions into a version store one after the other. Directories of the store that were written to stay
 * open until it is disposed of, at most 256: by path, finding them takes longer than making a file.
 */
export class VersionWriter implements Disposable {
  readonly #path: string;
  readonly #shards = new Map<string, number>();

  /** `path`: of the version store. */
  constructor(path: string) {
    this.#path = path;
  }

  /** See VersionStore.put. */
  put<T>(gfid: Gfid, version: bigint, fill: (fd: number) => T): T {
    const dirFd = this.#shard(versionShard(gfid));
    const name = versionFileName(gfid, version);
    const part = Buffer.from(name + PART, 'latin1');
    const fd = openAt(dirFd, part, O_WRONLY | O_CREAT | O_TRUNC, 0o600);
    let result: T;
    try {
      result = fill(fd);
    } catch (error) {
      close(fd);
      unlinkAt(dirFd, part);
      throw error;
    }
    close(fd);
    renameAt(dirFd, part, dirFd, Buffer.from(name, 'latin1'));
    return result;
  }

  [Symbol.dispose](): void {
    for (const fd of this.#shards.values()) close(fd);
    this.#shards.clear();
  }

  #shard(name: string): number {
    const known = this.#shards.get(name);
    if (known !== undefined) return known;
    const path = `${this.#path}/${name}`;
    mkdirSync(path, { recursive: true, mode: 0o700 });
    const fd = openRoot(Buffer.from(path), { followSymlinks: true });
    this.#shards.set(name, fd);
    return fd;
  }
}
