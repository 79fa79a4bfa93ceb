import { fchmodSync, fstatSync } from 'node:fs';
import { splitPath } from '../../../../model/entry-name.js';
import { DmError } from '../../../../model/error.js';
import { ROOT_GFID } from '../../../../model/ids.js';
import { gfidName } from '../../layout/gfid-name.js';
import { makeDirectory, renameAt } from '../../sys/create.js';
import { isErrno, sysToDm } from '../../sys/errno.js';
import { close, dup, O_DIRECTORY, O_RDONLY, openAt } from '../../sys/open.js';
import { StatView } from '../../sys/stat.js';
import type { MergeInto } from './merge-into.js';

const VIEW = new StatView();
const PARENT_MODE = 0o755;
/** Inherited from the directory above. */
const S_ISGID = 0o2000;

export interface PublishPlaces {
  /** The data root, and the target below it. */
  readonly rootFd: number;
  readonly livePath: Uint8Array;
  readonly stageFd: number;
}

export interface PublishOptions extends PublishPlaces {
  /** Not null: the target holds other things, and only these paths are put in. */
  readonly into: readonly Uint8Array[] | null;
}

/** Moves a new tree that was built whole to the target path, atomically. Nothing happens when it was moved already. */
export function publish(options: PublishOptions, step: (name: string) => void): void {
  const { rootFd, livePath, stageFd, into } = options;
  const staged = gfidName(ROOT_GFID);
  if (!VIEW.findAt(stageFd, staged)) return;
  const components = splitPath(livePath);
  const name = components.pop();
  if (name === undefined) throw new DmError('target_forbidden', 'a root itself is no target');
  const parentFd = openOrMakeAll(rootFd, components);
  try {
    step('publish');
    if (into === null) moveWhole(stageFd, staged, parentFd, name, livePath);
    else mergeAll(stageFd, staged, parentFd, name, into);
  } finally {
    close(parentFd);
  }
}

/** Merges a new tree that was built whole into what is at the target path. May be done again. */
export async function publishInto(
  { rootFd, livePath, stageFd }: PublishPlaces,
  merge: MergeInto,
  step: (name: string) => void,
): Promise<void> {
  const staged = gfidName(ROOT_GFID);
  if (!VIEW.findAt(stageFd, staged)) return;
  const components = splitPath(livePath);
  const name = components.pop();
  if (name === undefined) throw new DmError('target_forbidden', 'a root itself is no target');
  const parentFd = openOrMakeAll(rootFd, components);
  try {
    if (!VIEW.findAt(parentFd, name)) {
      step('publish');
      renameAt(stageFd, staged, parentFd, name, 'keep');
      return;
    }
    const from = openAt(stageFd, staged, O_RDONLY | O_DIRECTORY);
    try {
      const to = openAt(parentFd, name, O_RDONLY | O_DIRECTORY);
      try {
        await merge.run(from, to);
      } finally {
        close(to);
      }
    } finally {
      close(from);
    }
  } finally {
    close(parentFd);
  }
}

function moveWhole(
  stageFd: number,
  staged: Uint8Array,
  parentFd: number,
  name: Uint8Array,
  livePath: Uint8Array,
): void {
  try {
    renameAt(stageFd, staged, parentFd, name);
  } catch (error) {
    if (isErrno(error, 'ENOTEMPTY', 'EEXIST', 'ENOTDIR')) throw filledMeanwhile();
    if (isErrno(error, 'EBUSY')) {
      throw new DmError(
        'target_unsuitable',
        'the target is a mount point; copy into a directory below it',
        { cause: error },
      );
    }
    throw sysToDm(error, 'put the copy at', livePath);
  }
}

function mergeAll(
  stageFd: number,
  staged: Uint8Array,
  parentFd: number,
  name: Uint8Array,
  subpaths: readonly Uint8Array[],
): void {
  for (const subpath of subpaths) {
    const from = openAt(stageFd, staged, O_RDONLY | O_DIRECTORY);
    try {
      const to = openAt(parentFd, name, O_RDONLY | O_DIRECTORY);
      try {
        merge(from, to, splitPath(subpath));
      } finally {
        close(to);
      }
    } finally {
      close(from);
    }
  }
}

/** Goes down while both have the directory; what only staging has is moved at once, with its metadata. */
function merge(fromFd: number, toFd: number, components: readonly Uint8Array[]): void {
  const [name, ...rest] = components;
  if (name === undefined || !VIEW.findAt(fromFd, name)) return;
  if (!VIEW.findAt(toFd, name)) {
    renameAt(fromFd, name, toFd, name, 'keep');
    return;
  }
  if (rest.length === 0) throw filledMeanwhile();
  const from = openAt(fromFd, name, O_RDONLY | O_DIRECTORY);
  try {
    const to = openAt(toFd, name, O_RDONLY | O_DIRECTORY);
    try {
      merge(from, to, rest);
    } finally {
      close(to);
    }
  } finally {
    close(from);
  }
}

/** Opens a directory below a root, making those on the way that are missing. The caller closes it. */
export function openOrMakeAll(rootFd: number, components: readonly Uint8Array[]): number {
  let fd = dup(rootFd);
  for (const name of components) {
    try {
      const next = openOrMake(fd, name);
      close(fd);
      fd = next;
    } catch (error) {
      close(fd);
      throw sysToDm(error, 'open the directory', name);
    }
  }
  return fd;
}

function openOrMake(fd: number, name: Uint8Array): number {
  try {
    return openAt(fd, name, O_RDONLY | O_DIRECTORY);
  } catch (error) {
    if (!isErrno(error, 'ENOENT')) throw error;
  }
  makeDirectory(fd, name, PARENT_MODE);
  const made = openAt(fd, name, O_RDONLY | O_DIRECTORY);
  // The agent's umask is for its own files; parents are as the operator's own would be.
  fchmodSync(made, PARENT_MODE | (fstatSync(made).mode & S_ISGID));
  return made;
}

function filledMeanwhile(): DmError {
  return new DmError(
    'target_not_empty',
    'something was put at the target while the copy ran; move it away and run the copy again',
  );
}
