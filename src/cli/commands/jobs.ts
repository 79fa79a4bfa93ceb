import { parseJobId } from '../../model/ids.js';
import { JOB_STATES } from '../../model/job.js';
import type { CommandContext } from '../command-context.js';
import type { GroupSpec } from '../command-spec.js';
import { argument } from '../command-spec.js';
import { columns } from '../format/columns.js';
import { waitAndReport } from '../job-wait.js';
import { watchJob } from '../job-watch.js';

export const JOB_COLUMNS = columns(
  {
    id: 'ID',
    state: 'STATE',
    type: 'TYPE',
    policy_name: 'POLICY',
    partial: 'PARTIAL',
    'progress.files_done': 'FILES',
    'progress.bytes_done': 'BYTES',
    started_at: 'STARTED',
    ended_at: 'ENDED',
  },
  'policy_id',
  'priority',
  'source_dataset_id',
  'target_dataset_id',
  'created_at',
  'progress.files_total',
  'progress.bytes_total',
  'progress.phase',
  'statistics',
  'failed_total',
  'error_code',
  'error_message',
  'retry',
  'warnings',
  'expiration',
  'new_tasks_account',
);
const FAILURES = columns({ path: 'PATH', code: 'CODE', message: 'MESSAGE' }, 'path_base64');
const ID = [argument('JOB', 'id of the job')];

export const jobs: GroupSpec = {
  name: 'jobs',
  summary: 'runs of policies',
  example: 'dm jobs list',
  commands: [
    {
      name: 'list',
      summary: 'active jobs and those of the last 24 hours',
      example: 'dm jobs list --policy nightly --state failed --format csv',
      options: [
        { flag: 'policy', kind: 'text', value: 'POLICY', help: 'of one policy, by name or id' },
        {
          flag: 'state',
          kind: 'list',
          choices: JOB_STATES,
          help: 'in one of these states; may be repeated',
        },
      ],
      run: async ({ options, output, client }) => {
        const query = { policy: options.text('policy') ?? '', states: [...options.list('state')] };
        await output.list(JOB_COLUMNS, (await (await client()).listJobs(query)).jobs);
      },
    },
    {
      name: 'view',
      summary: 'show one job',
      example: 'dm jobs view 7',
      arguments: ID,
      run: async (context) => {
        const id = jobId(context);
        await context.output.view(await (await context.client()).getJob({ id }));
      },
    },
    {
      name: 'watch',
      summary: 'print what a job does until it ends',
      example: 'dm jobs watch 7',
      arguments: ID,
      run: (context) => watchJob(context, jobId(context)),
    },
    {
      name: 'wait',
      summary: 'wait for a job; exit 0 whole, 6 partial, 1 failed, 7 timed out',
      example: 'dm jobs wait 7 --timeout 600',
      arguments: ID,
      options: [
        { flag: 'timeout', kind: 'integer', value: 'S', minimum: 1, help: 'wait no longer' },
      ],
      run: (context) => waitAndReport(context, jobId(context)),
    },
    {
      name: 'failures',
      summary: 'every entry that a job could not copy',
      example: 'dm jobs failures 7',
      arguments: ID,
      run: async (context) => {
        const id = jobId(context);
        await context.output.list(FAILURES, (await context.client()).listJobFailures({ id }));
      },
    },
    {
      name: 'modify',
      summary: 'pause, resume, cancel or complete a job',
      example: 'dm jobs modify 7 --action pause',
      arguments: ID,
      options: [
        {
          flag: 'action',
          kind: 'text',
          choices: ['pause', 'resume', 'cancel', 'complete-partial'],
          required: true,
          help: 'what to do; cancel also disables the policy, complete-partial keeps what has arrived',
        },
      ],
      run: async (context) => {
        const request = { id: jobId(context), action: context.options.required('action') };
        await context.output.view(await (await context.client()).modifyJob(request));
      },
    },
  ],
};

function jobId(context: CommandContext): number {
  return parseJobId(context.argument(0));
}
