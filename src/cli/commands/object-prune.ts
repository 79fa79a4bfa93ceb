import type { ListingWarning } from '../../model/dataset.js';
import { DmError } from '../../model/error.js';
import type { CommandContext } from '../command-context.js';
import type { CommandSpec } from '../command-spec.js';
import type { PruneBackupsRequest, PruneSummary } from '../control-messages.js';
import { durationSeconds } from '../duration.js';
import { columns } from '../format/columns.js';
import { humanBytes } from '../format/humanise.js';
import { toStderr } from '../format/warning-line.js';
import type { OptionValues } from '../option-values.js';
import { openProgress } from '../progress.js';
import { untilAborted } from '../until-aborted.js';

const COLUMNS = columns(
  {
    base_path: 'BASE PATH',
    packs_deleted: 'PACKS DELETED',
    bytes_freed: 'BYTES FREED',
    packs_repacked: 'PACKS REPACKED',
    packs_doomed: 'PACKS LISTED',
    bytes_doomed: 'BYTES LISTED',
    doomed_until: 'UNTIL',
    bytes_young: 'TOO YOUNG',
    uploads_dropped: 'UPLOADS DROPPED',
    numbers_dropped: 'NUMBERS DROPPED',
  },
  'bytes_kept_as_versions',
  'bytes_repacked',
  'packs_young',
);

export const objectPrune: CommandSpec = {
  name: 'prune',
  summary: 'free what no dataset of a backup refers to any more',
  example: 'dm object prune --account-id backup2cloud --dry-run',
  options: [
    {
      flag: 'account-id',
      kind: 'text',
      required: true,
      value: 'ACCOUNT',
      help: 'the object account',
    },
    { flag: 'base-path', kind: 'text', value: 'PATH', help: 'only the backup there' },
    { flag: 'dry-run', kind: 'boolean', help: 'only say what would be deleted' },
    {
      flag: 'grace',
      kind: 'text',
      value: 'TIME',
      help: 'from listing to deleting, longer than any restore takes; 24h if absent',
    },
    {
      flag: 'leftover-age',
      kind: 'text',
      value: 'TIME',
      help: 'younger objects may be those of a backup that is under way, and are left alone; 7d if absent',
    },
    {
      flag: 'wait',
      kind: 'boolean',
      help: 'wait for the grace; with false the next prune deletes what this one lists',
    },
  ],
  run: prune,
};

async function prune(context: CommandContext): Promise<void> {
  const { options, output, io } = context;
  const account = options.required('account-id');
  const signal = context.signal();
  const messages = (await context.client()).pruneBackups(requestOf(account, options), signal);
  const progress = await openProgress(io, `prune of ${account}`);
  const summaries: PruneSummary[] = [];
  const warnings: ListingWarning[] = [];
  /** Base paths of whose grace a line was shown. */
  const told = new Set<string>();
  let failure: unknown = null;
  try {
    for await (const message of untilAborted(messages, signal)) {
      const { base_path: path, until, warning, summary } = message;
      if (warning !== null) warnings.push(warning);
      else if (summary !== null) summaries.push(summary);
      else {
        if (until !== '' && io.stderr.isTTY !== true && !told.has(path)) {
          told.add(path);
          io.stderr.write(`prune of ${account}: ${waitText(path, until)}\n`);
        }
        progress.update({ phase: phaseText(message) });
      }
    }
  } catch (error) {
    if (signal.aborted) {
      throw new DmError(
        'cancelled',
        'the prune was stopped; what it had listed is deleted by the next one, when the grace is over',
      );
    }
    // Others may have been pruned.
    if (summaries.length === 0) throw error;
    failure = error;
  } finally {
    progress.close();
    warnings.forEach(toStderr(io));
  }
  await output.list(COLUMNS, summaries);
  for (const summary of summaries) for (const line of remarks(summary)) await output.note(line);
  if (failure !== null) throw failure;
}

function requestOf(account: string, options: OptionValues): PruneBackupsRequest {
  const grace = options.text('grace');
  const leftover = options.text('leftover-age');
  const wait = options.boolean('wait');
  return {
    account,
    base_path: options.text('base-path') ?? '',
    dry_run: options.boolean('dry-run') ?? false,
    ...(wait === undefined ? {} : { wait }),
    ...(grace === undefined ? {} : { grace_seconds: durationSeconds('grace', grace) }),
    ...(leftover === undefined
      ? {}
      : { leftover_seconds: durationSeconds('leftover-age', leftover) }),
  };
}

function phaseText(message: {
  base_path: string;
  step: string;
  done: number;
  total: number;
  until: string;
}): string {
  const { base_path, step, done, total, until } = message;
  if (until !== '') return `${base_path}: waiting until ${until}`;
  if (total > 0) return `${base_path}: ${step} ${done} of ${total} packs`;
  return `${base_path}: ${step}`;
}

function waitText(basePath: string, until: string): string {
  return `${basePath}: what no dataset needs is listed; waiting until ${until} before it is deleted, for restores that are under way (--wait=false does not wait, and the next prune deletes it)`;
}

function remarks(summary: PruneSummary): string[] {
  const { base_path, bytes_kept_as_versions: kept, packs_doomed, doomed_until } = summary;
  const lines: string[] = [];
  if (kept > 0) {
    lines.push(
      `${base_path}: ${humanBytes(kept)} of deleted packs stay in the store as old versions until their locks end and a lifecycle rule of the bucket removes them`,
    );
  }
  if (packs_doomed > 0 && doomed_until !== '') {
    lines.push(`${base_path}: what is listed is deleted by the next prune after ${doomed_until}`);
  }
  return lines;
}
