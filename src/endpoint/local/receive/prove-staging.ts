import { createHash } from 'node:crypto';
import { DmError } from '../../../model/error.js';
import { PROOF_PREFIX } from '../layout/unfinished.js';
import { setTimesFd } from '../sys/attributes.js';
import { linkAt, renameAt, unlinkAt } from '../sys/create.js';
import { isErrno, SysError } from '../sys/errno.js';
import {
  close,
  O_CREAT,
  O_DIRECTORY,
  O_EXCL,
  O_RDONLY,
  O_RDWR,
  openAt,
  openSelf,
} from '../sys/open.js';
import { statFd } from '../sys/stat.js';
import type { CheckedTarget } from './target-check.js';

/**
 * Proves that what is staged can be moved and linked to the target: by doing it where nothing has been received
 * yet, for nothing tells beforehand about bind mounts and project quotas; by comparing file system and mount
 * where a tree lies already, so that it stays as it is. Leaves nothing behind; what a kill leaves, the next attempt removes.
 */
export function proveStaging(target: CheckedTarget): void {
  const { privateFd } = target.root;
  const nearest = openNearest(target);
  try {
    const there = statFd(nearest);
    const here = statFd(privateFd);
    if (there.dev !== here.dev || there.mountId !== here.mountId) {
      throw unsuitable(target, 'it lies on another file system, subvolume or mount');
    }
    if (target.state.head !== null) return;
    tryMoves(privateFd, nearest, proofName(target));
    setTimesFd(nearest, null, there.mtimeNs);
  } catch (error) {
    if (!isErrno(error, 'EXDEV', 'EPERM', 'EACCES', 'EROFS', 'EMLINK')) throw error;
    throw unsuitable(target, error instanceof SysError ? error.message : '', error);
  } finally {
    close(nearest);
  }
}

/** The same at every attempt for a target, of which there is one at a time: so what a kill left of the last one is found. */
function proofName({ path }: CheckedTarget): Buffer {
  const digest = createHash('sha256').update(path).digest('hex').slice(0, 32);
  return Buffer.from(`${PROOF_PREFIX}${digest}`);
}

function tryMoves(stagingFd: number, nearest: number, name: Buffer): void {
  const linked = Buffer.concat([name, Buffer.from('-link')]);
  removeProofs([stagingFd, nearest], [name, linked]);
  close(openAt(stagingFd, name, O_RDWR | O_CREAT | O_EXCL, 0o600));
  try {
    linkAt(stagingFd, name, nearest, linked);
    renameAt(nearest, linked, stagingFd, linked);
    renameAt(stagingFd, name, nearest, name);
  } finally {
    removeProofs([stagingFd, nearest], [name, linked]);
  }
}

function removeProofs(directories: readonly number[], names: readonly Buffer[]): void {
  for (const dirFd of directories) for (const name of names) removeIfThere(dirFd, name);
}

function removeIfThere(dirFd: number, name: Uint8Array): void {
  try {
    unlinkAt(dirFd, name);
  } catch (error) {
    if (!isErrno(error, 'ENOENT')) throw error;
  }
}

function unsuitable(target: CheckedTarget, why: string, cause?: unknown): DmError {
  const path = Buffer.from(target.path).toString();
  return new DmError(
    'target_unsuitable',
    `files cannot be moved from ${target.root.path}/.datamover to ${path} (${why}); give its file system or subvolume as a --root of its own`,
    { data: { path }, cause },
  );
}

/** The target directory itself, or the last directory on the way to it. */
function openNearest({ root, components }: CheckedTarget): number {
  let fd = openSelf(root.fd);
  for (const name of components) {
    let next: number;
    try {
      next = openAt(fd, name, O_RDONLY | O_DIRECTORY);
    } catch (error) {
      if (isErrno(error, 'ENOENT')) return fd;
      close(fd);
      throw error;
    }
    close(fd);
    fd = next;
  }
  return fd;
}
