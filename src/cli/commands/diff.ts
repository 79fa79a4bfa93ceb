import type { CommandSpec } from '../command-spec.js';
import { argument } from '../command-spec.js';
import { diffTrees } from '../diff-trees.js';
import { columns } from '../format/columns.js';
import { untilAborted } from '../until-aborted.js';

const COLUMNS = columns({ change: 'CHANGE', type: 'TYPE', path: 'PATH', fields: 'WHAT' });

export const diff: CommandSpec = {
  name: 'diff',
  summary: 'paths that differ between two datasets of a place',
  example: 'dm diff 3 4 --account-id backup2cloud',
  arguments: [
    argument('BEFORE', 'number at that place, or global id'),
    argument('AFTER', 'number at that place, or global id'),
  ],
  options: [
    {
      flag: 'account-id',
      kind: 'text',
      value: 'ACCOUNT',
      help: 'at this place; the local one if absent',
    },
  ],
  run: async (context) => {
    const client = await context.client();
    const account = context.options.text('account-id') ?? '';
    const signal = context.signal();
    const tree = (dataset: string, compared_to: string, is_later: boolean) => {
      const request = { account, dataset, path: Buffer.alloc(0), compared_to, is_later };
      return untilAborted(client.browseTree(request, signal), signal);
    };
    const [one, other] = [context.argument(0), context.argument(1)];
    await context.output.list(COLUMNS, diffTrees(tree(one, other, false), tree(other, one, true)));
  },
};
