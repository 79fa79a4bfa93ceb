import type { DmError } from '../model/error.js';
import type { CommandContext } from './command-context.js';
import { reportJob, waitForJob } from './job-wait.js';
import { childJobs } from './started-jobs.js';

/**
 * Waits for a job and for all that its end starts, one after the other, and prints how each
 * ended. Of several that did not finish whole the first that failed is thrown, else the
 * first partial one. `deadline` is for all together.
 */
export async function waitForChain(
  context: CommandContext,
  jobId: number,
  deadline: AbortSignal | null,
): Promise<void> {
  const failures: DmError[] = [];
  const waiting = [jobId];
  for (let id = waiting.shift(); id !== undefined; id = waiting.shift()) {
    const job = await waitForJob(context, id, deadline);
    const failure = await reportJob(context, job);
    if (failure !== null) failures.push(failure);
    if (job.state === 'finished') waiting.push(...(await childJobs(context, id, deadline)));
  }
  const worst = failures.find(({ code }) => code !== 'partial') ?? failures[0];
  if (worst !== undefined) throw worst;
}
