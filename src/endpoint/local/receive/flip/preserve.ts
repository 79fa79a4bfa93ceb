import type { Catalog } from '../../../../catalog/catalog.js';
import { decodeGfidKey } from '../../../../catalog/maps/gfid-key.js';
import { decodeInode, inodeType, inodeVersion } from '../../../../catalog/maps/inodes.js';
import type { Gfid } from '../../../../model/ids.js';
import type { Inode } from '../../../../model/inode.js';
import type { DirectoryFinder } from '../../layout/directory-finder.js';
import type { VersionStore } from '../../layout/version-store.js';
import { copyRange } from '../../sys/clone.js';
import { sizeAsNumber } from '../../sys/holes.js';
import { close, O_RDONLY, openAt } from '../../sys/open.js';
import { StatView } from '../../sys/stat.js';
import type { FlipContext } from './flip-context.js';

const VIEW = new StatView();

export interface PreserveModules {
  readonly former: DirectoryFinder;
  readonly versions: VersionStore;
  /** Catalogs of the datasets that are kept at this place, the newest first. */
  readonly kept: readonly Catalog[];
}

/**
 * Gives every inode that the flip will replace or remove a second name in the version store, if a dataset that
 * is kept has its content and the store does not. The live tree is as before; may be done again.
 */
export async function preserve(context: FlipContext, modules: PreserveModules): Promise<void> {
  if (modules.kept.length === 0) return;
  for await (const { key, before, after } of context.changes('inodes')) {
    if (before === null || inodeType(before) !== 'file') continue;
    const gfid = decodeGfidKey(key);
    if (after !== null && !context.isFresh(gfid, before, after)) continue;
    const version = inodeVersion(before);
    if (modules.versions.has(gfid, version)) continue;
    if (!(await isKept(gfid, version, modules.kept))) continue;
    context.modules.step('preserve');
    await keep(gfid, decodeInode(before), context, modules);
  }
}

async function isKept(gfid: Gfid, version: bigint, kept: readonly Catalog[]): Promise<boolean> {
  for (const catalog of kept) {
    const value = await catalog.encodedInode(gfid);
    if (value !== null && inodeVersion(value) === version) return true;
  }
  return false;
}

async function keep(
  gfid: Gfid,
  inode: Inode,
  context: FlipContext,
  { former, versions }: PreserveModules,
): Promise<void> {
  const dirFd = await former.find(inode.parent);
  if (dirFd === null || !VIEW.findAt(dirFd, inode.name)) return;
  // What was changed by hand since is not the content that the dataset had.
  if (!(await context.isBound(gfid, VIEW))) return;
  const path = Buffer.concat([Buffer.from(`/proc/self/fd/${dirFd}/`), inode.name]);
  try {
    versions.linkIn(path, gfid, inode.version);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return;
    if (code !== 'EPERM' && code !== 'EMLINK') throw error;
    // Protected by +i or +a, or at the limit of names.
    copyInto(versions, gfid, inode, dirFd);
  }
}

function copyInto(versions: VersionStore, gfid: Gfid, inode: Inode, dirFd: number): void {
  const from = openAt(dirFd, inode.name, O_RDONLY);
  try {
    versions.put(gfid, inode.version, (to) => {
      copyRange(from, 0, to, 0, sizeAsNumber(inode.size));
    });
  } finally {
    close(from);
  }
}
