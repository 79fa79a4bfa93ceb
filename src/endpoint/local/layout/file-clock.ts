import { closeSync, fchmodSync, fstatSync, openSync } from 'node:fs';

/**
 * The time of the file system's own clock, in nanoseconds, as a ctime made now would be: that of a
 * probe file in `directory`. Ctimes are compared with it and never with the clock of the process.
 */
export function readFileClock(directory: string): bigint {
  const fd = openSync(`${directory}/clock`, 'a', 0o600);
  try {
    fchmodSync(fd, 0o600);
    return fstatSync(fd, { bigint: true }).ctimeNs;
  } finally {
    closeSync(fd);
  }
}
