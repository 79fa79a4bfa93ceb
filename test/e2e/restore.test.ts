import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import type { CommandResult } from '../support/agent-process.js';
import { TestAgents } from '../support/e2e-agents.js';
import { dm, dmJson } from '../support/e2e-dm.js';
import {
  createPolicy,
  creation,
  listDatasets,
  mustRun,
  repeatCopy,
} from '../support/e2e-policies.js';
import { makePlainTree, patch } from '../support/e2e-trees.js';
import { mountFilesystem, type TestFilesystem } from '../support/filesystems.js';
import { differences } from '../support/walker.js';

interface Preview {
  readonly entries: number;
  readonly created: number;
  readonly replaced: number;
  readonly kept: number;
  readonly conflicts: number;
  readonly replaced_paths: readonly string[];
}

describe('dm restore', function () {
  this.timeout(120_000);
  let agents: TestAgents;
  let mount: TestFilesystem;
  const tree = () => agents.root('alpha', 'tree');
  const kept = () => agents.scratch('kept');

  before(async function () {
    if (process.getuid?.() !== 0) this.skip();
    mount = mountFilesystem('ext4', 256);
    agents = await TestAgents.open({
      agents: [{ name: 'alpha' }, { name: 'beta' }],
      data: mount.path,
    });
    const alpha = agents.agent('alpha');
    const uri = `--uri=file://${agents.scratch('store')}`;
    mkdirSync(agents.scratch('store'));
    await dmJson(alpha, 'accounts', 'create', 'DIRECTORY', '--name=disk', uri);
    makePlainTree(tree());
    execFileSync('setfattr', ['-n', 'user.note', '-v', 'kept', join(tree(), 'docs')]);
    execFileSync('chattr', ['+i', join(tree(), 'docs/file-4')]);
    execFileSync('cp', ['-a', '--sparse=always', tree(), kept()]);
    await mustRun(alpha, await createPolicy(alpha, 'CREATION', creation('local', tree())));
    const backup = {
      ...repeatCopy({ account: 'local', path: tree() }, { account: 'disk', path: 'nightly' }),
      'repeat-copy-base-target-dataset-type': 'FILE_ON_OBJECT_BACKUP',
    };
    await mustRun(alpha, await createPolicy(alpha, 'REPEAT_COPY', backup));
  });
  after(async () => {
    // Fails for symlinks, after everything else.
    spawnSync('chattr', ['-R', '-i', mount.path], { stdio: 'ignore' });
    await agents?.[Symbol.asyncDispose]();
    mount?.unmount();
  });

  const restore = (...words: string[]): Promise<CommandResult> =>
    dm(agents.agent('alpha'), 'restore', 'disk', '1', ...words);
  const preview = (...words: string[]): Promise<Preview> =>
    dmJson<Preview>(agents.agent('alpha'), 'restore', 'disk', '1', '--dry-run', ...words);
  const isImmutable = (path: string) =>
    execFileSync('lsattr', ['-d', path], { encoding: 'utf8' }).split(' ')[0]?.includes('i');

  it('brings back in place what was changed and deleted, and deletes nothing', async () => {
    rmSync(join(tree(), 'media'), { recursive: true });
    patch(join(tree(), 'large'), 4_096, Buffer.from('damaged'));
    chmodSync(join(tree(), 'nothing'), 0o600);
    rmSync(join(tree(), 'swap/file-1'));
    writeFileSync(join(tree(), 'mine'), 'new\n');
    const told = await preview('--in-place', '--existing=changed');
    expect(told.replaced_paths).to.have.members(['large', 'nothing']);
    expect(told).to.include({ replaced: 2, created: 9, conflicts: 0 });
    expect(existsSync(join(tree(), 'media'))).to.equal(false);
    const { code, stdout, stderr } = await restore('--in-place', '--existing=changed');
    expect(code, stderr).to.equal(0);
    expect(stdout).to.match(/policy \d+ \(restore-1-\w+-before\): CREATION/);
    expect(stdout).to.match(/policy \d+ \(restore-1-\w+\): COPY of dataset 1 to /);
    expect(readFileSync(join(tree(), 'mine'), 'utf8')).to.equal('new\n');
    rmSync(join(tree(), 'mine'));
    execFileSync('touch', ['-r', kept(), tree()]);
    expect(differences(kept(), tree())).to.deep.equal([]);
    // What was there before is a dataset, from which it comes back too.
    const datasets = await listDatasets(agents.agent('alpha'), tree());
    const [, before] = datasets;
    expect(datasets).to.have.length(2);
    expect(stdout).to.contain(`dataset ${before?.id} keeps what is at ${tree()} now`);
    const mine = agents.root('alpha', 'mine');
    const words = ['restore', 'local', String(before?.id), 'mine', `--to=${mine}`];
    const back = await dm(agents.agent('alpha'), ...words);
    expect(back.code, back.stderr).to.equal(0);
    expect(readdirSync(mine)).to.deep.equal(['mine']);
  });

  it('brings one deleted path back in place, and refuses where something is', async () => {
    rmSync(join(tree(), 'docs/deep'), { recursive: true });
    const { code, stderr } = await restore('docs/deep', '--in-place');
    expect(code, stderr).to.equal(0);
    expect(differences(join(kept(), 'docs/deep'), join(tree(), 'docs/deep'))).to.deep.equal([]);
    const again = await restore('docs/deep', '--in-place');
    expect(again.code).to.equal(1);
    expect(again.stderr).to.contain('target_not_empty').and.contain('docs/deep');
    expect(again.stderr).to.contain('--existing=skip');
    expect(again.stdout).to.match(/policy \d+ \(restore-1-\w+\) was deleted again/);
    // What was made for its sake is of no use, since nothing was put in place.
    const [, before] = /dataset (\d+) was deleted again: nothing/.exec(again.stdout) ?? [];
    const datasets = await listDatasets(agents.agent('alpha'), tree());
    expect(datasets.map((one) => String(one.id))).to.not.include(before);
    expect(before).to.be.a('string');
    const whole = await restore('--in-place');
    expect(whole.code).to.equal(2);
    expect(whole.stderr).to.contain('--existing');
    const forbidden = await preview(`--to=${tree()}`, '--existing=skip').catch(String);
    expect(forbidden).to.contain('target_forbidden').and.contain('--in-place');
  });

  it('takes a directory with a slash behind it, and refuses an empty name at once', async () => {
    const to = agents.root('alpha', 'slash');
    expect(await preview('docs/deep/', `--to=${to}`)).to.include({ conflicts: 0 });
    const { code, stderr } = await restore('docs/deep/', `--to=${to}`);
    expect(code, stderr).to.equal(0);
    expect(differences(join(kept(), 'docs/deep'), join(to, 'docs/deep'))).to.deep.equal([]);
    for (const dryRun of [[], ['--dry-run']]) {
      const empty = await restore('docs//deep', `--to=${to}-not`, ...dryRun);
      expect(empty.code).to.equal(2);
      expect(empty.stderr).to.match(/^dm: invalid_argument: subpath "docs\/\/deep" /);
    }
    const words = `connect-account disk; connect-dataset 1; restore docs/deep/ ${to}-shell`;
    const shell = await dm(agents.agent('alpha'), 'browse', '-c', words);
    expect(shell.code, shell.stderr).to.equal(0);
    expect(readdirSync(`${to}-shell/docs`)).to.deep.equal(['deep']);
    const path = 'disk:nightly/docs/deep/';
    const versions = await dmJson<object[]>(agents.agent('alpha'), 'versions', path);
    expect(versions).to.have.length(1);
  });

  it('shows a path that holds a line break as one line', async () => {
    const to = agents.root('alpha', 'two\nlines');
    for (const outcome of [0, 1]) {
      const { code, stdout, stderr } = await restore('docs/deep', `--to=${to}`);
      expect(code, stderr).to.equal(outcome);
      expect(stdout).to.match(/: COPY of dataset 1 to .*two\\x0alines\njob /);
      if (outcome === 1) expect(stderr).to.contain('two\\x0alines');
    }
    expect(existsSync(join(to, 'docs/deep'))).to.equal(true);
  });

  it('leaves nothing at the target of a path that the dataset does not have', async () => {
    const to = agents.root('alpha', 'never');
    const { code, stderr } = await restore('docs/nothing-there', `--to=${to}`);
    expect(code).to.equal(1);
    expect(stderr).to.contain('not_found').and.contain('docs/nothing-there');
    const targets = await dmJson<{ path: string }[]>(agents.agent('alpha'), 'targets', 'list');
    expect(targets.map(({ path }) => path)).to.not.include(to);
  });

  it('keeps, or replaces, what is at another place, and fails for what is of another kind', async () => {
    const to = agents.root('alpha', 'beside');
    mkdirSync(join(to, 'docs/file-2'), { recursive: true });
    writeFileSync(join(to, 'nothing'), 'mine\n');
    writeFileSync(join(to, 'more'), 'mine\n');
    const refused = await restore(`--to=${to}`);
    expect(refused.stderr).to.contain('target_not_empty').and.contain('--existing=skip');
    expect(refused.stderr).to.not.contain('--adopt');
    const skipped = await restore(`--to=${to}`, '--existing=skip');
    // What it keeps is not what the directory stands in the place of.
    expect(skipped.code, skipped.stderr).to.equal(6);
    expect(readFileSync(join(to, 'nothing'), 'utf8')).to.equal('mine\n');
    expect(statSync(join(to, 'docs/file-2')).isDirectory()).to.equal(true);
    expect(readFileSync(join(to, 'large'))).to.deep.equal(readFileSync(join(kept(), 'large')));
    const told = await preview(`--to=${to}`, '--existing=overwrite');
    expect(told.conflicts).to.equal(1);
    expect(told.replaced + told.kept + told.conflicts).to.equal(told.entries);
    // The immutable file was restored as such and is not replaced either.
    const over = await restore(`--to=${to}`, '--existing=overwrite');
    expect(over.code, over.stderr).to.equal(6);
    const jobs = await dmJson<{ id: number }[]>(agents.agent('alpha'), 'jobs', 'list');
    const last = Math.max(...jobs.map(({ id }) => id));
    const failures = await dmJson<{ path: string; code: string }[]>(
      agents.agent('alpha'),
      ...['jobs', 'failures', String(last)],
    );
    expect(failures.map(({ path, code }) => `${path} ${code}`)).to.have.members([
      'docs/file-2 target_not_empty',
      'docs/file-4 target_immutable',
    ]);
    rmSync(join(to, 'docs/file-2'), { recursive: true });
    rmSync(join(to, 'more'));
    const once = await restore('docs/file-2', `--to=${to}`, '--existing=overwrite');
    expect(once.code, once.stderr).to.equal(0);
    for (const path of ['.', 'docs']) {
      execFileSync('touch', ['-r', join(kept(), path), join(to, path)]);
    }
    expect(differences(kept(), to)).to.deep.equal([]);
    expect(isImmutable(join(to, 'docs/file-4'))).to.equal(true);
  });

  it('is a command of the browse shell too', async () => {
    const to = agents.root('alpha', 'from-shell');
    const alpha = agents.agent('alpha');
    const words = `connect-account disk; connect-dataset 1; cd docs; restore deep ${to}`;
    const { code, stdout, stderr } = await dm(alpha, 'browse', '-c', words);
    expect(code, stderr).to.equal(0);
    expect(stdout).to.match(
      /policy \d+ \(restore-1-\w+\): COPY of dataset 1 to .*\njob \d+ finished/,
    );
    expect(differences(join(kept(), 'docs/deep'), join(to, 'docs/deep'))).to.deep.equal([]);
    const again = await dm(alpha, 'browse', '-c', words);
    expect(again.stderr).to.contain('target_not_empty');
    expect(again.stdout).to.match(/policy \d+ \(restore-1-\w+\) was deleted again/);
  });

  it('leaves its jobs, and a policy only when it has succeeded, which status says nothing of', async () => {
    const alpha = agents.agent('alpha');
    const policies = await dmJson<{ name: string; spent: boolean }[]>(
      alpha,
      ...['policies', 'list'],
    );
    const records = policies.filter(({ name }) => name.startsWith('restore-'));
    expect(records).to.have.length.greaterThan(0);
    for (const { spent } of records) expect(spent).to.equal(true);
    const { well, policies: rows } = await dmJson<{ well: boolean; policies: { name: string }[] }>(
      alpha,
      'status',
    );
    expect(well).to.equal(true);
    expect(rows.filter(({ name }) => name.startsWith('restore-'))).to.deep.equal([]);
    const jobs = await dmJson<{ id: number; state: string; policy_name: string }[]>(
      alpha,
      ...['jobs', 'list'],
    );
    const restores = jobs.filter(({ policy_name }) => policy_name.startsWith('restore-'));
    expect(restores.map(({ state }) => state)).to.include.members(['finished', 'failed']);
    for (const { id, policy_name } of restores) {
      expect(await dmJson<object>(alpha, 'jobs', 'view', `${id}`)).to.include({ policy_name });
    }
    const reports = await dm(alpha, 'reports', 'list', '--format=json');
    expect(reports.stdout).to.contain('restore-1-');
  });

  it('leaves metadata out when told', async () => {
    const to = agents.root('alpha', 'plain');
    chmodSync(join(kept(), 'nothing'), 0o644);
    const { code, stderr } = await restore(`--to=${to}`, '--no-metadata');
    expect(code, stderr).to.equal(0);
    expect(readFileSync(join(to, 'large'))).to.deep.equal(readFileSync(join(kept(), 'large')));
    expect(statSync(join(to, 'docs')).mode & 0o7777).to.equal(0o755);
    expect(statSync(join(to, 'docs/deep')).mtime.getUTCFullYear()).to.be.above(2001);
    expect(execFileSync('getfattr', [join(to, 'docs')], { encoding: 'utf8' })).to.equal('');
    expect(isImmutable(join(to, 'docs/file-4'))).to.equal(false);
  });

  it('takes datasets of this agent and of a peer alike', async () => {
    const alpha = agents.agent('alpha');
    const beta = agents.agent('beta');
    const source = agents.root('beta', 'source');
    makePlainTree(source);
    await mustRun(beta, await createPolicy(beta, 'CREATION', creation('local', source)));
    const here = await dm(alpha, 'restore', 'local', '1', `--to=${agents.root('alpha', 'again')}`);
    expect(here.code, here.stderr).to.equal(0);
    expect(differences(kept(), agents.root('alpha', 'again'))).to.deep.equal([]);
    const there = await dm(alpha, 'restore', 'beta', '1', `--to=${agents.root('alpha', 'theirs')}`);
    expect(there.code, there.stderr).to.equal(0);
    expect(differences(source, agents.root('alpha', 'theirs'))).to.deep.equal([]);
    const inPlace = await dm(alpha, 'restore', 'beta', '1', '--in-place', '--existing=skip');
    expect(inPlace.code).to.equal(2);
    expect(inPlace.stderr).to.contain('another system').and.contain('--to');
    const asOf = await dm(alpha, 'restore', 'beta', '1', '--to=/x', '--as-of=2026-01-01');
    expect(asOf.stderr).to.contain('not_supported').and.contain('--as-of');
  });
});
