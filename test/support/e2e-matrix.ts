import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  chownSync,
  linkSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { TestAgents } from './e2e-agents.js';
import { CopyPair, type JobView, mustRun } from './e2e-policies.js';
import {
  LARGE_MIB,
  makeOddTree,
  makePlainTree,
  noise,
  patch,
  setTime,
  writeSparse,
} from './e2e-trees.js';
import { differences } from './walker.js';

const MIB = 1_048_576;

/** Alpha runs every policy; `from` and `to` are the agents that hold the two trees. */
export interface Direction {
  readonly name: string;
  readonly from: string;
  readonly to: string;
}

export const DIRECTIONS: readonly Direction[] = [
  { name: 'local copy', from: 'alpha', to: 'alpha' },
  { name: 'push', from: 'alpha', to: 'beta' },
  { name: 'pull', from: 'beta', to: 'alpha' },
  { name: 'third party', from: 'beta', to: 'gamma' },
];

interface Step {
  readonly name: string;
  edit(root: string): void;
  check?(job: JobView): void;
}

/** In this order on one tree, each a dataset and a copy of its own. */
const STEPS: readonly Step[] = [
  {
    name: 'first copy',
    edit: makePlainTree,
    check: (job) => expect(job.type).to.equal('DATASET_BASELINE_COPY_JOB'),
  },
  {
    name: 'content, metadata and new entries',
    edit: editInPlace,
    check: (job) => {
      expect(job.type).to.equal('DATASET_INCREMENTAL_COPY_JOB');
      expect(job.statistics.bytes_sent).to.be.lessThan(MIB);
    },
  },
  {
    name: 'nothing changed',
    edit: () => undefined,
    check: (job) => {
      expect(job.statistics.bytes_changed).to.equal(0);
      expect(job.statistics.bytes_sent).to.be.lessThan(65_536);
    },
  },
  { name: 'file renamed', edit: (root) => move(root, 'docs/file-5', 'media/moved') },
  {
    name: 'directory renamed',
    edit: (root) => move(root, 'docs/deep', 'media/deep'),
    check: (job) => expect(job.statistics.bytes_sent).to.be.lessThan(65_536),
  },
  { name: 'names swapped', edit: swapNames },
  { name: 'cycles of three names', edit: cycleNames },
  { name: 'parent and child change places', edit: turnOver },
  {
    name: 'deletions',
    edit: removeSome,
    check: (job) => expect(job.statistics.deleted).to.be.at.least(8),
  },
  { name: 'types changed', edit: changeTypes },
  {
    name: 'middle of a large file changed',
    edit: (root) => patch(join(root, 'large'), (LARGE_MIB / 2) * MIB + 100, noise(8_192, 9)),
    check: (job) => expect(job.statistics.bytes_sent).to.be.lessThan(128 * 1024),
  },
  {
    name: 'large file cut and grown',
    edit: (root) => {
      truncateSync(join(root, 'large'), 3 * MIB + 17);
      truncateSync(join(root, 'sparse'), 64 * MIB);
    },
    check: (job) => expect(job.statistics.bytes_sent).to.be.lessThan(128 * 1024),
  },
  {
    name: 'holes made and filled',
    edit: editSparse,
    check: (job) => expect(job.statistics.bytes_sent).to.be.lessThan(MIB),
  },
  { name: 'written elsewhere and renamed over', edit: replaceByRename },
];

function editInPlace(root: string): void {
  patch(join(root, 'docs/file-5'), 5_000, noise(100, 1));
  appendFileSync(join(root, 'docs/file-2'), noise(5_000, 2));
  writeFileSync(join(root, 'docs/deep/new'), 'new');
  mkdirSync(join(root, 'new-directory/inner'), { recursive: true });
  writeFileSync(join(root, 'new-directory/inner/file'), noise(10_000, 3));
  linkSync(join(root, 'docs/file-4'), join(root, 'new-directory/linked'));
  chmodSync(join(root, 'media/file-1'), 0o2750);
  chownSync(join(root, 'media/file-2'), 4_711, 4_712);
  execFileSync('setfacl', ['-m', 'u:99:rw', join(root, 'media/file-3')]);
  execFileSync('setfattr', ['-n', 'user.note', '-v', 'hello', join(root, 'docs')]);
  setTime(join(root, 'media/file-4'), '1985-10-26T01:21:00.000000123Z');
  setTime(join(root, 'empty'), '1985-10-26T01:22:00.000000123Z');
}

function move(root: string, from: string, to: string): void {
  renameSync(join(root, from), join(root, to));
}

function cycle(root: string, ...names: readonly string[]): void {
  const last = names.at(-1) ?? '';
  move(root, last, 'spare');
  for (let index = names.length - 2; index >= 0; index--) {
    move(root, names[index] ?? '', names[index + 1] ?? '');
  }
  move(root, 'spare', names[0] ?? '');
}

function swapNames(root: string): void {
  cycle(root, 'swap/file-1', 'swap/file-2');
  cycle(root, 'docs', 'types');
  cycle(root, 'swap/file-3', 'empty');
}

function cycleNames(root: string): void {
  cycle(root, 'swap/file-1', 'swap/file-2', 'nothing');
  cycle(root, 'docs', 'types', 'media');
  cycle(root, 'link', 'swap/file-4', 'new-directory');
}

