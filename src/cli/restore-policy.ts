import { randomBytes } from 'node:crypto';
import { DmError } from '../model/error.js';
import type { ControlClient } from './control-client.js';
import type { Job } from './control-messages.js';
import { jobOutcome } from './job-outcome.js';

/** The policy that a command makes for one run of its own. */
export interface OwnPolicy {
  readonly id: string;
  readonly name: string;
}

/** Names of policies are unique, and the same may be restored again meanwhile. */
export function restoreName(dataset: string | number): string {
  return `restore-${dataset}-${randomBytes(4).toString('hex')}`;
}

/**
 * Deletes the policy when its run has ended: the job stays, and tells all there is to know. Never fails, since what was
 * restored is restored: `gone` is false when the policy stays, and `text` says why.
 */
export async function dropPolicy(
  client: Pick<ControlClient, 'deletePolicy'>,
  { id, name }: OwnPolicy,
): Promise<{ readonly gone: boolean; readonly text: string }> {
  try {
    await client.deletePolicy({ ref: id });
  } catch (error) {
    if (!(error instanceof DmError)) throw error;
    if (error.code !== 'not_found') {
      const text = `policy ${id} (${name}) stays: ${error.message}; delete it with "dm policies delete ${id}"`;
      return { gone: false, text };
    }
  }
  return { gone: true, text: `policy ${id} (${name}) was deleted again` };
}

/** Said when the waiting ends before the job, which needs its policy still. */
export function policyStays({ id, name }: OwnPolicy): string {
  return `policy ${id} (${name}) stays; delete it with "dm policies delete ${id}" when its job has ended`;
}

/** As `jobOutcome`, for a job whose policy goes with it. */
export function restoreOutcome(job: Job): DmError | null {
  if (job.state !== 'cancelled') return jobOutcome(job);
  return new DmError('cancelled', `job ${job.id} was cancelled; restore again when you want to`);
}
