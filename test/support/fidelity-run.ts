import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { TestAgents } from './e2e-agents.js';
import { createPolicy, creation, mustRun, type Place, repeatCopy } from './e2e-policies.js';
import { accessTimes, type FidelityRow } from './fidelity-rows.js';
import { differences } from './walker.js';

/** Ways that a tree goes, in the order of the table. */
export const WAYS = ['push', 'pull', 'local', 'A -> B -> C', 'rsync -aHAXS'] as const;
const PATIENT = '--timeout=1800';
export type Way = (typeof WAYS)[number];

export interface FidelityResult {
  readonly row: FidelityRow;
  /** What each way lost; empty when it kept everything. */
  readonly lost: Readonly<Record<Way, readonly string[]>>;
}

/**
 * Makes a tree of all rows, copies it every way, changes it, copies it again, and compares every
 * row with the independent walker. `data` is a directory on a file system that holds everything.
 */
export async function runFidelity(
  data: string,
  rows: readonly FidelityRow[],
): Promise<FidelityResult[]> {
  await using agents = await TestAgents.open({
    agents: [{ name: 'a' }, { name: 'b' }, { name: 'c' }],
    data,
  });
  const source = agents.root('a', 'tree');
  mkdirSync(source);
  for (const row of rows) {
    const directory = join(source, row.key);
    mkdirSync(directory);
    await row.make(directory);
  }
  const times = new Map<FidelityRow, string[]>();
  for (const row of rows) {
    if (row.atime !== true) continue;
    const directory = join(source, row.key);
    times.set(row, accessTimes(directory, readdirSync(directory)));
  }

  const targets: Record<Way, string> = {
    push: agents.root('b', 'pushed'),
    pull: agents.root('c', 'pulled'),
    local: agents.root('a', 'copied'),
    'A -> B -> C': agents.root('c', 'cascaded'),
    'rsync -aHAXS': join(data, 'rsync'),
  };
  const copyAll = await makeCopies(agents, source, targets);
  await copyAll();
  for (const row of rows) row.change?.(join(source, row.key));
  await copyAll();
  return rows.map((row) => ({ row, lost: compare(row, source, targets, times.get(row)) }));
}

async function makeCopies(
  agents: TestAgents,
  source: string,
  targets: Readonly<Record<Way, string>>,
): Promise<() => Promise<void>> {
  const [a, b, c] = ['a', 'b', 'c'].map((name) => agents.agent(name));
  if (!a || !b || !c) throw new Error('three agents are needed');
  const copy = (agent: typeof a, from: Place, to: Place) =>
    createPolicy(agent, 'REPEAT_COPY', repeatCopy(from, to));
  const here = (path: string): Place => ({ account: 'local', path });
  const capture = await createPolicy(a, 'CREATION', creation('local', source));
  const push = await copy(a, here(source), { account: 'b', path: targets.push });
  const local = await copy(a, here(source), here(targets.local));
  const pull = await copy(c, { account: 'a', path: source }, here(targets.pull));
  const on = await copy(b, here(targets.push), { account: 'c', path: targets['A -> B -> C'] });
  return async () => {
    await mustRun(a, capture, PATIENT);
    await Promise.all([
      mustRun(a, push, PATIENT),
      mustRun(a, local, PATIENT),
      mustRun(c, pull, PATIENT),
    ]);
    await mustRun(b, on, PATIENT);
    rsync(source, targets['rsync -aHAXS']);
  };
}

/**
 * It says with its exit code that it could not keep everything: which is what the comparison tells.
 */
function rsync(from: string, to: string): void {
  const { status, stderr, error } = spawnSync('rsync', ['-aHAXS', `${from}/`, `${to}/`], {
    encoding: 'utf8',
  });
  if (error) throw error;
  if (status !== 0 && status !== 23) throw new Error(`rsync exited ${status}: ${stderr}`);
}

function compare(
  row: FidelityRow,
  source: string,
  targets: Readonly<Record<Way, string>>,
  times: readonly string[] | undefined,
): Record<Way, readonly string[]> {
  const options = { flags: row.flags === true, xattrs: row.isDeep !== true };
  const lost = (way: Way): string[] => {
    const [left, right] = [join(source, row.key), join(targets[way], row.key)];
    const now = times === undefined ? [] : accessTimes(right, readdirSync(right));
    const moved = now.filter((one) => !times?.includes(one));
    return [...moved, ...differences(left, right, options)];
  };
  return {
    push: lost('push'),
    pull: lost('pull'),
    local: lost('local'),
    'A -> B -> C': lost('A -> B -> C'),
    'rsync -aHAXS': lost('rsync -aHAXS'),
  };
}
