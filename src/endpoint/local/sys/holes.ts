import { DmError } from '../../../model/error.js';
import { lastError } from './errno.js';
import { bind } from './libc.js';

/** A range of a file that holds data; what lies between two of them reads as zeros. */
export interface DataExtent {
  readonly offset: number;
  readonly length: number;
}

const libcLseek = bind<(fd: number, offset: number, whence: number) => number | bigint>(
  'lseek',
  'int64_t',
  ['int', 'int64_t', 'int'],
);

const SEEK_DATA = 3;
const SEEK_HOLE = 4;

/** A 64-bit file size as a number. Throws `not_supported` from 8 PiB on. */
export function sizeAsNumber(size: bigint): number {
  if (size > BigInt(Number.MAX_SAFE_INTEGER)) {
    throw new DmError(
      'not_supported',
      `a file of ${size} bytes is larger than 8 PiB; leave it out`,
    );
  }
  return Number(size);
}

/**
 * The ranges below `size` that hold data, ascending, not touching each other. Where the file system
 * does not tell, all is data. Moves the read position of `fd`.
 */
export function* dataExtents(
  fd: number,
  size: bigint | number,
): Generator<DataExtent, void, undefined> {
  const end = typeof size === 'bigint' ? sizeAsNumber(size) : size;
  let at = 0;
  while (at < end) {
    const start = seek(fd, at, SEEK_DATA);
    if (start === null || start >= end) return;
    const hole = seek(fd, start, SEEK_HOLE);
    // Null: the file was cut meanwhile, and no data is left here.
    if (hole === null) return;
    const stop = Math.min(hole, end);
    yield { offset: start, length: stop - start };
    at = stop;
  }
}

/** Null when nothing more follows. */
function seek(fd: number, offset: number, whence: number): number | null {
  const found = libcLseek(fd, offset, whence);
  if (found !== -1) return Number(found);
  const error = lastError('lseek');
  if (error.code === 'ENXIO') return null;
  if (error.code === 'EINVAL') return whence === SEEK_DATA ? offset : Number.MAX_SAFE_INTEGER;
  throw error;
}
