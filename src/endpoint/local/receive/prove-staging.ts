import { DmError } from '../../../model/error.js';
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
 * where a tree lies already, so that it stays as it is. Leaves nothing behind.
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
    tryMoves(privateFd, nearest);
    setTimesFd(nearest, null, there.mtimeNs);
  } catch (error) {
    if (!isErrno(error, 'EXDEV', 'EPERM', 'EACCES', 'EROFS', 'EMLINK')) throw error;
    throw unsuitable(target, error instanceof SysError ? error.message : '', error);
  } finally {
    close(nearest);
  }
}

function tryMoves(stagingFd: number, nearest: number): void {
  const name = Buffer.from(`.dm-proof-${process.pid}-${Date.now().toString(36)}`);
  const linked = Buffer.concat([name, Buffer.from('-link')]);
  close(openAt(stagingFd, name, O_RDWR | O_CREAT | O_EXCL, 0o600));
  try {
    linkAt(stagingFd, name, nearest, linked);
    renameAt(nearest, linked, stagingFd, linked);
    renameAt(stagingFd, name, nearest, name);
  } finally {
    for (const dirFd of [stagingFd, nearest]) {
      for (const one of [name, linked]) removeIfThere(dirFd, one);
    }
  }
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
