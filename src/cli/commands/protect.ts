import { basename } from 'node:path';
import { DmError } from '../../model/error.js';
import type { CommandContext } from '../command-context.js';
import { argument, type CommandSpec, type LazySpec } from '../command-spec.js';
import { planConfig } from '../config/plan-config.js';
import { presentConfig } from '../config/present-config.js';
import { runSteps } from '../config/run-steps.js';
import { columns } from '../format/columns.js';
import { type Protection, protectionChain } from '../protect/chain.js';
import { cronOfEvery } from '../protect/every.js';
import { refuseCollision } from '../protect/refuse.js';

const COLUMNS = columns(
  { id: 'ID', name: 'NAME', policy_type: 'TYPE', next_run_at: 'NEXT RUN', waits_for: 'WAITS FOR' },
  'enabled',
);
const EXAMPLE = 'dm protect /srv/data/projects --to beta:/srv/copies/projects --every 1h --keep 24';

/** `protect`, which runs commands of the tree that it stands in. */
export function protectOf(tree: readonly LazySpec[]): CommandSpec {
  return {
    name: 'protect',
    summary: 'make or update the policies that capture a tree and copy it on, as often as you say',
    example: EXAMPLE,
    arguments: [argument('PATH', 'the tree here')],
    options: [
      {
        flag: 'to',
        kind: 'text',
        value: 'ACCOUNT:PATH',
        required: true,
        help: 'where its datasets are copied',
      },
      {
        flag: 'every',
        kind: 'text',
        value: 'TIME',
        required: true,
        help: 'how often: 15m, 1h, 6h, 1d; must divide an hour or a day',
      },
      {
        flag: 'keep',
        kind: 'integer',
        value: 'N',
        required: true,
        minimum: 1,
        maximum: 65_535,
        help: 'newest datasets that are kept at both places',
      },
      { flag: 'name', kind: 'text', value: 'NAME', help: 'what the policies are called after' },
      {
        flag: 'reverse',
        kind: 'boolean',
        help: 'copy a released tree back to where it was received from',
      },
    ],
    run: (context) => protect(context, tree),
  };
}

async function protect(context: CommandContext, tree: readonly LazySpec[]): Promise<void> {
  const client = await context.client();
  const { protection, accountId } = await protectionOf(context);
  const { policies: present } = await client.listPolicies({});
  const { targets } = await client.listTargets({});
  refuseCollision(protection, { policies: present, targets, accountId });
  const chain = protectionChain(protection);
  const steps = planConfig({ policies: chain }, await presentConfig(client), { prune: false });
  await runSteps(context, tree, steps);
  const names = chain.map(({ name }) => name);
  const { policies } = await client.listPolicies({});
  await context.output.list(
    COLUMNS,
    policies.filter(({ name }) => names.includes(name)),
  );
}

async function protectionOf(
  context: CommandContext,
): Promise<{ readonly protection: Protection; readonly accountId: string }> {
  const { options } = context;
  const path = context.argument(0).replace(/(.)\/+$/, '$1');
  const to = options.required('to');
  const [, account = '', targetPath = ''] = /^([^:]+):(.+)$/s.exec(to) ?? [];
  if (account === '') {
    throw new DmError('usage', `--to "${to}" must be ACCOUNT:PATH, such as beta:/srv/copies`);
  }
  const recurrence = cronOfEvery(options.required('every'));
  const { id, account_type: type } = await (await context.client()).getAccount({ ref: account });
  const protection = {
    name: options.text('name') ?? basename(path),
    path,
    account,
    accountIsObject: type !== 'DM',
    targetPath,
    recurrence,
    keep: options.integer('keep') ?? 1,
    reverse: options.boolean('reverse') ?? false,
  };
  return { protection, accountId: id };
}