/** A directory goes into what was inside it. */
function turnOver(root: string): void {
  move(root, 'docs/deep/deeper', 'deeper');
  move(root, 'docs/deep', 'deeper/deep');
}

function removeSome(root: string): void {
  rmSync(join(root, 'deeper'), { recursive: true });
  for (const name of ['swap/file-0', 'docs/linked', 'docs/file-1']) rmSync(join(root, name));
}

function changeTypes(root: string): void {
  const replace = (name: string) => {
    rmSync(join(root, name), { recursive: true });
    return join(root, name);
  };
  const directory = replace('docs/file-2');
  mkdirSync(directory);
  writeFileSync(join(directory, 'inside'), 'was a file');
  writeFileSync(replace('types'), 'was a directory');
  symlinkSync('docs', replace('docs/file-4'));
  execFileSync('mkfifo', [replace('nothing')]);
  const link = replace('swap/file-4');
  mkdirSync(link);
  symlinkSync('elsewhere', replace('link'));
}

function editSparse(root: string): void {
  const sparse = join(root, 'sparse');
  execFileSync('fallocate', ['-p', '-o', String(10 * MIB), '-l', '32768', sparse]);
  patch(sparse, 50 * MIB, noise(65_536, 4));
  writeSparse(join(root, 'all-hole'), 16 * MIB, []);
}

function replaceByRename(root: string): void {
  const bytes = noise(LARGE_MIB * MIB, 77).subarray(0, 3 * MIB + 17);
  writeFileSync(join(root, '.large.tmp'), bytes);
  patch(join(root, '.large.tmp'), MIB, noise(4_096, 12));
  move(root, '.large.tmp', 'large');
}

function requireSame(left: string, right: string): void {
  expect(differences(left, right)).to.deep.equal([]);
}

/**
 * Several changes in one dataset and one copy: what each alone must not cost is then not looked at.
 */
function together(steps: readonly Step[]): Step {
  return {
    name: steps.map(({ name }) => name).join(', '),
    edit: (root) => {
      for (const step of steps) step.edit(root);
    },
  };
}

export const EACH_STEP = STEPS;
export const FEW_STEPS: readonly Step[] = [
  ...STEPS.slice(0, 1),
  together(STEPS.slice(1, 5)),
  together(STEPS.slice(5, 8)),
  together(STEPS.slice(8)),
];

/**
 * Tests of each direction, with a tree that goes through its steps.
 * `data`: directory for the data roots.
 */
export function matrix(
  directions: readonly Direction[],
  stepsOf: (direction: Direction) => readonly Step[],
  data: () => string | null,
): void {
  let agents: TestAgents;

  before('start three agents', async function () {
    this.timeout(120_000);
    const path = data();
    const options = path === null ? {} : { data: path };
    agents = await TestAgents.open({
      agents: [{ name: 'alpha' }, { name: 'beta' }, { name: 'gamma' }],
      ...options,
    });
  });
  after('stop the agents', () => agents?.[Symbol.asyncDispose]());

  /** A tree of its own at both ends of a direction. */
  const pairAt = async ({ from, to }: Direction, name: string) => {
    const source = agents.root(from, `${name}-of-${to}`);
    const target = agents.root(to, `${name}-from-${from}`);
    mkdirSync(source);
    const account = (holder: string) => (holder === 'alpha' ? 'local' : holder);
    const pair = await CopyPair.create(
      agents.agent('alpha'),
      { account: account(from), path: source },
      { account: account(to), path: target },
    );
    return { pair, source, target };
  };

  for (const direction of directions) {
    describe(direction.name, () => {
      let tree: Awaited<ReturnType<typeof pairAt>>;
      let failed = false;
      before('make policies', async () => {
        tree = await pairAt(direction, 'plain');
      });
      for (const step of stepsOf(direction)) {
        it(step.name, async function () {
          this.timeout(120_000);
          // Every step builds on the one before.
          if (failed) this.skip();
          failed = true;
          step.edit(tree.source);
          const job = await tree.pair.sync();
          requireSame(tree.source, tree.target);
          step.check?.(job);
          failed = false;
        });
      }

      it('empty tree, filled, and emptied', async () => {
        const { pair, source, target } = await pairAt(direction, 'empty');
        chmodSync(source, 0o711);
        await pair.sync();
        expect(readdirSync(target)).to.deep.equal([]);
        requireSame(source, target);
        writeFileSync(join(source, 'file'), 'content');
        await pair.sync();
        requireSame(source, target);
        rmSync(join(source, 'file'));
        await mustRun(pair.agent, pair.creation, '--accept-source');
        await mustRun(pair.agent, pair.copy);
        requireSame(source, target);
      });

      it('odd names, special files and all metadata', async () => {
        const { pair, source, target } = await pairAt(direction, 'odd');
        await makeOddTree(source);
        await pair.sync();
        requireSame(source, target);
        move(source, 'links/other/two', 'special/two');
        move(source, 'special/char', 'names/char');
        chmodSync(join(source, 'metadata/capable'), 0o700);
        setTime(join(source, 'times/old-link'), '1901-12-31T00:00:00.25Z');
        await pair.sync();
        requireSame(source, target);
      });
    });
  }
}
