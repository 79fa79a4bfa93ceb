import { printable } from '../../../model/entry-name.js';
import type { Inode, Xattr } from '../../../model/inode.js';
import { FLAG_APPEND, FLAG_IMMUTABLE } from '../../../model/inode-flags.js';
import { equalBytes } from '../../../util/bytes.js';
import {
  chmodAt,
  chmodFd,
  chownAt,
  chownFd,
  getFlags,
  setFlags,
  setTimesAt,
  setTimesFd,
} from '../sys/attributes.js';
import { isErrno, SysError, sysError } from '../sys/errno.js';
import { removeXattr, setXattr, type XattrTarget, xattrsAt, xattrsOfFd } from '../sys/xattr.js';

/** Attributes under which nothing else can be done to a file: set last, cleared first. */
export const PROTECTING = FLAG_IMMUTABLE | FLAG_APPEND;
const SET_ID = 0o6000;
const PRIVATE_MODE = 0o600;
const OWNER_MODE = 0o700;
const ACCESS_ACL = Buffer.from('system.posix_acl_access');
const PLAIN_FILE = 0o644;
const PLAIN_DIRECTORY = 0o755;
/** Whose new files are; asked once, for it is a system call. */
const SELF = { uid: process.geteuid?.(), gid: process.getegid?.() };

/** What of the metadata could not be set; the file is there all the same. */
export interface MetadataFailure {
  readonly code: 'unsupported_metadata';
  readonly message: string;
}

export interface MetadataOptions {
  /** May set setuid and setgid, trusted.* and security.* attributes. */
  readonly privileged: boolean;
  /** False: only a mode that everybody may read by, whatever the inode says. */
  readonly metadata: boolean;
  /** What the inode is now; null when it was just made by us, with mode 0600 (0700 for a directory). */
  readonly former: Inode | null;
  /** Null leaves the access time as it is. */
  readonly atimeNs: bigint | null;
}

/** How one inode is reached: by a descriptor, or by its name when it cannot be opened. */
interface Handle {
  readonly xattrs: XattrTarget;
  chown(uid: number, gid: number): void;
  chmod(mode: number): void;
  setTimes(atimeNs: bigint | null, mtimeNs: bigint): void;
}

/**
 * Gives an open regular file or directory its owner, mode, extended attributes, flags but the protecting
 * ones, and times. Returns what could not be set.
 */
export function applyMetadata(
  fd: number,
  inode: Inode,
  options: MetadataOptions,
): MetadataFailure[] {
  const handle: Handle = {
    xattrs: xattrsOfFd(fd),
    chown: (uid, gid) => chownFd(fd, uid, gid),
    chmod: (mode) => chmodFd(fd, mode),
    setTimes: (atimeNs, mtimeNs) => setTimesFd(fd, atimeNs, mtimeNs),
  };
  const failures: MetadataFailure[] = [];
  const attempt = attempter(failures);
  if (!options.metadata) {
    attempt('set the mode', () =>
      handle.chmod(inode.type === 'dir' ? PLAIN_DIRECTORY : PLAIN_FILE),
    );
    return failures;
  }
  applyCommon(handle, inode, options, attempt);
  const plain = inode.flags & ~PROTECTING;
  const had = (options.former?.flags ?? 0) & ~PROTECTING;
  if (plain !== had) attempt('set the file flags', () => changeFlags(fd, had & ~plain, plain));
  attempt('set the times', () => handle.setTimes(options.atimeNs, inode.mtimeNs));
  return failures;
}

/** As `applyMetadata`, for what is not opened: symlinks, fifos, sockets and devices. */
export function applyMetadataAt(
  dirFd: number,
  name: Uint8Array,
  inode: Inode,
  options: MetadataOptions,
): MetadataFailure[] {
  const handle: Handle = {
    xattrs: xattrsAt(dirFd, name),
    chown: (uid, gid) => chownAt(dirFd, name, uid, gid),
    chmod: (mode) => {
      if (inode.type !== 'symlink') chmodAt(dirFd, name, mode);
    },
    setTimes: (atimeNs, mtimeNs) => setTimesAt(dirFd, name, atimeNs, mtimeNs),
  };
  const failures: MetadataFailure[] = [];
  const attempt = attempter(failures);
  if (!options.metadata) {
    attempt('set the mode', () => handle.chmod(PLAIN_FILE));
    return failures;
  }
  applyCommon(handle, inode, options, attempt);
  attempt('set the times', () => handle.setTimes(options.atimeNs, inode.mtimeNs));
  return failures;
}

