import { decodeGfidKey } from '../../../../catalog/maps/gfid-key.js';
import { decodeInode, inodeHasFlags } from '../../../../catalog/maps/inodes.js';
import type { Gfid } from '../../../../model/ids.js';
import type { Inode } from '../../../../model/inode.js';
import type { DirectoryFinder } from '../../layout/directory-finder.js';
import { isErrno, SysError } from '../../sys/errno.js';
import { close, O_DIRECTORY, O_RDONLY, openAt } from '../../sys/open.js';
import { StatView } from '../../sys/stat.js';
import { changeFlags, PROTECTING } from '../file-metadata.js';
import { looksSame } from '../same-inode.js';
import type { FlipContext } from './flip-context.js';

const VIEW = new StatView();

/** Gives plain files that were put in place the flags under which nothing else could have been done to them. */
export async function protectRestored(
  context: FlipContext,
  settled: DirectoryFinder,
  signal: AbortSignal,
): Promise<void> {
  for await (const batch of context.modules.trees.next.inodes.range({}, signal)) {
    for (const { key, value } of batch) {
      if (!inodeHasFlags(value)) continue;
      const inode = decodeInode(value);
      if ((inode.flags & PROTECTING) === 0) continue;
      const gfid = decodeGfidKey(key);
      if (context.options.failed.has(gfid)) continue;
      const dirFd = inode.name.length === 0 ? null : await settled.find(inode.parent);
      if (dirFd !== null) protect(context, gfid, inode, dirFd);
    }
  }
}

/** What stayed as it was before the restore is not the dataset's. */
function protect(context: FlipContext, gfid: Gfid, inode: Inode, dirFd: number): void {
  if (!VIEW.findAt(dirFd, inode.name) || !looksSame(inode, VIEW, dirFd, inode.name)) return;
  context.modules.step('protect');
  try {
    const flags = inode.type === 'dir' ? O_RDONLY | O_DIRECTORY : O_RDONLY;
    const fd = openAt(dirFd, inode.name, flags);
    try {
      changeFlags(fd, 0, inode.flags & PROTECTING);
    } finally {
      close(fd);
    }
  } catch (error) {
    if (!(error instanceof SysError) || isErrno(error, 'EIO', 'EROFS')) throw error;
    const message = `cannot set +i or +a: the target refuses it (${error.code})`;
    context.modules.onFailure({ gfid, code: 'unsupported_metadata', message });
  }
}
