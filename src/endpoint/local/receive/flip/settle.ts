import { decodeEntryKey } from '../../../../catalog/maps/entries.js';
import { decodeGfidKey } from '../../../../catalog/maps/gfid-key.js';
import { decodeInode, encodeInode } from '../../../../catalog/maps/inodes.js';
import { printable } from '../../../../model/entry-name.js';
import type { Gfid } from '../../../../model/ids.js';
import type { Inode } from '../../../../model/inode.js';
import { Lru } from '../../../../util/lru.js';
import type { DirectoryFinder } from '../../layout/directory-finder.js';
import { setTimesFd } from '../../sys/attributes.js';
import { isErrno } from '../../sys/errno.js';
import { close, O_RDONLY, openAt } from '../../sys/open.js';
import { type FileStat, StatView } from '../../sys/stat.js';
import { applyMetadata, applyMetadataAt } from '../file-metadata.js';
import { failureOf } from '../receive-failure.js';
import type { FlipContext } from './flip-context.js';
import { clearProtection } from './protection.js';

const VIEW = new StatView();
/** Of a directory in staging that was not given its metadata yet. */
const STAGED_MODE = 0o700;

/**
 * Sets the metadata of inodes that stay and have changed, and of every directory that is new, has changed or
 * has had names put in or taken out. Protecting flags come later. May be done again.
 */
export async function settle(context: FlipContext, coming: DirectoryFinder): Promise<void> {
  const times = new DirectoryTimes(context, coming);
  for await (const { key, before, after } of context.changes('inodes')) {
    if (after === null) continue;
    const gfid = decodeGfidKey(key);
    const inode = decodeInode(after);
    // Of a directory that could not be read the dataset has all but the names in it.
    if (inode.type !== 'dir' && context.options.failed.has(gfid)) continue;
    const former = before === null ? null : decodeInode(before);
    if (inode.type === 'dir') await settleDirectory(context, coming, gfid, inode, former);
    else if (before !== null && former !== null && !context.isFresh(gfid, before, after)) {
      if (!sameMetadata(former, inode)) await settleFile(context, coming, gfid, inode, former);
    } else if (former !== null) await times.restoreParentsOf(gfid);
  }
  if (!context.isFirst) await settleTouched(context, times);
}

/** True when only names, place or content differ. */
function sameMetadata(former: Inode, inode: Inode): boolean {
  const { parent, name, nlink, version, size, btimeNs } = inode;
  const moved = encodeInode({ ...former, parent, name, nlink, version, size, btimeNs });
  return moved.compare(encodeInode(inode)) === 0;
}

async function settleDirectory(
  context: FlipContext,
  coming: DirectoryFinder,
  gfid: Gfid,
  inode: Inode,
  former: Inode | null,
): Promise<void> {
  const fd = await coming.find(gfid);
  if (fd === null) return;
  VIEW.statFd(fd);
  const isSame = former === null ? isStaged(inode, VIEW) : await context.isInode(gfid, VIEW);
  if (!isSame && !context.isFirst) {
    reportExchanged(context, gfid, inode);
    return;
  }
  context.modules.step('settle');
  clearProtection(fd);
  const { privileged, metadata } = context.options;
  const options = { privileged, metadata, former, atimeNs: await accessTime(context, gfid) };
  for (const failure of applyMetadata(fd, inode, options)) {
    context.modules.onFailure({ gfid, ...failure });
  }
}

/** A new directory as it was staged, or (when this is done again) as it shall be: nobody else has made such a one. */
function isStaged(inode: Inode, stat: FileStat): boolean {
  const isMade = stat.uid === process.geteuid?.() && (stat.mode & 0o777) === STAGED_MODE;
  return isMade || (stat.uid === inode.uid && stat.gid === inode.gid && stat.mode === inode.mode);
}

/** Who may write to a directory of the target can put something else in the place of what was received. */
function reportExchanged(context: FlipContext, gfid: Gfid, { name }: Inode): void {
  const message = `${printable(name)} was changed while the copy was put in place; copy again`;
  context.modules.onFailure({ gfid, code: 'target_changed', message });
}

async function settleFile(
  context: FlipContext,
  coming: DirectoryFinder,
  gfid: Gfid,
  inode: Inode,
  former: Inode,
): Promise<void> {
  const dirFd = await coming.find(inode.parent);
  if (dirFd === null) return;
  context.modules.step('settle');
  const { privileged, metadata } = context.options;
  const options = { privileged, metadata, former, atimeNs: await accessTime(context, gfid) };
  if (inode.type !== 'file') {
    if (!VIEW.findAt(dirFd, inode.name)) return;
    if (!(await context.isInode(gfid, VIEW))) {
      reportExchanged(context, gfid, inode);
      return;
    }
    report(context, gfid, applyMetadataAt(dirFd, inode.name, inode, options));
    return;
  }
  let fd: number;
  try {
    fd = openAt(dirFd, inode.name, O_RDONLY);
  } catch (error) {
    if (!isErrno(error, 'ENOENT', 'ELOOP', 'EACCES', 'EPERM')) throw error;
    context.modules.onFailure(failureOf(gfid, error, inode.name));
    return;
  }
  try {
    VIEW.statFd(fd);
    // Its times are given it here: what somebody wrote meanwhile could not be told from what was received afterwards.
    const isKept = (await context.isBound(gfid, VIEW)) || context.isAsReceived(inode, VIEW);
    if (!isKept || !(await context.isInode(gfid, VIEW))) {
      reportExchanged(context, gfid, inode);
      return;
    }
    clearProtection(fd);
    report(context, gfid, applyMetadata(fd, inode, options));
  } finally {
    close(fd);
  }
}

async function accessTime(context: FlipContext, gfid: Gfid): Promise<bigint | null> {
  return (await context.modules.trees.next.sideTimes(gfid))?.atimeNs ?? null;
}

function report(
  context: FlipContext,
  gfid: Gfid,
  failures: ReturnType<typeof applyMetadata>,
): void {
  for (const failure of failures) context.modules.onFailure({ gfid, ...failure });
}

/** Directories that the flip has put names in or taken them out of get their time back. */
async function settleTouched(context: FlipContext, times: DirectoryTimes): Promise<void> {
  let last: Gfid | null = null;
  for await (const { key } of context.changes('entries')) {
    const { parent } = decodeEntryKey(key);
    if (parent !== last) await times.restore(parent);
    last = parent;
  }
  for (const gfid of context.options.cured) await times.restoreParentsOf(gfid);
}

const REMEMBERED = 16_384;

class DirectoryTimes {
  readonly #context: FlipContext;
  readonly #coming: DirectoryFinder;
  readonly #done = new Lru<Gfid, true>(REMEMBERED, () => 1);

  constructor(context: FlipContext, coming: DirectoryFinder) {
    this.#context = context;
    this.#coming = coming;
  }

  async restoreParentsOf(gfid: Gfid): Promise<void> {
    for (const { parent } of await this.#context.modules.trees.next.namesOf(gfid)) {
      await this.restore(parent);
    }
  }

  async restore(gfid: Gfid): Promise<void> {
    if (this.#done.get(gfid) === true) return;
    this.#done.set(gfid, true);
    const inode = await this.#context.modules.trees.next.inode(gfid);
    const fd = inode === null ? null : await this.#coming.find(gfid);
    if (inode === null || fd === null) return;
    this.#context.modules.step('settle');
    clearProtection(fd);
    setTimesFd(fd, null, inode.mtimeNs);
  }
}
