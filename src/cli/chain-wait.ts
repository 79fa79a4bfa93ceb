import { DmError } from '../model/error.js';
import type { CommandContext } from './command-context.js';
import { reportJob, stoppedWaiting, waitForJob } from './job-wait.js';

/**
 * Waits for a job and for all that its end starts, one after the other, and prints how each
 * ended. Of several that did not finish whole the first that failed is thrown, else the
 * first partial one. --timeout is for all together.
 */
export async function waitForChain(context: CommandContext, jobId: number): Promise<void> {
  const seconds = context.options.integer('timeout');
  const deadline = seconds === undefined ? null : AbortSignal.timeout(seconds * 1000);
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

async function childJobs(
  context: CommandContext,
  id: number,
  deadline: AbortSignal | null,
): Promise<number[]> {
  const interrupt = context.signal();
  const signal = deadline === null ? interrupt : AbortSignal.any([interrupt, deadline]);
  try {
    return (await (await context.client()).getChildJobs({ id }, signal)).job_ids;
  } catch (error) {
    if (interrupt.aborted) throw stoppedWaiting(id);
    if (!deadline?.aborted) throw error;
    throw new DmError(
      'wait_timeout',
      `not all policies that follow job ${id} have started in time; see "dm policies list"`,
    );
  }
}