/** Sets or clears flags of an open file or directory, leaving others as they are. */
export function changeFlags(fd: number, clear: number, set: number): void {
  const now = getFlags(fd);
  const wanted = (now & ~clear) | set;
  if (wanted !== now) setFlags(fd, wanted);
}

/** A fault of the ground, after which the same may go well; not what this file system can never hold. */
function isFault(error: SysError): boolean {
  if (isErrno(error, 'EIO', 'EROFS', 'EBADF', 'EMFILE', 'ENFILE', 'ENOMEM')) return true;
  // ext4 says ENOSPC for attributes that are too large for it, however much room there is.
  return isErrno(error, 'ENOSPC', 'EDQUOT') && !error.syscall.includes('xattr');
}

/** `otherwise`: says what becomes of the inode when it is refused. */
type Attempt = (doing: string, action: () => void, otherwise?: () => string) => boolean;

function attempter(failures: MetadataFailure[]): Attempt {
  return (doing, action, otherwise = () => '') => {
    try {
      action();
      return true;
    } catch (error) {
      if (!(error instanceof SysError) || isFault(error)) throw error;
      failures.push({
        code: 'unsupported_metadata',
        message: `cannot ${doing}: the target refuses it (${error.code})${otherwise()}`,
      });
      return false;
    }
  };
}

function applyCommon(
  handle: Handle,
  inode: Inode,
  { privileged, former }: MetadataOptions,
  attempt: Attempt,
): void {
  const { uid, gid } = inode;
  const isSelf = uid === SELF.uid && gid === SELF.gid;
  // The dataset has the owner also where it could not be given: only who may always give it can rely on that.
  const mayRely = SELF.uid === 0 || isSelf;
  const isOwned = mayRely && former !== null && former.uid === uid && former.gid === gid;
  const ours = former === null && isSelf;
  let mode = inode.mode;
  if (!privileged && (mode & SET_ID) !== 0) {
    attempt('set setuid or setgid without the privileged grant', refuse);
    mode &= ~SET_ID;
  }
  // What belongs to somebody else by accident is nobody's to read.
  const withoutOwner = mode & OWNER_MODE;
  const otherwise = (): string =>
    inode.type === 'symlink' || withoutOwner === mode
      ? ''
      : `; so its mode is ${octal(withoutOwner)} instead of ${octal(mode)}: what group and others may do is kept only with the owner`;
  const own = (): void => handle.chown(uid, gid);
  const owned = isOwned || ours || attempt(`give it to ${uid}:${gid}`, own, otherwise);
  if (!owned) mode = withoutOwner;
  const isDone =
    former === null
      ? mode === PRIVATE_MODE && ours && inode.type === 'file'
      : isOwned && former.mode === mode;
  if (!isDone) attempt(`set the mode ${octal(mode)}`, () => handle.chmod(mode));
  applyXattrs(handle.xattrs, inode.xattrs, former?.xattrs ?? [], { privileged, owned, attempt });
}

function octal(mode: number): string {
  return `0${mode.toString(8)}`;
}

function applyXattrs(
  target: XattrTarget,
  wanted: readonly Xattr[],
  former: readonly Xattr[],
  { privileged, owned, attempt }: { privileged: boolean; owned: boolean; attempt: Attempt },
): void {
  for (const { name } of former) {
    if (wanted.some((one) => equalBytes(one.name, name))) continue;
    if (!privileged && needsPrivilege(name)) continue;
    attempt(`remove the attribute ${printable(name)}`, () => removeXattr(target, name));
  }
  for (const { name, value } of wanted) {
    // An ACL says in its own words what group and others may do.
    const isRefused =
      (!privileged && needsPrivilege(name)) || (!owned && equalBytes(name, ACCESS_ACL));
    const action = isRefused ? refuse : () => setXattr(target, name, value);
    attempt(`set the attribute ${printable(name)}`, action);
  }
}

function needsPrivilege(name: Uint8Array): boolean {
  const text = Buffer.from(name.buffer, name.byteOffset, name.length).toString('latin1');
  return text.startsWith('trusted.') || text.startsWith('security.');
}

function refuse(): never {
  throw sysError('setxattr', 'EPERM');
}
