import { DmError } from '../../model/error.js';
import type { CommandContext } from '../command-context.js';
import { argument, type CommandSpec } from '../command-spec.js';
import type { DatasetView, Job } from '../control-messages.js';
import { escapeControl } from '../format/text.js';
import { datasetOf } from '../job-outcome.js';
import { reportJob, timeoutOf, waitForJob } from '../job-wait.js';
import { type OptionValue, OptionValues } from '../option-values.js';
import {
  dropPolicy,
  type OwnPolicy,
  policyStays,
  restoreName,
  restoreOutcome,
} from '../restore-policy.js';
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
    {
      flag: 'in-place',
      kind: 'boolean',
      help: 'into the tree it was made of; a dataset of that is made first, nothing is deleted',
    },
    {
      flag: 'existing',
      kind: 'text',
      choices: ['fail', 'skip', 'changed', 'overwrite'],
      help: 'files that are there: none may be, keep, replace those that differ, replace all',
    },
    { flag: 'dry-run', kind: 'switch', help: 'say what it would do, and write nothing' },
    { flag: 'as-of', kind: 'text', value: 'TIME', help: 'read the bucket as it was then' },
    {
      flag: 'no-metadata',
      kind: 'switch',
      help: 'leave owners, modes, times and attributes out',
    },
    { flag: 'timeout', kind: 'integer', value: 'S', minimum: 1, help: 'wait no longer; exit 7' },
  ],
  run,
};

/** What a copy does before it changes anything at its target. */
const BEFORE_APPLYING: ReadonlySet<string> = new Set(['', 'reading the source', 'sending']);

interface Restore {
  readonly account: string;
  readonly dataset: DatasetView;
  readonly subpaths: readonly string[];
  readonly target: string;
  readonly inPlace: boolean;
  readonly existing: string;
  readonly asOf: string;
}

async function run(context: CommandContext): Promise<void> {
  const restore = await parseRestore(context);
  if (context.options.boolean('dry-run') === true) return await dryRun(context, restore);
  const { dataset, target } = restore;
  const name = restoreName(dataset.id);
  const kept = restore.inPlace ? await keepWhatIsThere(context, `${name}-before`, target) : null;
  const what = `COPY of dataset ${dataset.id} to ${escapeControl(target)}`;
  const made = await makeAndRun(context, name, what, copyFlags(context, restore));
  const job = await waitForEnd(context, made, timeoutOf(context));
  await reportJob(context, job);
  // That of a restore that succeeded stays as a record.
  if (job.state !== 'finished') await drop(context, made);
  const failure = restoreOutcome(job);
  if (job.state !== 'finished' && kept !== null && isUntouched(job)) await forget(context, kept);
  if (failure !== null) throw failure;
}

/** True when a copy has ended before anything of it was put in place. */
function isUntouched({ progress, retry }: Job): boolean {
  return (retry?.count ?? 0) === 0 && BEFORE_APPLYING.has(progress?.phase ?? '');
}

async function parseRestore(context: CommandContext): Promise<Restore> {
  const { args, options } = context;
  const [account = '', ref = '', ...subpaths] = args;
  const to = options.text('to');
  const inPlace = options.boolean('in-place') ?? false;
  if ((to === undefined) !== inPlace) {
    throw new DmError('usage', 'give either --to, the directory to restore into, or --in-place');
  }
  const existing = options.text('existing') ?? 'fail';
  if (inPlace && existing === 'fail' && subpaths.length === 0) {
    throw new DmError(
      'usage',
      '--in-place finds files there: say with --existing=skip, changed or overwrite what becomes of them, or name the paths to restore',
    );
  }
  const client = await context.client();
  const asOf = options.text('as-of') ?? '';
  const dataset = await client.getDataset({ account, dataset: ref, as_of: asOf });
  const target = to ?? (await originOf(context, dataset));
  return { account, dataset, subpaths, target, inPlace, existing, asOf };
}

/** The path that a dataset of this agent was made of. */
async function originOf(context: CommandContext, dataset: DatasetView): Promise<string> {
  const { system_guid } = await (await context.client()).getAgent({});
  if (dataset.origin_system === system_guid) return dataset.origin_base_path;
  throw new DmError(
    'usage',
    `dataset ${dataset.id} was made of ${dataset.origin_base_path} at another system (${dataset.origin_system}); give --to instead of --in-place`,
  );
}

