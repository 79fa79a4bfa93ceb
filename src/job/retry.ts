import type { DmError } from '../model/error.js';

const FIRST_DELAY_MS = 1_000;
const MAX_DELAY_MS = 30_000;
/** The longest that may pass between two attempts, jitter included. */
export const MAX_RETRY_DELAY_MS = 1.2 * MAX_DELAY_MS;
/**
 * How long a job keeps trying without any progress before it fails: a
 * host may need this long to come back.
 */
export const GIVE_UP_AFTER_MS = 24 * 60 * 60 * 1000;

/**
 * Milliseconds to wait before attempt number `count` (from 1), with a fifth of
 * jitter so that jobs do not march in step.
 */
export function retryDelay(count: number, random: () => number): number {
  const base = Math.min(FIRST_DELAY_MS * 2 ** Math.min(count - 1, 10), MAX_DELAY_MS);
  return Math.round(base * (0.8 + 0.4 * random()));
}

/** The one place that decides whether a failed attempt is tried again. */
export function mayRetry(error: DmError, withoutProgressMs: number): boolean {
  return error.transient && withoutProgressMs < GIVE_UP_AFTER_MS;
}
