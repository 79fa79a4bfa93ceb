import { DmError } from '../model/error.js';
import type { Job } from './control-messages.js';
import { humanBytes, humanDuration } from './format/humanise.js';
import { escapeText } from './format/text.js';

const CREATION = 'DATASET_CREATION_JOB';

/** Null when the job finished whole, else the error that says how it ended and what to look at. */
export function jobOutcome(job: Job): DmError | null {
  const name = `job ${job.id} of policy "${job.policy_name}"`;
  if (job.state === 'finished') {
    if (!job.partial) return null;
    return new DmError('partial', `${name} ${partialText(job)}`);
  }
  if (job.state === 'cancelled') {
    return new DmError('cancelled', `${name} was cancelled; enable the policy to run it again`);
  }
  if (job.state === 'failed') {
    const why = [job.error_code, job.error_message].filter((text) => text !== '').join(': ');
    return new DmError('job_failed', `${name} failed: ${why || `see "dm jobs view ${job.id}"`}`);
  }
  return new DmError('job_failed', `${name} is ${job.state}; see "dm jobs view ${job.id}"`);
}

/** The dataset that a job made, at the place where it made it; 0 when it made none. */
export function datasetOf(job: Job): number {
  return job.type === CREATION ? job.source_dataset_id : job.target_dataset_id;
}

/** A job that had nothing to do may have found a dataset that was partial already. */
function partialText({ id, failed_total, source_dataset_id }: Job): string {
  return failed_total > 0
    ? `finished without ${counted(failed_total, 'entry', 'entries')}; "dm jobs failures ${id}" tells why`
    : `found dataset ${source_dataset_id} there already, without some of its entries; make a newer one and copy that`;
}

function counted(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`;
}

/** One line for people on a job that has ended. */
export function jobSummary(job: Job): string {
  const parts = [`job ${job.id} ${job.state}${job.partial ? ' (partial)' : ''}`];
  const seconds = (Date.parse(job.ended_at) - Date.parse(job.started_at)) / 1000;
  if (Number.isFinite(seconds)) parts.push(`after ${humanDuration(seconds)}`);
  const { statistics, progress, expiration } = job;
  if (expiration) {
    parts.push(`${counted(expiration.expired_total, 'dataset', 'datasets')} removed`);
    parts.push(`${humanBytes(expiration.freed_bytes)} freed`);
    if (expiration.locked_total > 0) parts.push(`${expiration.locked_total} locked`);
  } else if (job.type === CREATION && progress !== null) {
    parts.push(counted(progress.files_done, 'entry', 'entries'), humanBytes(progress.bytes_done));
  } else if (statistics !== null) {
    parts.push(counted(statistics.files, 'file', 'files'));
    parts.push(`${humanBytes(statistics.bytes_sent)} sent`);
  }
  const dataset = datasetOf(job);
  if (dataset > 0) parts.push(`dataset ${dataset}`);
  return escapeText(parts.join(', '));
}
