import { DmError } from '../../model/error.js';
import type { Gfid } from '../../model/ids.js';
import type { Inode } from '../../model/inode.js';
import {
  FLAG_APPEND,
  FLAG_IMMUTABLE,
  FLAG_NOATIME,
  FLAG_NOCOW,
  FLAG_NODUMP,
  FLAG_SYNC,
} from '../../model/inode-flags.js';

const MAX_SIZE = (1n << 63n) - 1n;
const MAX_ID = 0xfffffffe;
const MAX_TARGET = 4095;
const MAX_XATTR_NAME = 255;
const MAX_XATTR_VALUE = 65_536;
/** Content leaves are numbered with 32 bits. */
const MAX_CONTENT = 1n << 48n;
const FLAGS = FLAG_SYNC | FLAG_IMMUTABLE | FLAG_APPEND | FLAG_NODUMP | FLAG_NOATIME | FLAG_NOCOW;

/** Refuses an inode that no file system could have given. */
export function checkInode(gfid: Gfid, inode: Inode): void {
  const reason = wrongWith(inode);
  if (reason !== null) throw malformedCatalog(`file ${gfid} has ${reason}`);
}

export function malformedCatalog(reason: string): DmError {
  return new DmError(
    'protocol_error',
    `the structure that was received is malformed: ${reason}; check that both agents run a supported version`,
  );
}

function wrongWith(inode: Inode): string | null {
  const isFile = inode.type === 'file';
  if (inode.mode > 0o7777) return 'a mode beyond 12 bits';
  if (inode.uid > MAX_ID || inode.gid > MAX_ID) return 'an owner out of range';
  if (isFile ? inode.size > MAX_SIZE || inode.size > MAX_CONTENT : inode.size !== 0n) {
    return 'a size out of range';
  }
  if (isFile !== (inode.version !== 0n)) return 'a content version where none can be, or none';
  if (inode.nlink < 1 || (inode.type === 'dir' && inode.nlink !== 1))
    return 'a bad number of names';
  if ((inode.flags & ~FLAGS) !== 0) return 'flags that are not portable';
  if (inode.rdevMajor > 0xfff || inode.rdevMinor > 0xfffff) return 'a device number out of range';
  return wrongWithTarget(inode) ?? wrongWithXattrs(inode);
}

function wrongWithTarget({ type, symlinkTarget }: Inode): string | null {
  if (type !== 'symlink') return symlinkTarget.length > 0 ? 'a symlink target' : null;
  const bad =
    symlinkTarget.length === 0 || symlinkTarget.length > MAX_TARGET || symlinkTarget.includes(0);
  return bad ? 'an impossible symlink target' : null;
}

function wrongWithXattrs({ xattrs }: Inode): string | null {
  for (const { name, value } of xattrs) {
    if (name.length === 0 || name.length > MAX_XATTR_NAME || name.includes(0)) {
      return 'an impossible name of an extended attribute';
    }
    if (value.length > MAX_XATTR_VALUE) return 'an extended attribute that is too large';
  }
  return null;
}
