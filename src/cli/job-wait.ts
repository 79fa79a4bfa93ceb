import { DmError } from '../model/error.js';
import type { CommandContext } from './command-context.js';
import type { Job } from './control-messages.js';
import { jobOutcome, jobSummary } from './job-outcome.js';
import { openProgress } from './progress.js';
import { untilAborted } from './until-aborted.js';

const ENDED = new Set(['finished', 'failed', 'cancelled']);

/**
 * Waits for a job, showing its progress on stderr, and prints how it ended. Resolves when it
 * finished whole; `partial`, `job_failed`, `cancelled` and, after --timeout, `wait_timeout`
 * otherwise. Ctrl-C ends the waiting, not the job.
 */
export async function waitAndReport(
  context: CommandContext,
  jobId: number,
  timeout: AbortSignal | null = timeoutOf(context),
): Promise<void> {
  const job = await waitForJob(context, jobId, timeout);
  const failure = await reportJob(context, job);
  if (failure !== null) throw failure;
}

/** Aborts after the seconds of --timeout; null without it. */
export function timeoutOf(context: CommandContext): AbortSignal | null {
  const seconds = context.options.integer('timeout');
  return seconds === undefined ? null : AbortSignal.timeout(seconds * 1000);
}

/** Prints how a job ended; null when it finished whole, else what to fail with. */
export async function reportJob(context: CommandContext, job: Job): Promise<DmError | null> {
  if (context.output.format === 'table') await context.output.line(jobSummary(job));
  else await context.output.view(job);
  return jobOutcome(job);
}

/** The job as it ended; `wait_timeout` when `timeout` aborts before. */
export async function waitForJob(
  context: CommandContext,
  jobId: number,
  timeout: AbortSignal | null,
): Promise<Job> {
  const client = await context.client();
  const interrupt = context.signal();
  const signal = timeout === null ? interrupt : AbortSignal.any([interrupt, timeout]);
  const progress = await openProgress(context.io, `job ${jobId}`);
  let last: Job | null = null;
  try {
    for await (const job of untilAborted(client.watchJob({ id: jobId }, signal), signal)) {
      last = job;
      progress.update({ ...job.progress, phase: activity(job) });
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    progress.close();
  }
  if (last !== null && ENDED.has(last.state)) return last;
  if (interrupt.aborted) {
    throw stoppedWaiting(jobId);
  }
  if (timeout?.aborted) {
    const notYet = `job ${jobId} has not ended after ${context.options.integer('timeout')} s`;
    throw new DmError('wait_timeout', `${notYet}${whyNot(last, jobId)}`);
  }
  return client.getJob({ id: jobId });
}

/** What a job does now. One that is paused or waits keeps the phase in which it was. */
function activity({ state, retry, progress }: Job): string {
  if (state !== 'running') return state;
  if (retry?.next_at) return `tries again after: ${retry.reason}`;
  return progress?.phase || state;
}

/** Why a job has not ended yet, as far as that is known, and what can be done. */
function whyNot(job: Job | null, jobId: number): string {
  if (job?.state === 'paused') {
    return `, since it is paused; let it go on with "dm jobs modify ${jobId} --action resume"`;
  }
  const reason = job?.retry?.next_at ? `, and tries again after "${job.retry.reason}"` : '';
  return ` and goes on${reason}; see "dm jobs view ${jobId}"`;
}

/** What Ctrl-C says: only the waiting has ended. */
export function stoppedWaiting(jobId: number): DmError {
  return new DmError(
    'cancelled',
    `stopped waiting for job ${jobId}, which goes on; see "dm jobs view ${jobId}"`,
  );
}
