import { setTimeout as delay } from 'node:timers/promises';

const POLL_MS = 50;

/**
 * Resolves when the condition holds, looking again and again; throws
 * with its name when that takes too long.
 */
export async function until(
  what: string,
  condition: () => Promise<boolean> | boolean,
  timeoutMs = 60_000,
): Promise<void> {
  const end = performance.now() + timeoutMs;
  while (!(await condition())) {
    if (performance.now() > end) throw new Error(`${what}: not so after ${timeoutMs} ms`);
    await delay(POLL_MS);
  }
}
