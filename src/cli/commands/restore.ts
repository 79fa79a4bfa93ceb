import { randomBytes } from 'node:crypto';
import { DmError } from '../../model/error.js';
import type { CommandContext } from '../command-context.js';
import { argument, type CommandSpec } from '../command-spec.js';
import { waitAndReport } from '../job-wait.js';
import { later } from '../option-spec.js';
import { OptionValues } from '../option-values.js';
import { newPolicy } from './policy-message.js';

export const restore: CommandSpec = {
  name: 'restore',
  summary: 'bring a dataset, or paths of it, back below a root of this agent',
  example: 'dm restore backup2cloud 6 file_with_acl --to /data/restore',
  arguments: [
    argument('ACCOUNT', 'where the dataset is'),
    argument('DATASET', 'number at that place, or global id'),
    { name: 'SUBPATH', help: 'below the base path; all if absent', required: false, many: true },
  ],
  options: [
    { flag: 'to', kind: 'text', value: 'PATH', help: 'directory that is empty or not there yet' },
    { flag: 'timeout', kind: 'integer', value: 'S', minimum: 1, help: 'wait no longer; exit 7' },
    ...later('in-place', 'existing', 'dry-run', 'as-of', 'no-metadata'),
  ],
  run,
};

async function run(context: CommandContext): Promise<void> {
  const { args, options, output } = context;
  const [account = '', dataset = '', ...subpaths] = args;
  const to = options.text('to');
  if (to === undefined) {
    throw new DmError('usage', '--to is missing; give the directory to restore into');
  }
  const client = await context.client();
  const found = await client.getDataset({ account, dataset });
  const name = `restore-${found.id}-${randomBytes(4).toString('hex')}`;
  const flags = new Map<string, string | number | boolean | string[]>([
    ['policy-type', 'COPY'],
    ['copy-dataset-id', found.id],
    ['copy-source-base-path', found.dataset_base_path],
    ['copy-source-subpaths', subpaths],
    ['copy-create-dataset-on-target', false],
    ['copy-base-source-account-id', account],
    ['copy-base-target-account-id', 'local'],
    ['copy-base-target-base-path', to],
    ['copy-base-target-dataset-type', 'FILE'],
  ]);
  const policy = newPolicy([name], new OptionValues(flags));
  const { id } = await client.createPolicy({ policy, run_now: false });
  await output.note(`policy ${id} (${name}): COPY of dataset ${found.id} to ${to}`);
  const { job_id } = await client.runPolicy({ ref: String(id) });
  await waitAndReport(context, job_id);
}
