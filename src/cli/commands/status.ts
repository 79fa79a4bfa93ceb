import { DmError } from '../../model/error.js';
import type { CommandContext } from '../command-context.js';
import type { CommandSpec } from '../command-spec.js';
import type { Status } from '../control-messages.js';
import { columns } from '../format/columns.js';
import { humanBytes, humanDuration } from '../format/humanise.js';
import { escapeControl } from '../format/text.js';
import { ofTotal } from '../progress.js';

/** Paths arrive escaped: columns with `path` in their names are not escaped again. */
const POLICIES = columns({
  name: 'POLICY',
  at_path: 'AT',
  age: 'NEWEST COPY',
  last_result: 'LAST RESULT',
  next_run_at: 'NEXT RUN',
});
const TREES = columns({
  path: 'TREE',
  role: 'ROLE',
  datasets: 'DATASETS',
  age: 'NEWEST',
  copy_paths: 'COPIED TO',
});
const JOBS = columns({
  id: 'JOB',
  policy_name: 'POLICY',
  state: 'STATE',
  done: 'DONE',
  retries: 'RETRIES',
});
const ROOTS = columns({ path: 'ROOT', free: 'FREE', snapshots: 'DATASETS TAKE' });

export const status: CommandSpec = {
  name: 'status',
  summary: 'whether all is well; exit 1 when something is late or failed',
  example: 'dm status',
  run: async (context) => {
    const found = await (await context.client()).getStatus({});
    if (context.output.format === 'table') await print(context, found);
    else await context.output.view(found);
    if (found.well) return;
    const { length } = found.problems;
    throw new DmError(
      'not_well',
      `${length} ${length === 1 ? 'thing is' : 'things are'} late or failed; do what stands below each`,
    );
  },
};

async function print({ output }: CommandContext, found: Status): Promise<void> {
  await output.line(found.well ? 'All is well.' : 'Late or failed:');
  for (const finding of found.problems) await output.line(lineOf(finding));
  if (found.notes.length > 0) await output.line('Worth knowing:');
  for (const finding of found.notes) await output.line(lineOf(finding));
  const tables = [
    [
      POLICIES,
      found.policies.map((one) => ({
        ...one,
        at_path: one.path === '' ? one.place : `${one.place}:${one.path}`,
        age: one.type === 'EXPIRATION' ? '-' : age(one),
      })),
    ],
    [TREES, found.trees.map((tree) => ({ ...tree, copy_paths: copies(tree), age: age(tree) }))],
    [
      JOBS,
      found.jobs.map((job) => ({
        ...job,
        done: ofTotal(humanBytes(job.bytes_done), job.bytes_total, humanBytes(job.bytes_total)),
      })),
    ],
    [
      ROOTS,
      found.roots.map((root) => ({
        ...root,
        free: `${humanBytes(root.free_bytes)} of ${humanBytes(root.total_bytes)}`,
        snapshots: snapshots(root),
      })),
    ],
  ] as const;
  for (const [shown, rows] of tables) {
    if (rows.length === 0) continue;
    await output.line('');
    await output.list(shown, rows);
  }
}

function lineOf({ object, message, remedy }: Status['problems'][number]): string {
  return `  ${escapeControl(`${object}: ${message}`)}\n    ${escapeControl(remedy)}`;
}

function copies({ copied_to, never_copied_to }: Status['trees'][number]): string[] {
  const never = new Set(never_copied_to);
  return copied_to.map((place) => (never.has(place) ? `${place} (never)` : place));
}

function snapshots({ snapshot_bytes }: Status['roots'][number]): string {
  return snapshot_bytes === undefined ? 'being measured' : humanBytes(snapshot_bytes);
}

function age({
  newest_dataset_at,
  age_seconds,
}: {
  newest_dataset_at: string;
  age_seconds: number;
}): string {
  return newest_dataset_at === '' ? 'none yet' : `${humanDuration(age_seconds)} old`;
}
