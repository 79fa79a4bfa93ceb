import type { GroupSpec } from '../command-spec.js';
import type { OptionSpec } from '../option-spec.js';
import { JOB_COLUMNS } from './jobs.js';

const AFTER_TIME: OptionSpec = {
  flag: 'after-time',
  kind: 'text',
  value: 'TIME',
  help: 'those that ended then or later; in the last 24 hours unless given',
};

export const historicalJobs: GroupSpec = {
  name: 'historical-jobs',
  summary: 'jobs that have ended, the newest 1,000',
  example: 'dm historical-jobs list --after-time "2026-05-29 10:20:00"',
  commands: [
    {
      name: 'list',
      summary: 'list them, the last one first',
      example: 'dm historical-jobs list --after-time 2026-05-29',
      options: [AFTER_TIME],
      run: async ({ options, output, client }) => {
        const request = { after_time: options.text('after-time') ?? '' };
        await output.list(JOB_COLUMNS, (await (await client()).listHistoricalJobs(request)).jobs);
      },
    },
    {
      name: 'delete',
      summary: 'forget them',
      example: 'dm historical-jobs delete --after-time 2026-05-29',
      options: [AFTER_TIME],
      run: async ({ options, output, client }) => {
        const request = { after_time: options.text('after-time') ?? '' };
        await output.view(await (await client()).deleteHistoricalJobs(request));
      },
    },
  ],
};
