import { DmError } from '../../model/error.js';
import type { CommandContext } from '../command-context.js';
import type { GroupSpec } from '../command-spec.js';
import { argument } from '../command-spec.js';
import { columns } from '../format/columns.js';
import { withKept } from '../format/kept-datasets.js';
import { uniqueKnown, withUnique } from '../format/unique-bytes.js';
import { toStderr } from '../format/warning-line.js';
import type { OptionSpec } from '../option-spec.js';
import { verifyDataset } from '../verify-dataset.js';

const COLUMNS = columns(
  {
    id: 'ID',
    dataset_base_path: 'BASE PATH',
    dataset_state: 'STATE',
    dataset_creation_time: 'CREATED',
    expires_at: 'EXPIRES',
    entries: 'ENTRIES',
    bytes: 'BYTES',
    name: 'NAME',
  },
  'dataset_global_id',
  'dataset_type',
  'account_id',
  'dataset_subpaths',
  'committed_at',
  'origin_system',
  'origin_base_path',
  'tree',
  'parents',
  'provider',
  'scan',
  'snapshot',
  'root_digest',
  'content_digest',
  'signed_by',
  'locked_by',
  'warnings',
  'exceptions',
  'dataset_reserve',
  'unique_bytes',
);
const ACCOUNT: OptionSpec = {
  flag: 'account-id',
  kind: 'text',
  value: 'ACCOUNT',
  help: 'at this place; the local one if absent',
};
const REF = [argument('DATASET', 'number at that place, or global id')];

export const datasets: GroupSpec = {
  name: 'datasets',
  summary: 'images of directory trees',
  example: 'dm datasets list --account-id second',
  commands: [
    {
      name: 'list',
      summary: 'list the datasets of a place',
      example: 'dm datasets list --account-id second --base-path /data/projects',
      options: [
        ACCOUNT,
        { flag: 'base-path', kind: 'text', value: 'PATH', help: 'only those of this tree' },
      ],
      run: async ({ options, output, client, io }) => {
        const base_path = options.text('base-path') ?? '';
        const query = { account: options.text('account-id') ?? '', base_path };
        const found = withUnique((await client()).listDatasets(query, undefined, toStderr(io)));
        const rows = output.format === 'table' ? withKept(found, io.now()) : found;
        await output.list(COLUMNS, rows);
      },
    },
    {
      name: 'view',
      summary: 'show one dataset',
      example: 'dm datasets view 3',
      arguments: REF,
      options: [ACCOUNT],
      run: async (context) => {
        const client = await context.client();
        await context.output.view(uniqueKnown(await client.getDataset(query(context))));
      },
    },
    {
      name: 'delete',
      summary: 'delete one dataset at that place',
      example: 'dm datasets delete 3 --account-id second',
      arguments: REF,
      options: [ACCOUNT],
      run: async (context) => {
        const client = await context.client();
        await client.deleteDataset(query(context));
      },
    },
    {
      name: 'unlock',
      summary: 'let one dataset expire although policies, peers or browse sessions need it',
      example: 'dm datasets unlock 3',
      arguments: REF,
      options: [ACCOUNT],
      run: async (context) => {
        const client = await context.client();
        await context.output.view(await client.unlockDataset(query(context)));
      },
    },
    {
      name: 'verify',
      summary: 'read every byte again and compare; exit 1 when something is bad',
      example: 'dm datasets verify 3 --account-id second --from-here',
      arguments: REF,
      options: [
        ACCOUNT,
        { flag: 'from-here', kind: 'boolean', help: "read a peer's dataset over the wire" },
        {
          flag: 'quick',
          kind: 'boolean',
          help: 'of a backup: only whether all of it is there, without reading files',
        },
      ],
      run: (context) => {
        const from_here = context.options.boolean('from-here') ?? false;
        const quick = context.options.boolean('quick') ?? false;
        if (quick && from_here) {
          throw new DmError('usage', '--quick reads no files, --from-here does; give one of them');
        }
        return verifyDataset(context, { ...query(context), from_here, quick });
      },
    },
  ],
};

function query(context: CommandContext): { account: string; dataset: string } {
  return { account: context.options.text('account-id') ?? '', dataset: context.argument(0) };
}
