import { chmodSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { TestAgents } from '../support/e2e-agents.js';
import { dm, dmJson } from '../support/e2e-dm.js';
import {
  copyOnce,
  createPolicy,
  creation,
  listDatasets,
  mustRun,
  repeatCopy,
} from '../support/e2e-policies.js';
import { makePlainTree, noise } from '../support/e2e-trees.js';

interface Preview {
  readonly kind: string;
  readonly source_dataset_id: number;
  readonly entries: number;
  readonly bytes: number;
  readonly created: number;
  readonly changed: number;
  readonly deletions: number;
  readonly renames: number;
  readonly bytes_of_changed_files: number;
}

/** Every path at and below a directory, with what a write would change. */
function listing(path: string): string[] {
  return readdirSync(path, { recursive: true, encoding: 'utf8' })
    .sort()
    .map((name) => {
      const { size, mtimeMs, ino, nlink } = statSync(join(path, name), {
        throwIfNoEntry: false,
      }) ?? {
        ...{ size: 0, mtimeMs: 0, ino: 0, nlink: 0 },
      };
      const isOwnTop = name === '.datamover' || name === '.datamover/packs/pages';
      return `${name} ${size} ${isOwnTop ? '' : mtimeMs} ${ino} ${nlink}`;
    });
}

describe('policies preview', () => {
  let agents: TestAgents;
  let source: string;

  before(async function () {
    this.timeout(120_000);
    agents = await TestAgents.open({ agents: [{ name: 'alpha' }, { name: 'beta' }] });
    source = agents.root('alpha', 'tree');
    makePlainTree(source);
  });
  after(() => agents[Symbol.asyncDispose]());

  const everything = () => ['alpha', 'beta'].flatMap((name) => listing(agents.root(name)));
  /** The preview, and that nothing was written at either agent. */
  async function preview(policy: number, on = 'alpha'): Promise<Preview> {
    const before = everything();
    const told = await dmJson<Preview>(agents.agent(on), 'policies', 'preview', String(policy));
    expect(everything()).to.deep.equal(before);
    return told;
  }

  it('tells what each type of policy would do, as the run then does it', async () => {
    const [alpha, beta] = [agents.agent('alpha'), agents.agent('beta')];
    const from = { account: 'local', path: source };
    const to = { account: 'beta', path: agents.root('beta', 'copy') };
    const make = await createPolicy(alpha, 'CREATION', creation('local', source));
    const asked = await createPolicy(beta, 'CREATION', creation('alpha', source));
    const push = await createPolicy(alpha, 'REPEAT_COPY', repeatCopy(from, to));

    const first = await preview(make);
    expect(first.kind).to.equal('first');
    expect(await preview(asked, 'beta')).to.deep.equal(first);
    const unmade = await dm(alpha, 'policies', 'preview', String(push));
    expect(unmade.stderr).to.match(/^dm: source_missing: /);
    expect(unmade.code).to.equal(3);

    await mustRun(alpha, make);
    const [dataset] = await listDatasets(alpha, source);
    expect(first.entries).to.equal(dataset?.entries);
    const baseline = await preview(push);
    expect(baseline).to.include({ kind: 'baseline', deletions: 0, renames: 0 });
    expect(baseline.entries).to.equal(first.entries);
    expect(baseline.bytes).to.equal(first.bytes);
    expect(baseline.bytes_of_changed_files).to.equal(first.bytes);
    await mustRun(alpha, push);
    expect((await preview(push)).kind).to.equal('nothing');
    expect(await preview(make)).to.include({ kind: 'unchanged', created: 0, changed: 0 });

    writeFileSync(join(source, 'new'), noise(5_000, 1));
    writeFileSync(join(source, 'docs/file-1'), noise(7_000, 2));
    chmodSync(join(source, 'large'), 0o600);
    renameSync(join(source, 'types/file-2'), join(source, 'swap/renamed'));
    renameSync(join(source, 'media'), join(source, 'moved'));
    rmSync(join(source, 'docs/deep/deeper'), { recursive: true });
    const changes = { created: 1, deletions: 7, renames: 2, bytes_of_changed_files: 12_000 };
    const next = await preview(make);
    expect(next).to.include({ kind: 'changes', ...changes });
    expect(next.entries).to.equal(first.entries - 6);
    await mustRun(alpha, make);
    const increment = await preview(push);
    expect(increment).to.include({ kind: 'increment', ...changes });
    expect(increment.changed).to.equal(next.changed);
    const { statistics } = await mustRun(alpha, push);
    expect(statistics).to.include({ deleted: 7, moved: 2 });
  });

  it('of a COPY knows its subpaths, and refuses what the run would', async () => {
    const alpha = agents.agent('alpha');
    const from = { account: 'local', path: source };
    const number = (await listDatasets(alpha, source)).at(-1)?.id ?? 0;
    const there = { account: 'beta', path: agents.root('beta', 'copy') };
    const taken = await createPolicy(alpha, 'COPY', copyOnce(number, from, there));
    const refused = await dm(alpha, 'policies', 'preview', String(taken));
    expect(refused.stderr).to.match(/^dm: target_not_empty: /);
    const free = { account: 'beta', path: agents.root('beta', 'part') };
    const part = await createPolicy(alpha, 'COPY', {
      ...copyOnce(number, from, free),
      'copy-source-subpaths': ['docs/file-1', 'docs/file-2'],
    });
    // The two files and the directory on the way.
    expect(await preview(part)).to.include({ kind: 'baseline', created: 3, bytes: 13_000 });
  });
});