async function dryRun(context: CommandContext, restore: Restore): Promise<void> {
  const { account, dataset, asOf, subpaths, target, existing, inPlace } = restore;
  const preview = await (await context.client()).previewRestore({
    account,
    dataset: String(dataset.id),
    as_of: asOf,
    subpaths: [...subpaths],
    target_path: target,
    existing,
    in_place: inPlace,
  });
  await context.output.view(preview);
}

/** Makes a dataset of the tree as it is; its number, or null when there is no such directory any more. */
async function keepWhatIsThere(
  context: CommandContext,
  name: string,
  path: string,
): Promise<number | null> {
  const shown = escapeControl(path);
  const flags: [string, OptionValue][] = [
    ['policy-type', 'CREATION'],
    ['creation-base-path', path],
  ];
  const made = await makeAndRun(context, name, `CREATION of a dataset of ${shown}`, flags);
  const job = await waitForEnd(context, made, null);
  await drop(context, made);
  const failure = restoreOutcome(job);
  if (failure === null || failure.code === 'partial') {
    const dataset = datasetOf(job);
    await context.output.note(`dataset ${dataset} keeps what is at ${shown} now`);
    return dataset;
  } else if (job.error_code === 'source_missing') {
    await context.output.note(`${shown} is not there, so that nothing has to be kept`);
    return null;
  } else {
    throw failure;
  }
}

/** The tree is as it was: the dataset of it is of no use. */
async function forget(context: CommandContext, dataset: number): Promise<void> {
  try {
    await (await context.client()).deleteDataset({ account: '', dataset: String(dataset) });
  } catch (error) {
    if (!(error instanceof DmError)) throw error;
    await context.output.note(`dataset ${dataset} stays: ${error.message}`);
    return;
  }
  await context.output.note(`dataset ${dataset} was deleted again: nothing was changed`);
}

/** A policy and its job. */
interface Made extends OwnPolicy {
  readonly jobId: number;
}

/** Makes a policy, says so, and runs it. */
async function makeAndRun(
  context: CommandContext,
  name: string,
  what: string,
  flags: readonly [string, OptionValue][],
): Promise<Made> {
  const client = await context.client();
  const policy = newPolicy([name], new OptionValues(new Map(flags)));
  const { id } = await client.createPolicy({ policy, run_now: false });
  await context.output.note(`policy ${id} (${name}): ${what}`);
  try {
    const { job_id } = await client.runPolicy({ ref: id });
    return { id, name, jobId: job_id };
  } catch (error) {
    await drop(context, { id, name });
    throw error;
  }
}

/** The job as it ended. */
async function waitForEnd(
  context: CommandContext,
  made: Made,
  timeout: AbortSignal | null,
): Promise<Job> {
  try {
    return await waitForJob(context, made.jobId, timeout);
  } catch (error) {
    await context.output.note(policyStays(made));
    throw error;
  }
}

/**
 * Deletes a policy that nobody needs any more: whoever gave the command has been told, and `dm status` has no need to go on about
 * it. Given again, the command makes another.
 */
async function drop(context: CommandContext, policy: OwnPolicy): Promise<void> {
  const { gone, text } = await dropPolicy(await context.client(), policy);
  if (gone) await context.output.note(text);
  else context.io.stderr.write(`dm: ${escapeControl(text)}\n`);
}

function copyFlags(context: CommandContext, restore: Restore): [string, OptionValue][] {
  const { dataset } = restore;
  return [
    ['policy-type', 'COPY'],
    ['copy-dataset-id', dataset.id],
    ['copy-source-base-path', dataset.dataset_base_path],
    ['copy-source-subpaths', [...restore.subpaths]],
    ['copy-create-dataset-on-target', false],
    ['copy-existing', restore.existing],
    ['copy-in-place', restore.inPlace],
    ['copy-no-metadata', context.options.boolean('no-metadata') ?? false],
    ['copy-source-as-of', restore.asOf],
    ['copy-base-source-account-id', restore.account],
    ['copy-base-target-account-id', 'local'],
    ['copy-base-target-base-path', restore.target],
    ['copy-base-target-dataset-type', 'FILE'],
  ];
}
