import type { Inode } from '../../../model/inode.js';
import { equalBytes } from '../../../util/bytes.js';
import { readLink } from '../sys/create.js';
import type { FileStat } from '../sys/stat.js';
import { readXattrs, xattrsAt } from '../sys/xattr.js';

/**
 * True when an entry on disk is what a dataset says, as far as can be told without reading content: type, owner, mode,
 * attributes, and size and modification time of a file, target of a symlink, numbers of a device.
 */
export function looksSame(inode: Inode, stat: FileStat, dirFd: number, name: Uint8Array): boolean {
  if (stat.type !== inode.type || stat.uid !== inode.uid || stat.gid !== inode.gid) return false;
  if (stat.mtimeNs !== inode.mtimeNs) return false;
  if (inode.type === 'file' && stat.size !== inode.size) return false;
  if (inode.type === 'symlink') {
    return equalBytes(readLink(dirFd, name), inode.symlinkTarget);
  }
  if (stat.permissions !== inode.mode) return false;
  const isDevice = inode.type === 'char' || inode.type === 'block';
  const sameDevice = stat.rdevMajor === inode.rdevMajor && stat.rdevMinor === inode.rdevMinor;
  if (isDevice && !sameDevice) return false;
  return sameXattrs(inode, dirFd, name);
}

function sameXattrs({ xattrs }: Inode, dirFd: number, name: Uint8Array): boolean {
  const there = readXattrs(xattrsAt(dirFd, name));
  return (
    there.length === xattrs.length &&
    there.every((one) =>
      xattrs.some(({ name, value }) => equalBytes(name, one.name) && equalBytes(value, one.value)),
    )
  );
}
