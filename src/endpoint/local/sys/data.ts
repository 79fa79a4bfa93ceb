import { isErrno, lastError } from './errno.js';
import { bind, bindInBackground } from './libc.js';

/** A place in a file or a length, in bytes. 64-bit offsets fit a number up to 8 PiB. */
export type Offset = number | bigint;

type ReadWrite = (fd: number, memory: Uint8Array, size: number, position: Offset) => number;
const libcPread = bind<ReadWrite>('pread', 'int64_t', ['int', 'pointer', 'size_t', 'int64_t']);
const libcPwrite = bind<ReadWrite>('pwrite', 'int64_t', ['int', 'pointer', 'size_t', 'int64_t']);
const libcFtruncate = bind<(fd: number, size: Offset) => number>('ftruncate', 'int', [
  'int',
  'int64_t',
]);
const libcFallocate = bind<(fd: number, mode: number, offset: Offset, length: Offset) => number>(
  'fallocate',
  'int',
  ['int', 'int', 'int64_t', 'int64_t'],
);
const libcFadvise = bind<(fd: number, offset: Offset, length: Offset, advice: number) => number>(
  'posix_fadvise',
  'int',
  ['int', 'int64_t', 'int64_t', 'int'],
);
const libcSyncFileRange = bind<
  (fd: number, offset: Offset, length: Offset, flags: number) => number
>('sync_file_range', 'int', ['int', 'int64_t', 'int64_t', 'uint32_t']);
const libcFsync = bind<(fd: number) => number>('fsync', 'int', ['int']);
const libcFdatasync = bind<(fd: number) => number>('fdatasync', 'int', ['int']);
const libcSyncfs = bind<(fd: number) => number>('syncfs', 'int', ['int']);
const libcSyncfsInBackground = bindInBackground('syncfs', 'int', ['int']);

function region(buffer: Uint8Array, start: number, length: number): Uint8Array {
  if (start < 0 || length < 0 || start + length > buffer.length) {
    throw new RangeError(`region ${start}+${length} is outside a buffer of ${buffer.length} bytes`);
  }
  return start === 0 ? buffer : buffer.subarray(start, start + length);
}

/**
 * Reads up to `length` bytes at `position` into `buffer` at `start`, until they are there or the
 * file ends. Returns how many were read: fewer only at the end of the file.
 */
export function readAt(
  fd: number,
  buffer: Uint8Array,
  start: number,
  length: number,
  position: Offset,
): number {
  return transfer(libcPread, 'pread', fd, region(buffer, start, length), length, position);
}

/** Writes all of `length` bytes of `buffer` from `start` at `position`. */
export function writeAt(
  fd: number,
  buffer: Uint8Array,
  start: number,
  length: number,
  position: Offset,
): void {
  const memory = region(buffer, start, length);
  const written = transfer(libcPwrite, 'pwrite', fd, memory, length, position);
  if (written < length) throw new Error(`pwrite stopped after ${written} of ${length} bytes`);
}

function transfer(
  call: ReadWrite,
  syscall: string,
  fd: number,
  memory: Uint8Array,
  length: number,
  position: Offset,
): number {
  let done = 0;
  while (done < length) {
    const rest = done === 0 ? memory : memory.subarray(done);
    const at = typeof position === 'bigint' ? position + BigInt(done) : position + done;
    const moved = call(fd, rest, length - done, at);
    if (moved === 0) break;
    if (moved > 0) {
      done += moved;
      continue;
    }
    const error = lastError(syscall);
    if (error.code !== 'EINTR') throw error;
  }
  return done;
}

/** Sets the size: cuts, or adds a hole. */
export function truncate(fd: number, size: Offset): void {
  if (libcFtruncate(fd, size) === -1) throw lastError('ftruncate');
}

const FALLOC_FL_KEEP_SIZE = 1;
const FALLOC_FL_PUNCH_HOLE = 2;

function allocate(fd: number, mode: number, offset: Offset, length: Offset): boolean {
  for (;;) {
    if (libcFallocate(fd, mode, offset, length) === 0) return true;
    const error = lastError('fallocate');
    if (isErrno(error, 'EOPNOTSUPP', 'ENOSYS')) return false;
    if (error.code !== 'EINTR') throw error;
  }
}

/**
 * Makes a range read as zeros and frees its blocks; the size stays.
 * False where this is not supported.
 */
export function punchHole(fd: number, offset: Offset, length: Offset): boolean {
  return allocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, offset, length);
}

/**
 * Reserves blocks for a range (no_space comes now, not later); the
 * size stays. False where not supported.
 */
export function preallocate(fd: number, offset: Offset, length: Offset): boolean {
  return allocate(fd, FALLOC_FL_KEEP_SIZE, offset, length);
}

/** Makes content and metadata of one file or directory durable. */
export function fsync(fd: number): void {
  if (libcFsync(fd) === -1) throw lastError('fsync');
}

/** Makes content and size of one file durable. */
export function fdatasync(fd: number): void {
  if (libcFdatasync(fd) === -1) throw lastError('fdatasync');
}

/**
 * Makes the whole file system of `fd` durable. Throws also for writebacks that failed since `fd`
 * was opened, so open it before what it is to vouch for. `fd` must not be O_PATH.
 */
export function syncfs(fd: number): void {
  if (libcSyncfs(fd) === -1) throw lastError('syncfs');
}

/** As `syncfs`, while this thread goes on; `fd` must stay open. */
export async function syncfsInBackground(fd: number): Promise<void> {
  await libcSyncfsInBackground(fd);
}

const SYNC_FILE_RANGE_WAIT_BEFORE = 1;
const SYNC_FILE_RANGE_WRITE = 2;
const SYNC_FILE_RANGE_WAIT_AFTER = 4;

/**
 * Begins to write a range of a file to its disk, without waiting for it. Nothing is durable by that: what is needed to find the
 * bytes again is not written.
 */
export function beginWriting(fd: number, offset: Offset, length: Offset): void {
  syncRange(fd, offset, length, SYNC_FILE_RANGE_WRITE);
}

/**
 * Waits until a range of a file is written, which makes nothing durable; see `beginWriting`. Throws when that failed: a later fsync of the same
 * descriptor does not tell of it again.
 */
export function awaitWriting(fd: number, offset: Offset, length: Offset): void {
  const flags = SYNC_FILE_RANGE_WAIT_BEFORE | SYNC_FILE_RANGE_WRITE | SYNC_FILE_RANGE_WAIT_AFTER;
  syncRange(fd, offset, length, flags);
}

/** Where there is no such call, the sync at the end writes everything. */
function syncRange(fd: number, offset: Offset, length: Offset, flags: number): void {
  for (;;) {
    if (libcSyncFileRange(fd, offset, length, flags) !== -1) return;
    const error = lastError('sync_file_range');
    if (isErrno(error, 'EINVAL', 'ENOSYS', 'EOPNOTSUPP', 'ESPIPE')) return;
    if (error.code !== 'EINTR') throw error;
  }
}

const ADVICE = { normal: 0, random: 1, sequential: 2, willNeed: 3, dontNeed: 4 } as const;

/**
 * Tells how a range will be used; length 0 is to the end. Advice that
 * cannot be taken is no failure.
 */
export function advise(
  fd: number,
  offset: Offset,
  length: Offset,
  advice: keyof typeof ADVICE,
): void {
  libcFadvise(fd, offset, length, ADVICE[advice]);
}
