import { parseJobId } from '../../model/ids.js';
import { argument, type GroupSpec } from '../command-spec.js';
import { columns } from '../format/columns.js';

const COLUMNS = columns(
  {
    job_id: 'JOB',
    policy_name: 'POLICY',
    job_type: 'TYPE',
    job_state: 'STATE',
    job_end_time: 'ENDED',
    duration_seconds: 'SECONDS',
    files: 'FILES',
    bytes_changed: 'BYTES',
    bytes_sent: 'SENT',
    failed_entries: 'FAILED',
  },
  'partial',
  'policy_id',
  'job_start_time',
  'source_dataset_id',
  'base_dataset_id',
  'target_dataset_id',
  'files_created',
  'files_updated',
  'files_linked',
  'dirs_created',
  'dirs_changed',
  'dirs_moved',
  'dirs_deleted',
  'softlinks',
  'block_devices',
  'char_devices',
  'fifos',
  'sockets',
  'entries_deleted',
  'entries_moved',
  'files_to_8k',
  'files_to_1m',
  'files_to_100m',
  'files_to_10g',
  'files_over_10g',
  'bytes_of_files',
  'bytes_truncated',
  'bytes_per_second',
  'full_copies',
  'repaired',
  'retries',
  'warnings',
  'error_code',
  'error_message',
  'new_tasks_account',
);

export const reports: GroupSpec = {
  name: 'reports',
  summary: 'what ended jobs did, in figures',
  example: 'dm reports list --policy nightly --format csv',
  commands: [
    {
      name: 'list',
      summary: 'the newest 1,000, the last one first',
      example: 'dm reports list --after-time "2026-05-29 10:20:00"',
      options: [
        {
          flag: 'after-time',
          kind: 'text',
          value: 'TIME',
          help: 'jobs that ended then or later; in the last 24 hours unless given',
        },
        { flag: 'policy', kind: 'text', value: 'POLICY', help: 'jobs of one policy, name or id' },
      ],
      run: async ({ options, output, client }) => {
        const request = {
          after_time: options.text('after-time') ?? '',
          policy: options.text('policy') ?? '',
        };
        await output.list(COLUMNS, (await (await client()).listReports(request)).reports);
      },
    },
    {
      name: 'view',
      summary: 'show the report of one job',
      example: 'dm reports view 7',
      arguments: [argument('JOB', 'id of the job')],
      run: async (context) => {
        const id = parseJobId(context.argument(0));
        await context.output.view(await (await context.client()).getReport({ id }));
      },
    },
  ],
};
