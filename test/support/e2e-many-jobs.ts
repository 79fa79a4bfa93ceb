import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ProcessMeter } from '../bench/process-meter.js';
import { TestAgents } from './e2e-agents.js';
import { dmJson } from './e2e-dm.js';
import {
  createPolicy,
  creation,
  flagWords,
  freshName,
  hasEnded,
  mustRun,
  repeatCopy,
} from './e2e-policies.js';
import { noise } from './e2e-trees.js';
import { until } from './e2e-until.js';
import { differences } from './walker.js';

const RANKS: Readonly<Record<string, number>> = { LOW: 0, NORMAL: 1, HIGH: 2 };
const MIB = 1_048_576;

interface EndedJob {
  readonly id: number;
  readonly policy_id: number;
  readonly state: string;
  readonly priority: string;
  readonly created_at: string;
  readonly started_at: string;
  readonly ended_at: string;
  readonly error_code: string;
  readonly error_message: string;
}

export interface ManyJobs {
  readonly finished: number;
  /** Why the others have not. */
  readonly errors: readonly string[];
  /**
   * Jobs that waited for their turn and were started before one of a
   * higher priority that waited, too.
   */
  readonly outOfOrder: readonly number[];
  readonly waited: number;
  /** Most jobs that ran at the same time. */
  readonly atOnce: number;
  readonly peakRssMiB: Readonly<Record<'alpha' | 'beta', number>>;
  readonly seconds: number;
  readonly differences: readonly string[];
}

/**
 * Copies one tree by `count` policies of all priorities to one peer,
 * all of them due at the same moment.
 */
export async function runManyJobs(
  count: number,
  tree: { readonly files: number; readonly largeMib: number },
  maxTasks = 0,
): Promise<ManyJobs> {
  await using agents = await TestAgents.open({ agents: [{ name: 'alpha' }, { name: 'beta' }] });
  const [alpha, beta] = [agents.agent('alpha'), agents.agent('beta')];
  const limit = [`--max-tasks=${maxTasks}`];
  const account = await dmJson<{ max_tasks: number }>(
    alpha,
    ...['accounts', 'modify', 'beta', ...limit],
  );
  if (account.max_tasks !== maxTasks) throw new Error('the limit was not stored');
  const source = agents.root('alpha', 'tree');
  mkdirSync(source);
  for (let file = 0; file < tree.files; file++) {
    writeFileSync(join(source, `${file}`), noise(2_000, file));
  }
  writeFileSync(join(source, 'large'), noise(tree.largeMib * MIB, 7));
  const make = await createPolicy(alpha, 'CREATION', creation('local', source));
  const from = { account: 'local', path: source };
  const policies = new Set<number>();
  for (let copy = 0; copy < count; copy++) {
    // The lowest first: where priorities did not count, they would be first.
    const priority = ['LOW', 'NORMAL', 'HIGH'][Math.floor((copy * 3) / count)] ?? 'LOW';
    const to = { account: 'beta', path: agents.root('beta', `copy-${copy}`) };
    const flags = { ...repeatCopy(from, to), 'parent-exec-policy-id': make };
    const words = ['create', freshName('many'), priority, 'true', 'REPEAT_COPY'];
    const { id } = await dmJson<{ id: number }>(alpha, 'policies', ...words, ...flagWords(flags));
    policies.add(id);
  }
  const meters = { alpha: new ProcessMeter(alpha.pid), beta: new ProcessMeter(beta.pid) };
  const begun = performance.now();
  await mustRun(alpha, make);
  const copies = async () =>
    (await dmJson<EndedJob[]>(alpha, 'jobs', 'list')).filter((job) => policies.has(job.policy_id));
  await until(
    'all jobs have ended',
    async () => {
      const jobs = await copies();
      return jobs.length === count && jobs.every(hasEnded);
    },
    3_600_000,
  );
  const jobs = await copies();
  const { outOfOrder, waited } = order(jobs);
  return {
    finished: jobs.filter(({ state }) => state === 'finished').length,
    errors: jobs
      .filter(({ state }) => state !== 'finished')
      .map(({ error_code, error_message }) => `${error_code}: ${error_message}`),
    outOfOrder,
    waited,
    atOnce: atOnce(jobs),
    peakRssMiB: { alpha: meters.alpha.read().peakRssMiB, beta: meters.beta.read().peakRssMiB },
    seconds: (performance.now() - begun) / 1000,
    differences: differences(source, agents.root('beta', `copy-${count - 1}`)),
  };
}

function order(jobs: readonly EndedJob[]): { outOfOrder: number[]; waited: number } {
  const rank = ({ priority }: EndedJob) => RANKS[priority] ?? 0;
  const lastMade =
    jobs
      .map(({ created_at }) => created_at)
      .sort()
      .at(-1) ?? '';
  const waiting = jobs.filter(({ started_at }) => started_at > lastMade);
  const outOfOrder = waiting.filter((job) =>
    waiting.some((other) => rank(other) > rank(job) && other.started_at > job.started_at),
  );
  return { outOfOrder: outOfOrder.map(({ id }) => id), waited: waiting.length };
}

function atOnce(jobs: readonly EndedJob[]): number {
  const running = (moment: string) =>
    jobs.filter(({ started_at, ended_at }) => started_at <= moment && moment < ended_at).length;
  return Math.max(...jobs.map(({ started_at }) => running(started_at)));
}
