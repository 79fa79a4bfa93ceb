import { asDmError } from '../model/error.js';
import type { Job } from '../model/job.js';
import type { Clock } from '../util/clock.js';
import type { ActiveJob } from './active-job.js';
import type { JobExecutor } from './executor.js';
import { MAX_RETRY_DELAY_MS, mayRetry, retryDelay } from './retry.js';

export interface AttemptsModules {
  readonly execute: JobExecutor;
  /** Does the work of one attempt when it is the job's turn. */
  readonly inTurn: <T>(work: () => Promise<T>) => Promise<T>;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: (job: Job, message: string) => void;
}

/**
 * Works on a job, and again after what may go by itself, until it is done, fails for good or is
 * stopped. The time of the next attempt is stored with the job. Who waits for that time is in nobody's way.
 */
export async function attempts(
  active: ActiveJob,
  { execute, inTurn, clock, random, log }: AttemptsModules,
): Promise<{ partial: boolean }> {
  const { signal } = active.stop;
  await waitForRetry(active, clock);
  for (;;) {
    signal.throwIfAborted();
    try {
      return await inTurn(() =>
        execute(
          {
            job: active.job,
            report: (change) => active.report(change),
            recordFailures: (failures) => active.recordFailures(failures),
          },
          signal,
        ),
      );
    } catch (thrown) {
      signal.throwIfAborted();
      const error = asDmError(thrown, `job ${active.job.id}`);
      if (!mayRetry(error, clock.now() - active.progressAtMs)) throw error;
      const count = active.job.retry.count + 1;
      const delay = retryDelay(count, random);
      active.change({ retry: { count, nextAtMs: clock.now() + delay, reason: error.message } });
      const seconds = Math.round(delay / 1000);
      log(active.job, `attempt ${count} failed, next in ${seconds} s: ${error.message}`);
      await active.save();
      await waitForRetry(active, clock);
    }
  }
}

/**
 * Until the time that its record says for the next attempt, which this or an earlier run of the agent has set; whatever
 * became of the clock.
 */
async function waitForRetry(active: ActiveJob, clock: Clock): Promise<void> {
  const { nextAtMs } = active.job.retry;
  if (nextAtMs === null) return;
  const left = Math.max(0, nextAtMs - clock.now());
  await clock.delay(Math.min(left, MAX_RETRY_DELAY_MS), active.stop.signal);
  active.change({ retry: { ...active.job.retry, nextAtMs: null } });
}
