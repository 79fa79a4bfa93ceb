import { residentBytes } from '../../../util/resident-memory.js';
import { bind } from './libc.js';
import { trimWhenLarge } from './trim-when-large.js';

// Of glibc's <malloc.h>.
const M_TRIM_THRESHOLD = -1;
const M_MMAP_THRESHOLD = -3;
const M_ARENA_MAX = -8;

/**
 * Memory from this size on is asked of the kernel by itself and goes back to it as soon as it is freed. glibc raises its
 * own limit to the largest that was ever freed, and keeps what buffers of copies that have ended took. Above the size of a
 * message: each page of a new mapping costs a fault, by which first copies took twice as long
 * in a nested virtual machine (docs/benchmarks.md).
 */
const OWN_MAPPING_BYTES = 4_194_304;
/** What may lie free at the end of a heap before it goes back at once: little would be asked for again at once, too. */
const FREE_END_BYTES = 67_108_864;
/** Arenas that threads share: file work takes few and large pieces, so they do not wait for each other. */
const ARENAS = 2;

/** What many threads that come and go leave between pieces that are in use does not go back by itself. */
const TRIM_EVERY_MS = 10_000;
const TRIM_LARGE_EVERY_MS = 250;

/**
 * Makes the C library's allocator, for all threads from now on, give back what is free. Allocators that know
 * no such settings keep theirs. Dispose of it to have no more looked for what is free.
 */
export function limitAllocator(options: { readonly trimEveryMs?: number } = {}): Disposable {
  const mallopt = known(() =>
    bind<(option: number, value: number) => number>('mallopt', 'int', ['int', 'int']),
  );
  mallopt?.(M_MMAP_THRESHOLD, OWN_MAPPING_BYTES);
  mallopt?.(M_TRIM_THRESHOLD, FREE_END_BYTES);
  mallopt?.(M_ARENA_MAX, ARENAS);
  const trim = known(() => bind<(keepBytes: number) => number>('malloc_trim', 'int', ['size_t']));
  if (trim === null) return { [Symbol.dispose]: () => {} };
  const always = setInterval(() => trim(0), options.trimEveryMs ?? TRIM_EVERY_MS).unref();
  const look = trimWhenLarge({ rss: residentBytes, trim: () => trim(0) });
  const whenLarge = setInterval(look, TRIM_LARGE_EVERY_MS).unref();
  return {
    [Symbol.dispose]: () => {
      clearInterval(always);
      clearInterval(whenLarge);
    },
  };
}

/** Null where there is no such function: musl has none of these. */
function known<F>(find: () => F): F | null {
  try {
    return find();
  } catch {
    return null;
  }
}
