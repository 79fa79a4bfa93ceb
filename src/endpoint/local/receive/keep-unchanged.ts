import { decodeGfidKey } from '../../../catalog/maps/gfid-key.js';
import { decodeInode, inodeType, inodeVersion } from '../../../catalog/maps/inodes.js';
import { DmError } from '../../../model/error.js';
import type { ErrorCode } from '../../../model/error-codes.js';
import type { Gfid } from '../../../model/ids.js';
import type { Inode } from '../../../model/inode.js';
import type { VersionReader } from '../changes/version-reader.js';
import { VersionWriter } from '../layout/version-writer.js';
import { cloneFile, isCloneRefusal } from '../sys/clone.js';
import { close } from '../sys/open.js';
import { statFd } from '../sys/stat.js';
import type { Workspace } from './workspace.js';

/** How `open` says that the live file cannot be read, or is not what the dataset has. */
const NOT_HERE: ReadonlySet<ErrorCode> = new Set(['unreadable', 'source_changing', 'not_found']);

/**
 * Clones into the version store what the next dataset takes over from the live tree and the store lacks: deleting the
 * dataset that the tree stands at removed the contents that no other one had. What was changed by hand since the tree was
 * compared is left out; the next copy finds it. Looks at every file when the head was deleted since the last receive, or is
 * a dataset `pre-repair`; else at none. To be called before the flip begins; may be done again.
 */
export async function keepUnchanged(workspace: Workspace, signal: AbortSignal): Promise<void> {
  const { head, trees, directory, datasets } = workspace;
  if (head === null || directory.load().previousProvider === 'clone') return;
  const live = datasets.versions(head);
  using writer = new VersionWriter(directory.versions.path);
  for await (const batch of trees.next.inodes.range({}, signal)) {
    for (const { key, value } of batch) {
      if (inodeType(value) !== 'file') continue;
      const gfid = decodeGfidKey(key);
      const version = inodeVersion(value);
      const current = await trees.current.inodes.get(key);
      if (current === null || inodeVersion(current) !== version) continue;
      if (!directory.versions.has(gfid, version))
        await keep(gfid, decodeInode(value), live, writer);
    }
  }
}

async function keep(
  gfid: Gfid,
  inode: Inode,
  live: VersionReader,
  writer: VersionWriter,
): Promise<void> {
  let fd: number;
  try {
    fd = await live.open(gfid, inode);
  } catch (error) {
    if (error instanceof DmError && NOT_HERE.has(error.code)) return;
    throw error;
  }
  try {
    const { ctimeNs } = statFd(fd);
    // Asked after that: whatever is done to the file from now on gives it another time.
    if (!(await live.unchanged(gfid, inode, fd))) return;
    writer.put(gfid, inode.version, (to) => cloneAsOf(ctimeNs, fd, to));
  } catch (error) {
    if (!(error instanceof Changed) && !isCloneRefusal(error)) throw error;
  } finally {
    close(fd);
  }
}

class Changed extends Error {}

/** Throws `Changed` when the file has another time after it was cloned. */
function cloneAsOf(ctimeNs: bigint, fd: number, to: number): void {
  cloneFile(fd, to);
  if (statFd(fd).ctimeNs !== ctimeNs) throw new Changed();
}
