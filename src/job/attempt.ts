import { asDmError } from '../model/error.js';
import type { Job } from '../model/job.js';
import type { Clock } from '../util/clock.js';
import type { ActiveJob } from './active-job.js';
import type { JobExecutor } from './executor.js';
import { MAX_RETRY_DELAY_MS, mayRetry, retryDelay } from './retry.js';

export interface AttemptModules {
  readonly execute: JobExecutor;
  readonly clock: Clock;
  /** Milliseconds that pass whatever is done to the clock. */
  readonly uptime: () => number;
  readonly random: () => number;
  readonly log: (job: Job, message: string) => void;
}

/**
 * Works on a job once. `again` when it failed by what may go by itself: the time of the next attempt is stored with the job then.
 * Throws why it failed for good or was stopped.
 */
export async function attempt(
  active: ActiveJob,
  { execute, clock, uptime, random, log }: AttemptModules,
  shutdown: AbortSignal,
): Promise<{ partial: boolean } | 'again'> {
  const { signal } = active.stop;
  signal.throwIfAborted();
  try {
    return await execute(
      {
        job: active.job,
        shutdown,
        report: (change) => active.report(change),
        recordFailures: (failures) => active.recordFailures(failures),
      },
      signal,
    );
  } catch (thrown) {
    signal.throwIfAborted();
    const error = asDmError(thrown, `job ${active.job.id}`);
    if (!mayRetry(error, uptime() - active.progressAtMs)) throw error;
    const count = active.job.retry.count + 1;
    const delay = retryDelay(count, random);
    active.change({ retry: { count, nextAtMs: clock.now() + delay, reason: error.message } });
    const seconds = Math.round(delay / 1000);
    log(active.job, `attempt ${count} failed, next in ${seconds} s: ${error.message}`);
    await active.save();
    return 'again';
  }
}

/**
 * Until the time that its record says for the next attempt, which this or an earlier run of the agent has set; whatever
 * became of the clock.
 */
export async function waitForRetry(active: ActiveJob, clock: Clock): Promise<void> {
  const { nextAtMs } = active.job.retry;
  if (nextAtMs === null) return;
  const left = Math.max(0, nextAtMs - clock.now());
  await clock.delay(Math.min(left, MAX_RETRY_DELAY_MS), active.stop.signal);
  active.change({ retry: { ...active.job.retry, nextAtMs: null } });
}
