import { addressOf, bind } from './libc.js';

const MADV_DONTNEED = 4;
/** A multiple of every page size that Linux has on the machines we run on. */
const ALIGNMENT = 65_536;

const madvise = bind<(start: Uint8Array, length: number, advice: number) => number>(
  'madvise',
  'int',
  ['pointer', 'size_t', 'int'],
);

/**
 * Gives the pages of memory that nobody needs any more back to the kernel; what lies there reads as zeros then, but for less than
 * 128 KiB at its ends. The collector frees shared memory when no thread has it any more and it has looked in each of
 * them, which may be long after. Where the kernel refuses, that is when it comes free.
 */
export function releaseMemory(memory: SharedArrayBuffer): void {
  const bytes = new Uint8Array(memory);
  const skipped = (ALIGNMENT - Number(addressOf(bytes) % BigInt(ALIGNMENT))) % ALIGNMENT;
  const length = Math.floor((bytes.length - skipped) / ALIGNMENT) * ALIGNMENT;
  if (length > 0) madvise(bytes.subarray(skipped), length, MADV_DONTNEED);
}
