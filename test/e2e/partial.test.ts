import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { TestAgents } from '../support/e2e-agents.js';
import { dmJson } from '../support/e2e-dm.js';
import {
  CopyPair,
  createPolicy,
  type DatasetView,
  listDatasets,
  mustRun,
  repeatCopy,
  runPolicy,
} from '../support/e2e-policies.js';
import { noise } from '../support/e2e-trees.js';
import { differences } from '../support/walker.js';

/** Root that obeys permissions, so that a file can be unreadable for the agent. */
const OBEDIENT_ROOT = ['setpriv', '--bounding-set=-dac_override,-dac_read_search'];

describe('partial copies, drift and brakes', function () {
  this.timeout(120_000);
  let agents: TestAgents;

  before('start agents', async () => {
    agents = await TestAgents.open({
      agents: [{ name: 'alpha', launcher: OBEDIENT_ROOT }, { name: 'beta' }],
    });
  });
  after('stop the agents', () => agents?.[Symbol.asyncDispose]());

  /** A small tree on alpha that has been pushed to beta once. */
  const pushed = async (name: string, flags: Parameters<typeof CopyPair.create>[3] = {}) => {
    const source = agents.root('alpha', name);
    const target = agents.root('beta', name);
    mkdirSync(join(source, 'folder'), { recursive: true });
    for (let index = 0; index < 10; index++) {
      writeFileSync(join(source, 'folder', `file-${index}`), noise(20_000, index));
    }
    writeFileSync(join(source, 'large'), noise(2_000_000, 99));
    const pair = await CopyPair.create(
      agents.agent('alpha'),
      { account: 'local', path: source },
      { account: 'beta', path: target },
      flags,
    );
    await pair.sync();
    expect(differences(source, target)).to.deep.equal([]);
    return { pair, source, target };
  };

  describe('an entry that cannot be read', () => {
    const hide = (path: string) => {
      chownSync(path, 1_234, 1_234);
      chmodSync(path, 0);
    };
    const writtenTo = (path: string, text: string) => {
      writeFileSync(path, text);
      return path;
    };
    const show = (path: string) => chmodSync(path, 0o755);

    it('stays on the target as it last was, is listed, and is cured later', async () => {
      const { pair, source, target } = await pushed('unreadable-file');
      const path = join(source, 'folder/file-3');
      writeFileSync(path, 'changed before it was hidden');
      hide(path);
      writeFileSync(join(source, 'folder/file-4'), 'changed too');
      const made = await runPolicy(pair.agent, pair.creation);
      expect(made.code).to.equal(6);
      expect(made.job?.failed_entries?.map(({ path: where }) => where)).to.deep.equal([
        'folder/file-3',
      ]);
      const copied = await runPolicy(pair.agent, pair.copy);
      expect(copied.code).to.equal(6);
      expect(copied.job).to.include({ state: 'finished', partial: true });
      const failed = copied.job?.failed_entries ?? [];
      expect(failed.map(({ path: where }) => where)).to.deep.equal(['folder/file-3']);
      expect(failed[0]?.code).to.equal('unreadable');
      expect(readFileSync(join(target, 'folder/file-3')).equals(noise(20_000, 3))).to.equal(true);
      expect(readFileSync(join(target, 'folder/file-4'), 'utf8')).to.equal('changed too');
      const [, dataset] = await listDatasets(agents.agent('beta'), target);
      expect(dataset).to.include({ dataset_state: 'COMPLETE_PARTIAL', exceptions: 1 });

      show(path);
      await pair.sync();
      expect(differences(source, target)).to.deep.equal([]);
    });

    it('a directory too: nothing below it is deleted at the target', async () => {
      const { pair, source, target } = await pushed('unreadable-folder');
      hide(join(source, 'folder'));
      const made = await runPolicy(pair.agent, pair.creation);
      expect(made.code).to.equal(6);
      const copied = await runPolicy(pair.agent, pair.copy);
      expect(copied.code).to.equal(6);
      expect(readdirSync(join(target, 'folder'))).to.have.length(10);
      show(join(source, 'folder'));
      await pair.sync();
      expect(differences(source, target)).to.deep.equal([]);
    });

    it('a new directory has its metadata at once, and all of it when it is cured', async () => {
      const { pair, source, target } = await pushed('new-unreadable-folder');
      const folder = join(source, 'secret');
      mkdirSync(folder);
      writeFileSync(join(folder, 'file'), 'read later');
      hide(folder);
      expect((await runPolicy(pair.agent, pair.creation)).code).to.equal(6);
      expect((await runPolicy(pair.agent, pair.copy)).code).to.equal(6);
      expect(statSync(join(target, 'secret'))).to.include({
        uid: 1_234,
        gid: 1_234,
        mode: 0o40000,
      });
      show(folder);
      await pair.sync();
      expect(differences(source, target)).to.deep.equal([]);
    });

    it('is named by the job that makes the dataset, also when it fails for that', async () => {
      const { pair, source } = await pushed('never-captured');
      mkdirSync(join(source, 'no-folder'));
      writeFileSync(join(source, 'no-file'), 'never read');
      hide(join(source, 'no-folder'));
      hide(join(source, 'no-file'));
      const failed = ['no-file', 'no-folder'];
      const allowed = await runPolicy(pair.agent, pair.creation);
      expect(allowed.code).to.equal(6);
      expect(allowed.job?.failed_entries?.map(({ path }) => path)).to.have.members(failed);
      await pair.agent.ok('policies', 'modify', String(pair.creation), '--partial=fail');
      const refused = await runPolicy(pair.agent, pair.creation);
      expect(refused.code).to.equal(1);
      expect(refused.job?.failed_entries?.map(({ path }) => path)).to.have.members(failed);
    });

    it('is lacking in every copy also when it is new, until it can be read', async () => {
      const { pair, source, target } = await pushed('new-unreadable-file');
      hide(writtenTo(join(source, 'folder/new'), 'not for all'));
      hide(writtenTo(join(source, 'folder/other'), 'nor this'));
      rmSync(join(source, 'folder/file-7'));
      const repository = agents.scratch('lacking');
      mkdirSync(repository);
      const { agent } = pair;
      await agent.ok(
        'accounts',
        'create',
        'DIRECTORY',
        '--name=lacking',
        `--uri=file://${repository}`,
      );
      const backup = await createPolicy(agent, 'REPEAT_COPY', {
        ...repeatCopy({ account: 'local', path: source }, { account: 'lacking', path: '/tree' }),
        'repeat-copy-base-target-dataset-type': 'FILE_ON_OBJECT_BACKUP',
      });
      const backups = () =>
        dmJson<DatasetView[]>(agent, 'datasets', 'list', '--account-id=lacking');
      for (const change of ['first', 'second']) {
        writeFileSync(join(source, 'large'), change);
        expect((await runPolicy(agent, pair.creation)).code).to.equal(6);
        for (const policy of [pair.copy, backup]) {
          const copied = await runPolicy(agent, policy);
          expect(copied.code).to.equal(6);
          expect(copied.job?.partial).to.equal(true);
          expect(copied.job?.failed_entries?.map(({ path }) => path)).to.deep.equal(['folder']);
        }
        expect(readdirSync(join(target, 'folder'))).to.have.length(9);
        const [at, there] = [await listDatasets(agents.agent('beta'), target), await backups()];
        for (const dataset of [at.at(-1), there.at(-1)]) {
          expect(dataset).to.include({ dataset_state: 'COMPLETE_PARTIAL', exceptions: 1 });
          expect(dataset).to.include({ content_digest: 'full' });
        }
      }
      const restored = agents.root('alpha', 'restored');
      const newest = String((await backups()).at(-1)?.id);
      const restore = await agent.run('restore', 'lacking', newest, `--to=${restored}`);
      expect(restore.code, restore.stdout + restore.stderr).to.equal(6);
      // Who asks for something else in that directory has all of it.
      const part = ['restore', 'lacking', newest, 'folder/file-1', `--to=${restored}-part`];
      const whole = await agent.run(...part);
      expect(whole.code, whole.stderr).to.equal(0);

      show(join(source, 'folder/new'));
      show(join(source, 'folder/other'));
      await pair.sync();
      expect(differences(source, target)).to.deep.equal([]);
      const [cured] = (await listDatasets(agents.agent('beta'), target)).slice(-1);
      expect(cured).to.include({ dataset_state: 'COMPLETE', exceptions: 0 });
      await mustRun(agent, backup);
    });

    it('fails the copy when partial is not allowed, and the target stays', async () => {
      const { pair, source, target } = await pushed('must-be-whole');
      hide(join(source, 'folder/file-0'));
      writeFileSync(join(source, 'folder/file-1'), 'changed');
      expect((await runPolicy(pair.agent, pair.creation)).code).to.equal(6);
      await pair.agent.ok('policies', 'modify', String(pair.copy), '--partial=fail');
      const { code, job } = await runPolicy(pair.agent, pair.copy);
      expect(code).to.equal(1);
      expect(job).to.include({ state: 'failed', error_code: 'partial' });
      expect(readFileSync(join(target, 'folder/file-1')).equals(noise(20_000, 1))).to.equal(true);
      expect(await listDatasets(agents.agent('beta'), target)).to.have.length(1);
    });
  });

  describe('a target that was changed by hand', () => {
    const damage = (target: string) => {
      writeFileSync(join(target, 'folder/file-1'), 'by hand');
      rmSync(join(target, 'folder/file-2'));
      writeFileSync(join(target, 'folder/extra'), 'not from the source');
      chmodSync(join(target, 'folder/file-5'), 0o777);
      renameSync(join(target, 'folder/file-6'), join(target, 'file-6'));
    };

    it('is not taken for done when it was deleted, and comes back with the next dataset', async () => {
      const { pair, source, target } = await pushed('deleted-target');
      rmSync(target, { recursive: true });
      const idle = await runPolicy(pair.agent, pair.copy);
      expect(idle.code).to.equal(1);
      expect(idle.job).to.include({ state: 'failed', error_code: 'target_drifted' });
      mkdirSync(target);
      expect((await runPolicy(pair.agent, pair.copy)).code).to.equal(1);
      await pair.sync();
      expect(differences(source, target)).to.deep.equal([]);
      expect((await runPolicy(pair.agent, pair.copy)).code).to.equal(0);
    });

    it('takes no datasets of its own, and copies go on', async () => {
      const { pair, source, target } = await pushed('dataset-of-a-copy');
      const other = await CopyPair.create(
        agents.agent('beta'),
        { account: 'local', path: target },
        { account: 'local', path: agents.root('beta', 'copy-of-a-copy') },
      );
      const { code, job } = await runPolicy(other.agent, other.creation);
      expect(code).to.equal(1);
      expect(job?.error_code).to.equal('in_use');
      expect(job?.error_message).to.contain('dm targets release');
      writeFileSync(join(source, 'large'), 'changed');
      await pair.sync();
      expect(differences(source, target)).to.deep.equal([]);
    });

    it('is repaired, and kept as a dataset before', async () => {
      const { pair, source, target } = await pushed('drift');
      damage(target);
      writeFileSync(join(source, 'folder/file-0'), 'changed');
      const job = await pair.sync();
      expect(differences(source, target)).to.deep.equal([]);
      expect(job.statistics.repaired).to.be.greaterThan(0);
      const names = (await listDatasets(agents.agent('beta'), target)).map(({ name }) => name);
      expect(
        names.some((name) => name.includes('pre-repair')),
        names.join(),
      ).to.equal(true);
    });

    it('is refused when the policy says so', async () => {
      const { pair, source, target } = await pushed('drift-refused', {
        'repeat-copy-on-drift': 'fail',
      });
      damage(target);
      writeFileSync(join(source, 'folder/file-1'), 'changed');
      await mustRun(pair.agent, pair.creation);
      const { code, job } = await runPolicy(pair.agent, pair.copy);
      expect(code).to.equal(1);
      expect(job?.error_code).to.equal('target_drifted');
      expect(readFileSync(join(target, 'folder/file-1'), 'utf8')).to.equal('by hand');
    });
  });

  it('a target whose dataset the source no longer knows is diverged, and untouched', async () => {
    const { pair, source, target } = await pushed('diverged');
    writeFileSync(join(source, 'large'), 'changed');
    await mustRun(pair.agent, pair.creation);
    const [first] = await listDatasets(pair.agent, source);
    await pair.agent.ok('datasets', 'delete', String(first?.id));
    const trees = agents.root('alpha', '.datamover', 'trees');
    const bookmarks = readdirSync(trees).map((tree) =>
      join(trees, tree, 'bookmarks', `${first?.dataset_global_id}.json`),
    );
    const left = bookmarks.filter((path) => existsSync(path));
    expect(left).to.have.length(1);
    for (const path of left) rmSync(path);
    const { code, job } = await runPolicy(pair.agent, pair.copy);
    expect(code).to.equal(1);
    expect(job?.error_code).to.equal('diverged');
    expect(readFileSync(join(target, 'large')).equals(noise(2_000_000, 99))).to.equal(true);
  });

  it('a run that would delete too much stops before it touches anything', async () => {
    const { pair, source, target } = await pushed('brake', { 'max-delete': '3' });
    for (let index = 0; index < 4; index++) rmSync(join(source, 'folder', `file-${index}`));
    writeFileSync(join(source, 'large'), 'changed');
    await mustRun(pair.agent, pair.creation);
    const { code, job } = await runPolicy(pair.agent, pair.copy);
    expect(code).to.equal(1);
    expect(job?.error_code).to.equal('too_many_deletes');
    expect(readdirSync(join(target, 'folder'))).to.have.length(10);
    expect(readFileSync(join(target, 'large')).length).to.equal(2_000_000);
    // Of the 12 entries at the target, not of the 8 that are left.
    await pair.agent.ok('policies', 'modify', String(pair.copy), '--max-delete=35%');
    await mustRun(pair.agent, pair.copy);
    expect(differences(source, target)).to.deep.equal([]);
  });

  it('a source that is suddenly empty is not believed until told', async () => {
    const { pair, source, target } = await pushed('suspicious');
    rmSync(join(source, 'folder'), { recursive: true });
    rmSync(join(source, 'large'));
    const { code, job } = await runPolicy(pair.agent, pair.creation);
    expect(code).to.equal(1);
    expect(job?.error_code).to.equal('source_suspicious');
    const command = `dm policies run ${pair.creation} --accept-source`;
    expect(job?.error_message).to.contain(command);
    const preview = await pair.agent.run('policies', 'preview', String(pair.creation));
    expect(preview.stderr)
      .to.match(/^dm: source_suspicious: /)
      .and.contain(command);
    await mustRun(pair.agent, pair.copy);
    expect(readdirSync(target)).to.have.members(['folder', 'large']);
    await mustRun(pair.agent, pair.creation, '--accept-source');
    await mustRun(pair.agent, pair.copy);
    expect(readdirSync(target)).to.deep.equal([]);
  });
});
