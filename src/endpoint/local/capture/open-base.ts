import { DmError } from '../../../model/error.js';
import { type DataRoot, PRIVATE_NAME } from '../layout/data-root.js';
import type { BaseIdentity } from '../layout/local-tree.js';
import { isErrno, sysToDm } from '../sys/errno.js';
import { close, O_DIRECTORY, O_RDONLY, openBeneath } from '../sys/open.js';
import { statFd } from '../sys/stat.js';
import { joinPath } from './directory-stack.js';

export interface OpenBase {
  readonly fd: number;
  readonly identity: BaseIdentity;
}

/**
 * Opens the base directory of a tree below a root; the caller closes it. Errors: `path_outside_roots` when it is not below
 * the root, is the agent's own directory or in it, is reached through a symlink or lies in another mount; `source_missing` when it is not there.
 */
export function openBase(root: DataRoot, basePath: Uint8Array): OpenBase {
  const shown = Buffer.from(basePath).toString();
  const components = root.relative(basePath);
  if (components === null) {
    throw new DmError(
      'path_outside_roots',
      `${shown} is not below the root ${root.path}; use a path below it`,
    );
  }
  if (components[0]?.toString('latin1') === PRIVATE_NAME) {
    throw new DmError(
      'path_outside_roots',
      `${shown} is in the agent’s own directory; use another path`,
    );
  }
  let fd: number;
  try {
    fd = openBeneath(root.fd, joinPath(components), O_RDONLY | O_DIRECTORY);
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR')) {
      throw new DmError(
        'source_missing',
        `${shown} is not there, or is not a directory; make or mount it, or correct the base path`,
        { cause: error },
      );
    }
    throw sysToDm(error, 'open the base path', shown);
  }
  const stat = statFd(fd);
  const top = statFd(root.fd);
  const elsewhere =
    stat.mountId === null || top.mountId === null
      ? stat.dev !== top.dev
      : stat.mountId !== top.mountId;
  if (elsewhere) {
    close(fd);
    throw new DmError(
      'path_outside_roots',
      `${shown} is on another file system than its root ${root.path}; give the mount point as a --root of its own`,
    );
  }
  return { fd, identity: { device: BigInt(stat.dev), inode: stat.ino, btimeNs: stat.btimeNs } };
}
