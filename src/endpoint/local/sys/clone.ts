import { type Offset, readAt, writeAt } from './data.js';
import { isErrno, lastError } from './errno.js';
import { ioctl, ioctlNumber } from './ioctl.js';
import { bind } from './libc.js';

const libcCopyFileRange = bind<
  (
    fromFd: number,
    from: BigInt64Array,
    toFd: number,
    to: BigInt64Array,
    length: number,
    flags: number,
  ) => number
>('copy_file_range', 'int64_t', ['int', 'pointer', 'int', 'pointer', 'size_t', 'uint32_t']);

const FICLONE = 0x40049409;
const FICLONERANGE = 0x4020940d;
// struct file_clone_range: s64 source fd, u64 source offset, u64 length, u64 destination offset.
const RANGE = new BigInt64Array(4);
const RANGE_BYTES = new Uint8Array(RANGE.buffer);

/**
 * Makes the file `toFd` share all content of `fromFd`, atomically. EOPNOTSUPP, EXDEV or EINVAL
 * where extents cannot be shared; see `isCloneRefusal`.
 */
export function cloneFile(fromFd: number, toFd: number): void {
  ioctlNumber(toFd, FICLONE, fromFd, 'FICLONE');
}

/**
 * Makes a range of `toFd` share content of `fromFd`. Offsets and length must be multiples of the
 * block size, except that the range may end with the source file; length 0 is to its end.
 */
export function cloneRange(
  fromFd: number,
  from: Offset,
  length: Offset,
  toFd: number,
  to: Offset,
): void {
  RANGE[0] = BigInt(fromFd);
  RANGE[1] = BigInt(from);
  RANGE[2] = BigInt(length);
  RANGE[3] = BigInt(to);
  ioctl(toFd, FICLONERANGE, RANGE_BYTES, 'FICLONERANGE');
}

/** True when these two files cannot share extents here, so that a copy is the way. */
export function isCloneRefusal(error: unknown): boolean {
  return isErrno(error, 'EOPNOTSUPP', 'EXDEV', 'EINVAL', 'ENOTTY', 'ENOSYS');
}

// The kernel copies at most 2 GiB at a time; less keeps a thread
// responsive to an abort between calls.
const LARGEST_COPY = 128 * 1024 * 1024;
const FROM = new BigInt64Array(1);
const TO = new BigInt64Array(1);
const COPY_BUFFER_SIZE = 1024 * 1024;

/**
 * Copies a range between two files, inside the kernel where it can. Returns the bytes copied: fewer
 * than `length` only when the source ends before. Holes may become zeros.
 */
export function copyRange(
  fromFd: number,
  from: number,
  toFd: number,
  to: number,
  length: number,
): number {
  let done = 0;
  while (done < length) {
    FROM[0] = BigInt(from + done);
    TO[0] = BigInt(to + done);
    const size = Math.min(length - done, LARGEST_COPY);
    const copied = libcCopyFileRange(fromFd, FROM, toFd, TO, size, 0);
    if (copied === 0) return done;
    if (copied > 0) {
      done += copied;
      continue;
    }
    const error = lastError('copy_file_range');
    if (error.code === 'EINTR') continue;
    if (!isCloneRefusal(error)) throw error;
    return done + copyThroughMemory(fromFd, from + done, toFd, to + done, length - done);
  }
  return done;
}

function copyThroughMemory(
  fromFd: number,
  from: number,
  toFd: number,
  to: number,
  length: number,
): number {
  const buffer = Buffer.allocUnsafe(Math.min(length, COPY_BUFFER_SIZE));
  let done = 0;
  while (done < length) {
    const got = readAt(fromFd, buffer, 0, Math.min(length - done, buffer.length), from + done);
    if (got === 0) break;
    writeAt(toFd, buffer, 0, got, to + done);
    done += got;
  }
  return done;
}
