import { DmError } from '../model/error.js';
import type { CommandContext } from './command-context.js';
import { stoppedWaiting, waitForJob } from './job-wait.js';

/** The jobs that the end of a job starts, once all of them are there. `deadline` is for the waiting. */
export function childJobs(
  context: CommandContext,
  id: number,
  deadline: AbortSignal | null,
): Promise<number[]> {
  return startedJobs(context, id, deadline, 'getChildJobs');
}

/**
 * Where a run was asked for while a job of its policy was active: waits for that one to end and for the job of the
 * run. `policy_disabled` when none comes, as for a COPY, which runs once.
 */
export async function nextJob(
  context: CommandContext,
  id: number,
  deadline: AbortSignal | null,
): Promise<number> {
  const { policy_name } = await waitForJob(context, id, deadline);
  const [next] = await startedJobs(context, id, deadline, 'getNextJob');
  if (next !== undefined) return next;
  throw new DmError(
    'policy_disabled',
    `policy "${policy_name}" does not run again after job ${id}: it was disabled meanwhile, or it is a COPY, which runs once; see "dm policies view ${policy_name}"`,
  );
}

async function startedJobs(
  context: CommandContext,
  id: number,
  deadline: AbortSignal | null,
  ask: 'getChildJobs' | 'getNextJob',
): Promise<number[]> {
  const interrupt = context.signal();
  const signal = deadline === null ? interrupt : AbortSignal.any([interrupt, deadline]);
  try {
    return (await (await context.client())[ask]({ id }, signal)).job_ids;
  } catch (error) {
    if (interrupt.aborted) throw stoppedWaiting(id);
    if (!deadline?.aborted) throw error;
    throw new DmError(
      'wait_timeout',
      `not all that follows job ${id} has started in time; see "dm policies list"`,
    );
  }
}
