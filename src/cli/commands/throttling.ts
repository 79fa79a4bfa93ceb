import { DmError } from '../../model/error.js';
import { argument, type GroupSpec } from '../command-spec.js';
import { columns } from '../format/columns.js';
import type { OptionSpec } from '../option-spec.js';

const COLUMNS = columns({
  id: 'ID',
  rule_type: 'TYPE',
  netmask: 'NETMASK',
  bw_limit: 'BYTES/S',
  window: 'WINDOW',
});
const RULE = [argument('RULE', 'id of the rule, or its netmask')];
const LIMIT: OptionSpec = {
  flag: 'bw-limit',
  kind: 'integer',
  value: 'BYTES',
  minimum: 1,
  help: 'bytes a second for all jobs together, each way',
};
const WINDOW: OptionSpec = {
  flag: 'window',
  kind: 'text',
  value: 'TIME',
  help: 'when it holds, by the agent’s clock: "08:00-18:00", "mon-fri 22:00-06:00"; always unless given',
};

const bwRules: GroupSpec = {
  name: 'bw-rules',
  summary: 'how fast peers of a network are talked to; the narrowest network decides',
  example: 'dm throttling bw-rules list',
  commands: [
    {
      name: 'create',
      summary: 'limit a network',
      example: 'dm throttling bw-rules create NETMASK --netmask 10.1.0.0/16 --bw-limit 5000000',
      arguments: [{ name: 'TYPE', help: 'NETMASK', required: false }],
      options: [
        { flag: 'netmask', kind: 'text', value: 'CIDR', required: true, help: 'address/prefix' },
        { ...LIMIT, required: true },
        WINDOW,
      ],
      run: async ({ args, options, output, client }) => {
        const type = args[0] ?? 'NETMASK';
        if (type !== 'NETMASK') {
          throw new DmError('usage', `rules of type "${type}" do not exist; give NETMASK`);
        }
        const request = {
          netmask: options.required('netmask'),
          bw_limit: options.integer('bw-limit') ?? 0,
          window: options.text('window') ?? '',
        };
        await output.created((await (await client()).createBwRule(request)).id);
      },
    },
    {
      name: 'list',
      summary: 'list them',
      example: 'dm throttling bw-rules list',
      run: async ({ output, client }) => {
        await output.list(COLUMNS, (await (await client()).listBwRules({})).rules);
      },
    },
    {
      name: 'view',
      summary: 'show one',
      example: 'dm throttling bw-rules view 1',
      arguments: RULE,
      run: async (context) => {
        const { output, client } = context;
        await output.view(await (await client()).getBwRule({ ref: context.argument(0) }));
      },
    },
    {
      name: 'modify',
      summary: 'change its limit or its window; running jobs follow at once',
      example: 'dm throttling bw-rules modify 1 --bw-limit 10000000',
      arguments: RULE,
      options: [LIMIT, WINDOW],
      run: async (context) => {
        const limit = context.options.integer('bw-limit');
        const window = context.options.text('window');
        if (limit === undefined && window === undefined) {
          throw new DmError('usage', 'nothing to change; give --bw-limit or --window');
        }
        const rule = await (await context.client()).modifyBwRule({
          ref: context.argument(0),
          ...(limit !== undefined && { bw_limit: limit }),
          ...(window !== undefined && { window }),
        });
        await context.output.view(rule);
      },
    },
    {
      name: 'delete',
      summary: 'take a limit away',
      example: 'dm throttling bw-rules delete 1',
      arguments: RULE,
      run: async (context) => {
        await (await context.client()).deleteBwRule({ ref: context.argument(0) });
      },
    },
  ],
};

const settings: GroupSpec = {
  name: 'settings',
  summary: 'when copies slow down because the machine is busy',
  example: 'dm throttling settings view',
  commands: [
    {
      name: 'view',
      summary: 'show the thresholds',
      example: 'dm throttling settings view',
      run: async ({ output, client }) => {
        await output.view(await (await client()).getThrottlingSettings({}));
      },
    },
    {
      name: 'modify',
      summary: 'change them; copies slow down when both are passed',
      example: 'dm throttling settings modify --allowed-cpu-threshold 20',
      options: [
        threshold('allowed-cpu-threshold', 'percent of the machine that this agent may take'),
        threshold('system-cpu-load-threshold', 'percent from which the machine counts as busy'),
      ],
      run: async ({ options, output, client }) => {
        const allowed = options.integer('allowed-cpu-threshold');
        const system = options.integer('system-cpu-load-threshold');
        if (allowed === undefined && system === undefined) {
          throw new DmError('usage', 'nothing to change; give one of the thresholds');
        }
        const changed = await (await client()).modifyThrottlingSettings({
          ...(allowed !== undefined && { allowed_cpu_threshold: allowed }),
          ...(system !== undefined && { system_cpu_load_threshold: system }),
        });
        await output.view(changed);
      },
    },
  ],
};

function threshold(flag: string, help: string): OptionSpec {
  return { flag, kind: 'integer', value: 'PERCENT', minimum: 1, maximum: 100, help };
}

export const throttling: GroupSpec = {
  name: 'throttling',
  summary: 'how much of the network and of the CPU is used',
  example: 'dm throttling bw-rules list',
  commands: [bwRules, settings],
};
