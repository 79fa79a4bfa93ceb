import { openSync, readdirSync } from 'node:fs';
import { setImmediate as loopTurn } from 'node:timers/promises';
import type { Task } from '../../../worker/task.js';
import { DataRoot } from '../layout/data-root.js';
import { isErrno } from '../sys/errno.js';
import { close, O_DIRECTORY, O_RDONLY, openAt } from '../sys/open.js';
import { readDirectory } from '../sys/readdir.js';
import { statAt } from '../sys/stat.js';
import { exclusiveBytes, sharesExtents } from './exclusive-bytes.js';

export interface SpaceInput {
  readonly root: Uint8Array;
}

export interface SpaceResult {
  /** Bytes that nothing but kept versions of files holds. */
  readonly bytes: number;
}

const BLOCK = 512n;

/** See `versionSpace`. */
export const spaceTask: Task<SpaceInput, SpaceResult> = async (input, io) => {
  using root = DataRoot.open(input.root);
  return { bytes: Number(await versionSpace(root, io.signal)) };
};

/**
 * What the version stores of a root take: the allocated bytes of every kept version, without
 * extents that it shares with other files. Snapshots of btrfs are not in it. Looks at every
 * version; memory stays the same however many there are.
 */
export async function versionSpace(root: DataRoot, signal: AbortSignal): Promise<bigint> {
  const shares = sharesExtents(root.privateFd);
  let bytes = 0n;
  for (const { directory } of root.trees()) {
    for (const shard of shardsOf(directory.versions.path)) {
      bytes += spaceOfShard(`${directory.versions.path}/${shard}`, shares);
      // The thread is shared: a stop is heard between two shards.
      await loopTurn();
      signal.throwIfAborted();
    }
  }
  return bytes;
}

function shardsOf(path: string): string[] {
  try {
    return readdirSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

function spaceOfShard(path: string, shares: boolean): bigint {
  const dirFd = openSync(path, O_RDONLY | O_DIRECTORY);
  try {
    let bytes = 0n;
    for (const entries of readDirectory(dirFd)) {
      for (const { name } of entries) bytes += spaceOf(dirFd, name, shares);
    }
    return bytes;
  } finally {
    close(dirFd);
  }
}

/** Versions come and go while this reads; one that is gone takes nothing. */
function spaceOf(dirFd: number, name: Uint8Array, shares: boolean): bigint {
  try {
    if (!shares) return statAt(dirFd, name).blocks * BLOCK;
    const fd = openAt(dirFd, name, O_RDONLY);
    try {
      return exclusiveBytes(fd, shares);
    } finally {
      close(fd);
    }
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return 0n;
    throw error;
  }
}
