import { setFlagsFromString } from 'node:v8';

/** V8 sets this back to 2 with each thread that begins. */
const KEPT_SMALL = '--semi-space-growth-factor=1';
const LOOK_EVERY_MS = 250;

/**
 * Keeps the space in which objects of the main thread begin at 1 MiB twice, where V8 would let it grow to 16 twice: most of what
 * it moves lies outside the heap, and copies and backups took no more CPU time with it. To be called before much is loaded.
 * Dispose of it to let the space grow from then on.
 */
export function keepYoungGenerationSmall(
  options: { readonly lookEveryMs?: number } = {},
  modules: { readonly setFlag: (flag: string) => void } = { setFlag: setFlagsFromString },
): Disposable {
  const look = (): void => modules.setFlag(KEPT_SMALL);
  look();
  const timer = setInterval(look, options.lookEveryMs ?? LOOK_EVERY_MS).unref();
  return { [Symbol.dispose]: () => clearInterval(timer) };
}
