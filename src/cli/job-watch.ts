import type { CommandContext } from './command-context.js';
import type { Job } from './control-messages.js';
import { escapeText } from './format/text.js';
import { jobOutcome, jobSummary } from './job-outcome.js';
import { stoppedWaiting } from './job-wait.js';
import { progressText } from './progress.js';
import { untilAborted } from './until-aborted.js';

/**
 * Prints every change of a job until it ends: a line for people, else one JSON object
 * a line. Ends as waiting for the job does.
 */
export async function watchJob(context: CommandContext, jobId: number): Promise<void> {
  const { io, output } = context;
  const client = await context.client();
  const signal = context.signal();
  const started = io.now();
  let last: Job | null = null;
  try {
    for await (const job of untilAborted(client.watchJob({ id: jobId }, signal), signal)) {
      last = job;
      if (output.format !== 'table') await output.line(JSON.stringify(job));
      else await output.line(changeText(job, (io.now() - started) / 1000));
    }
  } catch (error) {
    if (signal.aborted) throw stoppedWaiting(jobId);
    throw error;
  }
  const job = last ?? (await client.getJob({ id: jobId }));
  if (output.format === 'table') await output.line(jobSummary(job));
  const failure = jobOutcome(job);
  if (failure !== null) throw failure;
}

function changeText(job: Job, seconds: number): string {
  const retry = job.retry?.reason
    ? `, retry ${job.retry.count}: ${escapeText(job.retry.reason)}`
    : '';
  return `job ${job.id} ${job.state}: ${progressText(job.progress ?? {}, seconds)}${retry}`;
}
