import { setFlagsFromString } from 'node:v8';
import { residentBytes } from './resident-memory.js';

/**
 * Of what lives in a heap, how much garbage may gather before all of it is looked at, in percent; buffers outside the heap
 * count. V8 by itself goes up to 300: what connections that come and go leave behind then grows to three times of what is
 * needed. With 50 a third of the CPU time of copying a large file is marking (docs/benchmarks.md).
 */
const ROOMY_PERCENT = 150;
/** In a process that has grown. */
const TIGHT_PERCENT = 50;
/** A process is to stay below 300 MB: so far there is room for garbage. */
const ROOMY_BYTES = 234_881_024;
const LOOK_EVERY_MS = 250;

export interface HeapGrowthModules {
  /** Bytes of this process in memory; null when that is not known now. */
  readonly rss: () => number | null;
  /** Takes a setting of V8 for all heaps of this process. */
  readonly setFlag: (flag: string) => void;
}

/**
 * Lets garbage gather in all heaps of this process, those of its threads too, as long as the process is small. Dispose of it to
 * have no more looked; the last setting stays.
 */
export function governHeapGrowth(
  options: { readonly lookEveryMs?: number } = {},
  modules: HeapGrowthModules = { rss: residentBytes, setFlag: setFlagsFromString },
): Disposable {
  let percent = 0;
  const look = (): void => {
    const rss = modules.rss();
    if (rss === null && percent !== 0) return;
    const wanted = rss !== null && rss < ROOMY_BYTES ? ROOMY_PERCENT : TIGHT_PERCENT;
    if (wanted === percent) return;
    percent = wanted;
    modules.setFlag(`--heap-growing-percent=${percent}`);
  };
  look();
  const timer = setInterval(look, options.lookEveryMs ?? LOOK_EVERY_MS).unref();
  return { [Symbol.dispose]: () => clearInterval(timer) };
}
