import { configObject, parseConfig, printConfig } from '../../config/config-document.js';
import type { CommandContext } from '../command-context.js';
import type { GroupSpec, LazySpec } from '../command-spec.js';
import { type ConfigStep, planConfig } from '../config/plan-config.js';
import { presentConfig } from '../config/present-config.js';
import { runSteps } from '../config/run-steps.js';
import { shellLine } from '../config/shell-line.js';
import { readNamedFile } from '../read-file.js';

/** `config`, which runs commands of the tree that it stands in. */
export function configOf(tree: readonly LazySpec[]): GroupSpec {
  return {
    name: 'config',
    summary: 'the setup of an agent as a file',
    example: 'dm config export > agent.yaml',
    commands: [
      {
        name: 'export',
        summary: 'print certificates, accounts, grants, throttling and policies, without secrets',
        example: 'dm config export > agent.yaml',
        run: async ({ output, client }) => {
          const { document: all, spent } = await presentConfig(await client());
          const policies = all.policies?.filter((policy) => !spent.has(policy)) ?? [];
          const document = { ...all, policies };
          if (output.format === 'json') await output.view(configObject(document));
          else await output.line(printConfig(document).trimEnd());
        },
      },
      {
        name: 'apply',
        summary: 'make the agent what a file says',
        example: 'dm config apply -f agent.yaml --dry-run',
        options: [
          {
            flag: 'file',
            short: 'f',
            kind: 'text',
            value: 'FILE',
            required: true,
            help: 'as `config export` prints it',
          },
          { flag: 'dry-run', kind: 'boolean', help: 'only print the commands' },
          {
            flag: 'prune',
            kind: 'boolean',
            help: "delete what the file's sections do not name",
          },
        ],
        run: (context) => apply(context, tree),
      },
    ],
  };
}

async function apply(context: CommandContext, tree: readonly LazySpec[]): Promise<void> {
  const { options, output } = context;
  const path = options.required('file');
  const wanted = parseConfig(readNamedFile(path, 'configuration'), path);
  const client = await context.client();
  const prune = options.boolean('prune') ?? false;
  const steps = planConfig(wanted, await presentConfig(client), { prune });
  const dryRun = options.boolean('dry-run') ?? false;
  if (output.format === 'table') {
    for (const step of steps) await output.line(shellLine(step));
  }
  if (!dryRun) await runSteps(context, tree, steps);
  if (output.format !== 'table') await output.list([{ field: 'command' }], steps.map(asRow));
}

function asRow(step: ConfigStep): object {
  return { command: shellLine(step) };
}
