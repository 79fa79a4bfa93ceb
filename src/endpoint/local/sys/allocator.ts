import { bind } from './libc.js';

// Of glibc's <malloc.h>.
const M_TRIM_THRESHOLD = -1;
const M_MMAP_THRESHOLD = -3;
const M_ARENA_MAX = -8;

/**
 * Memory from this size on is asked of the kernel by itself and goes back to it as soon as it is freed. glibc raises its
 * own limit to the largest that was ever freed, and keeps what buffers of copies that have ended took.
 */
const OWN_MAPPING_BYTES = 262_144;
/** Arenas that threads share: file work takes few and large pieces, so they do not wait for each other. */
const ARENAS = 2;

/**
 * Makes the C library's allocator, for all threads from now on, give back what is free. Allocators that know
 * no such settings keep theirs.
 */
export function limitAllocator(): void {
  const mallopt = findMallopt();
  mallopt?.(M_MMAP_THRESHOLD, OWN_MAPPING_BYTES);
  mallopt?.(M_TRIM_THRESHOLD, OWN_MAPPING_BYTES);
  mallopt?.(M_ARENA_MAX, ARENAS);
}

function findMallopt(): ((option: number, value: number) => number) | null {
  try {
    return bind('mallopt', 'int', ['int', 'int']);
  } catch {
    // Musl has no such function.
    return null;
  }
}
