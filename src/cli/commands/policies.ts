import { DmError } from '../../model/error.js';
import { parsePolicyId } from '../../model/ids.js';
import type { Policy } from '../../rpc/generated/control/datamover/v1/Policy.js';
import { waitForChain } from '../chain-wait.js';
import type { CommandContext } from '../command-context.js';
import type { GroupSpec } from '../command-spec.js';
import { argument } from '../command-spec.js';
import { columns } from '../format/columns.js';
import { timeoutOf, waitAndReport } from '../job-wait.js';
import type { OptionSpec } from '../option-spec.js';
import { nextJob } from '../started-jobs.js';
import { POLICY_FLAGS } from './policy-flags.js';
import { newPolicy, policyChanges } from './policy-message.js';

const COLUMNS = columns(
  {
    id: 'ID',
    name: 'NAME',
    policy_type: 'TYPE',
    priority: 'PRIORITY',
    enabled: 'ENABLED',
    last_job_id: 'LAST JOB',
    last_run_at: 'LAST RUN',
    next_run_at: 'NEXT RUN',
    waits_for: 'WAITS FOR',
    rpo_exceeded: 'RPO EXCEEDED',
  },
  'briefcase',
  'partial',
  'max_delete',
  'disabled_by_dm',
  'spent',
  'schedule',
  'parent_exec_policy_id',
  'base_policy_id',
  'value_sources',
  'creation_policy',
  'copy_policy',
  'repeat_copy_policy',
  'expiration_policy',
);
const REF = [argument('POLICY', 'name or id')];
const RUN_NOW: OptionSpec = { flag: 'run-now', kind: 'boolean', help: 'run it at once as well' };
const CREATE_EXAMPLE =
  'dm policies create nightly NORMAL true CREATION --creation-base-path=/data/projects --creation-dataset-retention-period=604800';

const POLICY_TYPES = 'CREATION, COPY, REPEAT_COPY or EXPIRATION';

export const policies: GroupSpec = {
  name: 'policies',
  summary: 'what is captured and copied',
  example: CREATE_EXAMPLE,
  commands: [
    {
      name: 'create',
      summary: `add a policy of TYPE ${POLICY_TYPES}`,
      example: CREATE_EXAMPLE,
      arguments: [
        argument('NAME', 'name of the policy'),
        { name: 'PRIORITY', help: 'LOW, NORMAL or HIGH', required: false },
        { name: 'ENABLED', help: 'true or false', required: false },
        { name: 'TYPE', help: POLICY_TYPES, required: false },
      ],
      options: [
        { flag: 'policy-type', kind: 'text', value: 'TYPE', help: 'instead of TYPE' },
        ...POLICY_FLAGS,
        RUN_NOW,
      ],
      run: async ({ args, options, output, client }) => {
        const policy = await withIds(newPolicy(args, options), client);
        const run_now = options.boolean('run-now') ?? false;
        const { id } = await (await client()).createPolicy({ policy, run_now });
        await output.created(parsePolicyId(id));
      },
    },
    {
      name: 'list',
      summary: 'list all policies',
      example: 'dm policies list',
      run: async ({ output, client }) => {
        await output.list(COLUMNS, (await (await client()).listPolicies({})).policies);
      },
    },
    {
      name: 'view',
      summary: 'show one policy',
      example: 'dm policies view nightly',
      arguments: REF,
      run: async ({ args, output, client }) => {
        await output.view(await (await client()).getPolicy({ ref: args[0] ?? '' }));
      },
    },
    {
      name: 'modify',
      summary: 'change a policy, or run it with --run-now=true',
      example: 'dm policies modify 1 --run-now=true',
      arguments: REF,
      options: [
        { flag: 'name', kind: 'text', value: 'NAME', help: 'new name' },
        ...POLICY_FLAGS,
        RUN_NOW,
      ],
      run: modify,
    },
    {
      name: 'delete',
      summary: 'remove a policy; its datasets stay',
      example: 'dm policies delete nightly',
      arguments: REF,
      run: async ({ args, client }) => {
        await (await client()).deletePolicy({ ref: args[0] ?? '' });
      },
    },
    {
      name: 'run',
      summary: 'run a policy now',
      example: 'dm policies run nightly --wait --timeout 600',
      arguments: REF,
      options: [
        {
          flag: 'wait',
          kind: 'boolean',
          help: 'wait for the job of this run, after one that is active; 0 whole, 6 partial, 1 failed',
        },
        {
          flag: 'wait-chain',
          kind: 'boolean',
          help: 'as --wait, and for the jobs of the policies that follow',
        },
        {
          flag: 'timeout',
          kind: 'integer',
          value: 'S',
          minimum: 1,
          help: 'wait no longer; exit 7',
        },
        { flag: 'accept-source', kind: 'boolean', help: 'the empty or moved source is meant' },
        {
          flag: 'adopt',
          kind: 'boolean',
          help: 'take what lies at the target for a copy; repair it',
        },
      ],
      run,
    },
    {
      name: 'preview',
      summary: 'what a run would do now; writes nothing',
      example: 'dm policies preview nightly',
      arguments: REF,
      run: async ({ args, output, client }) => {
        await output.view(await (await client()).previewPolicy({ ref: args[0] ?? '' }));
      },
    },
    {
      name: 'last-job',
      summary: 'the last job of a policy',
      example: 'dm policies last-job nightly',
      arguments: REF,
      run: async ({ args, output, client }) => {
        await output.view(await (await client()).getLastJob({ ref: args[0] ?? '' }));
      },
    },
  ],
};

async function modify({ args, options, output, client }: CommandContext): Promise<void> {
  const changes = policyChanges(options);
  const run_now = options.boolean('run-now');
  if (changes.update_mask.length === 0 && run_now === undefined) {
    throw new DmError(
      'usage',
      'nothing to change; give the option to set, such as --enabled=false',
    );
  }
  const policy = await withIds(changes.policy, client);
  const request = { ref: args[0] ?? '', ...changes, policy, run_now: run_now ?? false };
  await output.view(await (await client()).modifyPolicy(request));
}

async function run(context: CommandContext): Promise<void> {
  const { options, output } = context;
  const chain = options.boolean('wait-chain') ?? false;
  const wait = chain || (options.boolean('wait') ?? false);
  if (!wait && options.has('timeout')) {
    throw new DmError('usage', '--timeout needs --wait; give both or neither');
  }
  const { job_id, again } = await (await context.client()).runPolicy({
    ref: context.argument(0),
    adopt: options.boolean('adopt') ?? false,
    accept_source: options.boolean('accept-source') ?? false,
  });
  if (!wait) return output.created(job_id, 'job_id');
  const deadline = timeoutOf(context);
  const job = again ? await nextJob(context, job_id, deadline) : job_id;
  await (chain ? waitForChain(context, job, deadline) : waitAndReport(context, job, deadline));
}

/** The policy with the ids of its parent and its base policy, which were given by id or name. */
async function withIds(policy: Policy, client: CommandContext['client']): Promise<Policy> {
  const { parent_exec_policy_id: parent, base_policy_id: base } = policy;
  return {
    ...policy,
    ...(typeof parent === 'string' && {
      parent_exec_policy_id: await idOf(parent, async (ref) => (await client()).getPolicy({ ref })),
    }),
    ...(typeof base === 'string' && {
      base_policy_id: await idOf(base, async (ref) => (await client()).getBasePolicy({ ref })),
    }),
  };
}

async function idOf(
  given: string,
  find: (ref: string) => Promise<{ readonly id: number }>,
): Promise<number> {
  return given === '' || /^[0-9]+$/.test(given) ? Number(given) : (await find(given)).id;
}
