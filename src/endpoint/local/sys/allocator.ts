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

/** What many threads that come and go leave between pieces that are in use does not go back by itself. */
const TRIM_EVERY_MS = 10_000;

/**
 * Makes the C library's allocator, for all threads from now on, give back what is free. Allocators that know
 * no such settings keep theirs. Dispose of it to have no more looked for what is free.
 */
export function limitAllocator(options: { readonly trimEveryMs?: number } = {}): Disposable {
  const mallopt = known(() =>
    bind<(option: number, value: number) => number>('mallopt', 'int', ['int', 'int']),
  );
  mallopt?.(M_MMAP_THRESHOLD, OWN_MAPPING_BYTES);
  mallopt?.(M_TRIM_THRESHOLD, OWN_MAPPING_BYTES);
  mallopt?.(M_ARENA_MAX, ARENAS);
  const trim = known(() => bind<(keepBytes: number) => number>('malloc_trim', 'int', ['size_t']));
  const timer = setInterval(() => trim?.(0), options.trimEveryMs ?? TRIM_EVERY_MS).unref();
  return { [Symbol.dispose]: () => clearInterval(timer) };
}

/** Null where there is no such function: musl has none of these. */
function known<F>(find: () => F): F | null {
  try {
    return find();
  } catch {
    return null;
  }
}
