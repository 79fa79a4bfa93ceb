import type { Binding } from '../../../catalog/maps/bindings.js';
import { ROOT_GFID } from '../../../model/ids.js';
import type { Xattr } from '../../../model/inode.js';
import {
  FLAG_APPEND,
  FLAG_IMMUTABLE,
  FLAG_NOATIME,
  FLAG_NOCOW,
  FLAG_NODUMP,
  FLAG_SYNC,
} from '../../../model/inode-flags.js';
import { bindingOf } from '../layout/inode-binding.js';
import { getFlags } from '../sys/attributes.js';
import { readLink } from '../sys/create.js';
import type { OwnerNames } from '../sys/owner-names.js';
import { type FileStat, inodeGeneration } from '../sys/stat.js';
import { readXattrs, xattrsAt, xattrsOfFd } from '../sys/xattr.js';
import type { Observation } from './scan-events.js';

/** Attributes that mean the same on every file system. */
const PORTABLE_FLAGS =
  FLAG_SYNC | FLAG_IMMUTABLE | FLAG_APPEND | FLAG_NODUMP | FLAG_NOATIME | FLAG_NOCOW;

const NOTHING = Buffer.alloc(0);

export interface ObserveContext {
  readonly owners: OwnerNames;
  /** See bindingOf. */
  readonly racySinceNs: bigint | null;
}

interface Details {
  readonly flags: number;
  readonly generation: number;
  readonly xattrs: readonly Xattr[];
  readonly symlinkTarget: Uint8Array;
}

/** Reads all of an open regular file or directory but its content. `stat` is of `fd`. */
export function observeOpen(
  fd: number,
  stat: FileStat,
  version: bigint,
  context: ObserveContext,
): Observation {
  const details = {
    flags: getFlags(fd) & PORTABLE_FLAGS,
    generation: inodeGeneration(fd),
    xattrs: readXattrs(xattrsOfFd(fd)),
    symlinkTarget: NOTHING,
  };
  return observation(stat, details, version, context);
}

/** Reads all of the entry `name` without opening it: for symlinks, fifos, sockets, devices and what may not be opened. */
export function observeClosed(
  dirFd: number,
  name: Uint8Array,
  stat: FileStat,
  context: ObserveContext,
): Observation {
  const details = {
    flags: 0,
    generation: 0,
    xattrs: readXattrs(xattrsAt(dirFd, name)),
    symlinkTarget: stat.type === 'symlink' ? readLink(dirFd, name) : NOTHING,
  };
  return observation(stat, details, 0n, context);
}

function observation(
  stat: FileStat,
  details: Details,
  version: bigint,
  { owners, racySinceNs }: ObserveContext,
): Observation {
  const isDevice = stat.type === 'char' || stat.type === 'block';
  const binding: Binding = bindingOf(stat, details.generation, version, racySinceNs);
  return {
    binding,
    side: { atimeNs: stat.atimeNs, ctimeNs: stat.ctimeNs },
    nlink: stat.nlink,
    inode: {
      type: stat.type,
      mode: stat.permissions,
      uid: stat.uid,
      gid: stat.gid,
      userName: owners.userName(stat.uid),
      groupName: owners.groupName(stat.gid),
      rdevMajor: isDevice ? stat.rdevMajor : 0,
      rdevMinor: isDevice ? stat.rdevMinor : 0,
      size: stat.type === 'file' ? stat.size : 0n,
      mtimeNs: stat.mtimeNs,
      btimeNs: stat.btimeNs,
      flags: details.flags,
      xattrs: details.xattrs,
      symlinkTarget: details.symlinkTarget,
      version,
      parent: ROOT_GFID,
      name: NOTHING,
      nlink: 1,
    },
  };
}
