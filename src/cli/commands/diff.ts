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
    const [before, after] = [context.argument(0), context.argument(1)].map((dataset) =>
      untilAborted(client.browseTree({ account, dataset, path: Buffer.alloc(0) }, signal), signal),
    );
    if (before === undefined || after === undefined) return;
    await context.output.list(COLUMNS, diffTrees(before, after));
  },
};
