import { diffMaps } from '../../../catalog/diff-maps.js';
import { decodeGfidKey } from '../../../catalog/maps/gfid-key.js';
import { decodeInode, inodeType } from '../../../catalog/maps/inodes.js';
import type { PageReader } from '../../../catalog/page-reader.js';
import { printable } from '../../../model/entry-name.js';
import type { Gfid } from '../../../model/ids.js';
import type { Inode } from '../../../model/inode.js';
import { equalBytes } from '../../../util/bytes.js';
import type { FileFailure } from '../../receive/file-failure.js';
import type { DirectoryFinder } from '../layout/directory-finder.js';
import { makeNode, makeSymlink, unlinkAt } from '../sys/create.js';
import { isErrno } from '../sys/errno.js';
import { applyMetadataAt, type MetadataOptions } from './file-metadata.js';
import { failureOf } from './receive-failure.js';
import type { FlipTrees } from './receive-places.js';
import type { FilePlacer, StagedName } from './staged-name.js';

export type CompleteStageOptions = Pick<MetadataOptions, 'privileged' | 'metadata'>;

export interface CompleteStageModules {
  readonly trees: FlipTrees;
  readonly pages: PageReader;
  readonly directories: DirectoryFinder;
  readonly placer: FilePlacer;
  onFailure(failure: FileFailure): void;
  step(name: string): void;
}

/**
 * Makes in staging what needs no content: directories that are still missing, symlinks, fifos, sockets and
 * devices. May be done again. Returns how many of each it made.
 */
export async function completeStage(
  options: CompleteStageOptions,
  modules: CompleteStageModules,
  signal: AbortSignal,
): Promise<void> {
  const { trees, pages } = modules;
  const before = { pages, root: trees.current.roots.inodes };
  const after = { pages, root: trees.next.roots.inodes };
  for await (const changes of diffMaps({ before, after, signal })) {
    for (const change of changes) {
      if (change.after === null || inodeType(change.after) === 'file') continue;
      const gfid = decodeGfidKey(change.key);
      const inode = decodeInode(change.after);
      modules.step('stage');
      if (inode.type === 'dir') {
        if (change.before === null) await modules.directories.find(gfid);
      } else if (change.before === null || isAnother(decodeInode(change.before), inode)) {
        await makeSpecial(gfid, inode, options, modules);
      }
    }
  }
}

/** True when an inode cannot become the other by a change of its metadata (content apart). */
export function isAnother(before: Inode, after: Inode): boolean {
  return (
    before.rdevMajor !== after.rdevMajor ||
    before.rdevMinor !== after.rdevMinor ||
    !equalBytes(before.symlinkTarget, after.symlinkTarget)
  );
}

async function makeSpecial(
  gfid: Gfid,
  inode: Inode,
  { privileged, metadata }: CompleteStageOptions,
  modules: CompleteStageModules,
): Promise<void> {
  const isDevice = inode.type === 'char' || inode.type === 'block';
  if (isDevice && !privileged) {
    const message = 'devices are made with the privileged grant only';
    modules.onFailure({ gfid, code: 'refused', message });
    return;
  }
  const place = await modules.placer.place(gfid, inode);
  try {
    make(place, inode);
  } catch (error) {
    modules.onFailure(
      isDevice && isErrno(error, 'EPERM')
        ? notRoot(gfid, inode)
        : failureOf(gfid, error, inode.name),
    );
    return;
  }
  const { atimeNs = null } = (await modules.trees.next.sideTimes(gfid)) ?? {};
  const options = { privileged, metadata, former: null, atimeNs };
  for (const failure of applyMetadataAt(place.dirFd, place.name, inode, options)) {
    modules.onFailure({ gfid, ...failure });
  }
}

/** Staging is the agent's own: what is not permitted there is the device, by whatever name. */
function notRoot(gfid: Gfid, { type, name }: Inode): FileFailure {
  const message = `cannot make the ${type} device ${printable(name)}: not permitted (EPERM); run the receiving agent as root, or with CAP_MKNOD`;
  return { gfid, code: 'refused', message };
}

function make({ dirFd, name }: StagedName, inode: Inode): void {
  const { type, symlinkTarget, rdevMajor, rdevMinor } = inode;
  if (type === 'file' || type === 'dir') return;
  const create = (): void => {
    if (type === 'symlink') makeSymlink(dirFd, name, symlinkTarget);
    else makeNode(dirFd, name, type, 0o600, rdevMajor, rdevMinor);
  };
  try {
    create();
  } catch (error) {
    if (!isErrno(error, 'EEXIST')) throw error;
    // Of an attempt that was interrupted.
    unlinkAt(dirFd, name);
    create();
  }
}
