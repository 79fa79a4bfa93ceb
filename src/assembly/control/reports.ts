import { DmError } from '../../model/error.js';
import { parseJobId } from '../../model/ids.js';
import { ENDED_STATES, type Job } from '../../model/job.js';
import { parseTime } from '../../model/parse-time.js';
import type { JobRef__Output } from '../../rpc/generated/control/datamover/v1/JobRef.js';
import type { Report } from '../../rpc/generated/control/datamover/v1/Report.js';
import type { ReportQuery__Output } from '../../rpc/generated/control/datamover/v1/ReportQuery.js';
import type { JobHandlerModules } from './jobs.js';
import { timeText } from './views.js';

const LISTED_FOR_MS = 24 * 60 * 60 * 1000;
/** The newest. */
const MAX_REPORTS = 1_000;

export type ReportHandlerModules = Pick<JobHandlerModules, 'store' | 'policies' | 'clock'>;

/** The report commands of the control service: what ended jobs did, in figures. */
export function reportHandlers({ store, policies, clock }: ReportHandlerModules) {
  return {
    listReports: async ({ after_time, policy }: ReportQuery__Output) => {
      const sinceMs =
        after_time === '' ? clock.now() - LISTED_FOR_MS : parseTime(after_time, '--after-time');
      const reports: Report[] = [];
      for await (const job of store.ended(sinceMs)) {
        const isWanted = policy === '' || policy === job.policyName || policy === `${job.policyId}`;
        if (isWanted && reports.push(report(job)) === MAX_REPORTS) break;
      }
      if (reports.length === 0 && policy !== '') await policies.get(policy);
      return { reports };
    },
    getReport: async (request: JobRef__Output) => {
      const job = await store.get(parseJobId(request.id));
      if (job !== null && ENDED_STATES.has(job.state)) return report(job);
      throw new DmError(
        'not_found',
        `there is no report of job ${request.id}; see \`dm reports list\`, and \`dm jobs view\` for a job that has not ended`,
      );
    },
  };
}

function report(job: Job): Report {
  const { statistics, progress } = job;
  const { details } = statistics;
  const startedAtMs = job.startedAtMs ?? job.createdAtMs;
  const seconds = Math.max(0, ((job.endedAtMs ?? startedAtMs) - startedAtMs) / 1_000);
  return {
    job_id: job.id,
    job_type: job.type,
    job_state: job.state,
    partial: job.partial,
    policy_id: job.policyId,
    policy_name: job.policyName,
    job_start_time: timeText(startedAtMs),
    job_end_time: timeText(job.endedAtMs),
    duration_seconds: seconds,
    source_dataset_id: job.sourceDataset ?? 0,
    base_dataset_id: job.baseDataset ?? 0,
    target_dataset_id: job.targetDataset ?? 0,
    files: statistics.files,
    files_created: details.filesCreated,
    files_updated: details.filesUpdated,
    files_linked: statistics.hardlinks,
    dirs_created: statistics.dirs,
    dirs_changed: details.dirsChanged,
    dirs_moved: details.dirsMoved,
    dirs_deleted: details.dirsDeleted,
    softlinks: statistics.symlinks,
    block_devices: details.blockDevices,
    char_devices: details.charDevices,
    fifos: details.fifos,
    sockets: details.sockets,
    entries_deleted: statistics.deleted,
    entries_moved: statistics.moved,
    files_to_8k: details.filesTo8K,
    files_to_1m: details.filesTo1M,
    files_to_100m: details.filesTo100M,
    files_to_10g: details.filesTo10G,
    files_over_10g: details.filesOver10G,
    bytes_of_files: details.bytesOfFiles,
    bytes_changed: statistics.bytesChanged,
    bytes_truncated: details.bytesTruncated,
    bytes_sent: statistics.bytesSent,
    bytes_per_second: seconds > 0 ? Math.round(progress.bytesDone / seconds) : 0,
    full_copies: statistics.fullCopies,
    repaired: statistics.repaired,
    retries: job.retry.count,
    failed_entries: job.failedTotal,
    warnings: job.warnings.length,
    error_code: job.error?.code ?? '',
    error_message: job.error?.message ?? '',
    new_tasks_account: job.newTasksAccountId ?? '',
  };
}
