import type { ListingWarning } from '../../model/dataset.js';
import { DmError } from '../../model/error.js';
import type { CommandContext } from '../command-context.js';
import type { CommandSpec } from '../command-spec.js';
import type { RepairSummary } from '../control-messages.js';
import { columns } from '../format/columns.js';
import { toStderr } from '../format/warning-line.js';
import { openProgress } from '../progress.js';
import { untilAborted } from '../until-aborted.js';

const COLUMNS = columns(
  {
    base_path: 'BASE PATH',
    segments_bad: 'BAD SEGMENTS',
    segments_repaired: 'REPAIRED',
    packs_copied: 'PACKS COPIED',
    indexed: 'INDEX MADE',
    numbers_repaired: 'NUMBERS REPAIRED',
  },
  'plain_path',
  'none_there',
);

export const objectRepair: CommandSpec = {
  name: 'repair',
  summary: 'replace what is damaged in a backup by what another account has of it',
  example: 'dm object repair --account-id backup2cloud --from-account second-copy',
  options: [
    {
      flag: 'account-id',
      kind: 'text',
      required: true,
      value: 'ACCOUNT',
      help: 'the object account',
    },
    { flag: 'base-path', kind: 'text', value: 'PATH', help: 'only the backup there' },
    {
      flag: 'from-account',
      kind: 'text',
      value: 'ACCOUNT',
      help: 'any place that holds the same datasets; if absent, only the index is made anew',
    },
  ],
  run: repair,
};

async function repair(context: CommandContext): Promise<void> {
  const { options, output, io } = context;
  const account = options.required('account-id');
  const signal = context.signal();
  const request = {
    account,
    base_path: options.text('base-path') ?? '',
    from_account: options.text('from-account') ?? '',
  };
  const messages = (await context.client()).repairBackups(request, signal);
  const progress = await openProgress(io, `repair of ${account}`);
  const summaries: RepairSummary[] = [];
  const warnings: ListingWarning[] = [];
  let failure: unknown = null;
  try {
    for await (const message of untilAborted(messages, signal)) {
      const { summary, warning, base_path, step, done } = message;
      if (warning !== null) warnings.push(warning);
      else if (summary !== null) summaries.push(summary);
      else progress.update({ phase: `${base_path}: ${step} ${done || ''}`.trim() });
    }
  } catch (error) {
    if (signal.aborted) {
      throw new DmError('cancelled', 'the repair was stopped; start it again');
    }
    // Others may have been repaired.
    if (summaries.length === 0) throw error;
    failure = error;
  } finally {
    progress.close();
    warnings.forEach(toStderr(io));
  }
  await output.list(COLUMNS, summaries);
  if (failure !== null) throw failure;
  const bad = summaries.reduce((sum, one) => sum + one.segments_bad - one.segments_repaired, 0);
  const plain = summaries.map(({ plain_path }) => plain_path).filter((path) => path !== '');
  if (bad === 0 && plain.length > 0 && request.base_path !== '') {
    throw new DmError('not_supported', plainText(plain));
  }
  if (plain.length > 0) io.stderr.write(`dm: warning: ${plainText(plain)}\n`);
  if (bad === 0) return;
  const what = `${bad} segments are still damaged`;
  const isNoneThere = summaries.every(
    (one) => one.segments_bad === one.segments_repaired || one.none_there,
  );
  throw new DmError(
    'corrupt',
    isNoneThere
      ? `${what}: account ${request.from_account} has none of these datasets (the same global id is needed; compare \`dm datasets list --account-id\` of both); name another account with --from-account`
      : `${what}; "dm datasets verify" names the files, and another account may have them`,
  );
}

function plainText(paths: readonly string[]): string {
  return `the files of plain copies are not looked at and not repaired, only their catalogs are: ${paths.join(', ')}; \`dm datasets verify\` names damaged files; delete that dataset and copy it again, or copy it to another path`;
}
