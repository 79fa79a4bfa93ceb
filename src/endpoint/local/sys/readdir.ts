import type { FileType } from '../../../model/inode.js';
import { lastError } from './errno.js';
import { fileTypeOf } from './file-type.js';
import { bind, SYSCALL } from './libc.js';

export interface DirectoryEntry {
  /**
   * The bytes of the name. Names of one batch share memory; copy one that is kept for long alone.
   */
  readonly name: Buffer;
  readonly ino: bigint;
  /** Null where the file system does not tell; ask stat. */
  readonly type: FileType | null;
}

const libcGetdents = bind<(call: number, fd: number, into: Buffer, size: number) => number>(
  'syscall',
  'int64_t',
  ['int64_t', 'int', 'pointer', 'size_t'],
);
const libcLseek = bind<(fd: number, offset: number, whence: number) => number>('lseek', 'int64_t', [
  'int',
  'int64_t',
  'int',
]);

const BATCH = Buffer.alloc(128 * 1024);
// struct linux_dirent64: u64 ino, s64 off, u16 reclen, u8 type, char name[].
const RECLEN = 16;
const TYPE = 18;
const NAME = 19;
const DOT = 0x2e;

/**
 * Reads the directory `fd` (not O_PATH) from its start, without `.` and `..`, in the
 * order of the file system, in batches of a few thousand entries. Entries made or removed
 * meanwhile may or may not be seen. The read position belongs to the open file: one
 * reader at a time per `fd` and its duplicates.
 */
export function* readDirectory(fd: number): Generator<DirectoryEntry[], void, undefined> {
  if (libcLseek(fd, 0, 0) === -1) throw lastError('lseek');
  for (;;) {
    const filled = libcGetdents(SYSCALL.getdents64, fd, BATCH, BATCH.length);
    if (filled === -1) throw lastError('getdents64');
    if (filled === 0) return;
    const entries = parseBatch(filled);
    if (entries.length > 0) yield entries;
  }
}

/**
 * As `readDirectory`, without an object for each entry: `take` is told where in `bytes`, which are
 * overwritten afterwards, the name begins and ends, and the type.
 */
export function scanDirectory(
  fd: number,
  take: (bytes: Buffer, start: number, end: number, type: FileType | null) => void,
): void {
  if (libcLseek(fd, 0, 0) === -1) throw lastError('lseek');
  for (;;) {
    const filled = libcGetdents(SYSCALL.getdents64, fd, BATCH, BATCH.length);
    if (filled === -1) throw lastError('getdents64');
    if (filled === 0) return;
    for (let at = 0; at < filled; ) {
      const next = at + BATCH.readUInt16LE(at + RECLEN);
      const end = nameEnd(BATCH, at, next);
      if (!isDots(BATCH, at + NAME, end)) {
        take(BATCH, at + NAME, end, fileTypeOf(BATCH[at + TYPE] as number));
      }
      at = next;
    }
  }
}

function parseBatch(filled: number): DirectoryEntry[] {
  const batch = Buffer.from(new ArrayBuffer(filled));
  BATCH.copy(batch, 0, 0, filled);
  // Records begin at multiples of 8; this is twice as fast as readBigUInt64LE.
  const words = new BigUint64Array(batch.buffer);
  const entries: DirectoryEntry[] = [];
  for (let at = 0; at < batch.length; ) {
    const next = at + batch.readUInt16LE(at + RECLEN);
    const end = nameEnd(batch, at, next);
    if (!isDots(batch, at + NAME, end)) {
      entries.push({
        name: batch.subarray(at + NAME, end),
        ino: words[at / 8] ?? 0n,
        type: fileTypeOf(batch[at + TYPE] ?? 0),
      });
    }
    at = next;
  }
  return entries;
}

function nameEnd(batch: Buffer, at: number, next: number): number {
  // Records are padded to 8 bytes, and what follows the NUL is not always zero.
  let end = Math.max(at + NAME, next - 8);
  while (batch[end] !== 0) end++;
  return end;
}

function isDots(batch: Buffer, start: number, end: number): boolean {
  if (batch[start] !== DOT) return false;
  return end === start + 1 || (end === start + 2 && batch[start + 1] === DOT);
}
