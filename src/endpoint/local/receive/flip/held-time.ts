import { setTimesFd } from '../../sys/attributes.js';
import { unlinkAt } from '../../sys/create.js';
import { isErrno, SysError } from '../../sys/errno.js';
import { close, O_CREAT, O_RDWR, openAt } from '../../sys/open.js';
import { statFd } from '../../sys/stat.js';

const NAME = Buffer.from('time');
const PRIVATE_MODE = 0o600;

/**
 * What the file system of `dirFd` makes of a time of modification, for some keep none that are far away. Tried on a file
 * in that directory, which is ours alone. Null where no times can be set.
 */
export function heldTime(dirFd: number, mtimeNs: bigint): bigint | null {
  const fd = openAt(dirFd, NAME, O_RDWR | O_CREAT, PRIVATE_MODE);
  try {
    setTimesFd(fd, null, mtimeNs);
    return statFd(fd).mtimeNs;
  } catch (error) {
    if (!(error instanceof SysError) || isErrno(error, 'EIO', 'EROFS')) throw error;
    return null;
  } finally {
    close(fd);
    unlinkAt(dirFd, NAME);
  }
}
