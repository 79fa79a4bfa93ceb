import { setTimesFd } from '../../sys/attributes.js';
import { unlinkAt } from '../../sys/create.js';
import { close, O_CREAT, O_RDWR, openAt } from '../../sys/open.js';
import { statFd } from '../../sys/stat.js';

const NAME = Buffer.from('time');
const PRIVATE_MODE = 0o600;

/**
 * What the file system of `dirFd` makes of a time of modification: some keep whole seconds only, or none that are far away. Tried on a file
 * in that directory, which is ours alone.
 */
export function heldTime(dirFd: number, mtimeNs: bigint): bigint {
  const fd = openAt(dirFd, NAME, O_RDWR | O_CREAT, PRIVATE_MODE);
  try {
    setTimesFd(fd, null, mtimeNs);
    return statFd(fd).mtimeNs;
  } finally {
    close(fd);
    unlinkAt(dirFd, NAME);
  }
}
