import { DmError } from '../../model/error.js';
import { parseBasePolicyId } from '../../model/ids.js';
import type { GroupSpec } from '../command-spec.js';
import { argument } from '../command-spec.js';
import { columns } from '../format/columns.js';
import { BASE_POLICY_FLAGS } from './policy-flags.js';
import { basePolicyChanges, newBasePolicy } from './policy-message.js';

const COLUMNS = columns(
  { id: 'ID', name: 'NAME', override_list: 'OVERRIDES', priority: 'PRIORITY', enabled: 'ENABLED' },
  'schedule',
  'briefcase',
  'base_account_id',
  'new_tasks_account',
  'source_account_id',
  'target_account_id',
  'source_base_path',
  'target_base_path',
  'source_subpaths',
  'src_dataset_retention',
  'tgt_dataset_retention',
);
const REF = [argument('BASE_POLICY', 'name or id')];
const EXAMPLE =
  'dm base-policies create nights --override-list=SCHEDULE --recurrence="0 2 * * *" --time-zone=Europe/Berlin';

export const basePolicies: GroupSpec = {
  name: 'base-policies',
  summary: 'values that several policies share',
  example: EXAMPLE,
  commands: [
    {
      name: 'create',
      summary: 'add one; policies that name it take what its --override-list lists from it',
      example: EXAMPLE,
      arguments: [argument('NAME', 'name of the base policy')],
      options: BASE_POLICY_FLAGS,
      run: async ({ args, options, output, client }) => {
        const base = newBasePolicy(args[0] ?? '', options);
        const { id } = await (await client()).createBasePolicy(base);
        await output.created(parseBasePolicyId(id));
      },
    },
    {
      name: 'list',
      summary: 'list all base policies',
      example: 'dm base-policies list',
      run: async ({ output, client }) => {
        const { base_policies } = await (await client()).listBasePolicies({});
        await output.list(COLUMNS, base_policies);
      },
    },
    {
      name: 'view',
      summary: 'show one base policy',
      example: 'dm base-policies view nights',
      arguments: REF,
      run: async ({ args, output, client }) => {
        await output.view(await (await client()).getBasePolicy({ ref: args[0] ?? '' }));
      },
    },
    {
      name: 'modify',
      summary: 'change one; its policies run by it from their next run on',
      example: 'dm base-policies modify nights --recurrence="0 3 * * *"',
      arguments: REF,
      options: [
        { flag: 'name', kind: 'text', value: 'NAME', help: 'new name' },
        ...BASE_POLICY_FLAGS,
      ],
      run: async ({ args, options, output, client }) => {
        const changes = basePolicyChanges(options);
        if (changes.update_mask.length === 0) {
          throw new DmError(
            'usage',
            'nothing to change; give the option to set, such as --priority=HIGH',
          );
        }
        const request = { ref: args[0] ?? '', ...changes };
        await output.view(await (await client()).modifyBasePolicy(request));
      },
    },
    {
      name: 'delete',
      summary: 'remove one that no policy names',
      example: 'dm base-policies delete nights',
      arguments: REF,
      run: async ({ args, client }) => {
        await (await client()).deleteBasePolicy({ ref: args[0] ?? '' });
      },
    },
  ],
};
