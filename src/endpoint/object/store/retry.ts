import { asDmError, DmError } from '../../../model/error.js';
import type { Clock } from '../../../util/clock.js';
import { onAbort } from '../../../util/on-abort.js';

/** How long a store may take, and how often a request is sent before the caller hears of it. */
export interface StoreTiming {
  readonly attempts: number;
  readonly firstDelayMs: number;
  readonly maxDelayMs: number;
  /** For the answer to a request without a body. */
  readonly answerMs: number;
  /** Below this rate a transfer counts as broken. */
  readonly minBytesPerSecond: number;
  /** Over how much waiting the rate is measured. */
  readonly rateWindowMs: number;
}

export const DEFAULT_TIMING: StoreTiming = {
  attempts: 7,
  firstDelayMs: 200,
  maxDelayMs: 10_000,
  answerMs: 60_000,
  minBytesPerSecond: 4_096,
  rateWindowMs: 30_000,
};

export interface RetryModules {
  readonly clock: Clock;
  readonly random: () => number;
}

/**
 * Runs `attempt` (numbered from 1) until it succeeds, fails for good, or has failed `attempts` times; waits between with
 * growing delays and full jitter, so that many requests that failed together do not come back together.
 */
export async function withRetries<T>(
  timing: StoreTiming,
  { clock, random }: RetryModules,
  attempt: (count: number) => Promise<T>,
  signal: AbortSignal,
): Promise<T> {
  for (let count = 1; ; count++) {
    signal.throwIfAborted();
    try {
      return await attempt(count);
    } catch (error) {
      signal.throwIfAborted();
      if (!asDmError(error, 'store').transient || count >= timing.attempts) throw error;
      await clock.delay(retryDelayMs(timing, count, random), signal);
    }
  }
}

/** Milliseconds to wait behind failure number `count`. */
export function retryDelayMs(timing: StoreTiming, count: number, random: () => number): number {
  const limit = Math.min(timing.firstDelayMs * 2 ** (count - 1), timing.maxDelayMs);
  return Math.round(limit * (0.25 + 0.75 * random()));
}

/** Runs `work` with a signal that also aborts after `ms`; that is `store_unreachable`. */
export async function withinTime<T>(
  ms: number,
  clock: Clock,
  work: (signal: AbortSignal) => Promise<T>,
  signal: AbortSignal,
): Promise<T> {
  signal.throwIfAborted();
  const limit = new AbortController();
  using _ = onAbort(signal, () => limit.abort(signal.reason));
  const done = new AbortController();
  let late = false;
  const timer = clock.delay(ms, done.signal).then(
    () => {
      late = true;
      limit.abort();
    },
    () => undefined,
  );
  try {
    return await work(limit.signal);
  } catch (error) {
    signal.throwIfAborted();
    if (!late) throw error;
    throw new DmError('store_unreachable', `the store gave no answer in ${ms} ms`, {
      cause: error,
    });
  } finally {
    done.abort();
    await timer;
  }
}
