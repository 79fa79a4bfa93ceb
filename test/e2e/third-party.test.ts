import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { expect } from 'chai';
import type { AgentProcess } from '../support/agent-process.js';
import type { DelayingProxy } from '../support/delaying-proxy.js';
import { TestAgents } from '../support/e2e-agents.js';
import { dm, dmJson } from '../support/e2e-dm.js';
import {
  copyOnce,
  createPolicy,
  creation,
  freshName,
  type JobView,
  listDatasets,
  mustRun,
  type Place,
  repeatCopy,
  runPolicy,
  tryCreatePolicy,
} from '../support/e2e-policies.js';
import { noise, patch } from '../support/e2e-trees.js';
import { makeWorkAccounts, WORKER_ACCESS } from '../support/e2e-work.js';
import { differences } from '../support/walker.js';

const TASKS = 'repeat-copy-base-new-tasks-account';

describe('work at another agent', function () {
  this.timeout(180_000);
  let agents: TestAgents;
  let asker: AgentProcess;
  /** Between everybody and the target. */
  let proxy: DelayingProxy;

  before('start four agents', async () => {
    agents = await TestAgents.open({
      agents: [
        { name: 'asker' },
        { name: 'worker', extra: [WORKER_ACCESS] },
        { name: 'source' },
        { name: 'target', extra: ['--peer-access=read,create,write'] },
        { name: 'vault', extra: ['--peer-access=none'] },
      ],
      accounts: false,
    });
    asker = agents.agent('asker');
    proxy = await makeWorkAccounts(agents);
    for (const name of ['asker', 'source', 'worker']) {
      const tree = agents.root(name, 'tree');
      mkdirSync(`${tree}/folder`, { recursive: true });
      for (let file = 0; file < 40; file++) {
        writeFileSync(`${tree}/folder/file-${file}`, noise(1_000 + 700 * file, file));
      }
      writeFileSync(`${tree}/large`, noise(4 * 1_048_576, 99));
    }
  });
  after('stop them', async () => {
    await agents?.[Symbol.asyncDispose]();
    await proxy?.[Symbol.asyncDispose]();
  });

  const place = (account: string, ...below: string[]): Place => ({
    account: account === 'asker' ? 'local' : account,
    path: agents.root(account, ...below),
  });
  const dataset = async (of: string) =>
    mustRun(
      asker,
      await createPolicy(asker, 'CREATION', creation(place(of).account, agents.root(of, 'tree'))),
    );
  const copying = (from: Place, to: Place, by = 'worker') =>
    createPolicy(asker, 'REPEAT_COPY', { ...repeatCopy(from, to), [TASKS]: by });
  const wireBytes = () => proxy.bytes.up + proxy.bytes.down;
  const logOf = (name: string) =>
    readFileSync(agents.scratch(`${name}.log`), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);

  it('copies from a third host to a fourth, as the asker sees with all figures', async () => {
    await dataset('source');
    const [from, to] = [place('source', 'tree'), place('target', 'copy')];
    const policy = await copying(from, to);
    const before = wireBytes();
    const first = await mustRun(asker, policy);
    expect(differences(from.path, to.path)).to.deep.equal([]);
    expect(first.type).to.equal('DATASET_BASELINE_COPY_JOB');
    expect(first.statistics.files).to.equal(41);
    // What came from the source and what went to the target: each is once the tree.
    const moved = wireBytes() - before;
    expect(first.statistics.bytes_sent / 2).to.be.within(0.98 * moved, 1.02 * moved);

    patch(`${from.path}/large`, 100_000, noise(50_000, 7));
    await dataset('source');
    const job = await mustRun(asker, policy);
    expect(job.type).to.equal('DATASET_INCREMENTAL_COPY_JOB');
    expect(job.statistics.bytes_changed).to.be.below(200_000);
    expect(differences(from.path, to.path)).to.deep.equal([]);
    const [, newest] = await listDatasets(agents.agent('target'), to.path);
    expect(job.target_dataset_id).to.equal(newest?.id);
    const report = await dmJson<{
      files_updated: number;
      bytes_sent: number;
      new_tasks_account: string;
    }>(asker, 'reports', 'view', String(job.id));
    expect(report.files_updated).to.equal(1);
    expect(report.bytes_sent).to.equal(job.statistics.bytes_sent);
    const { id } = await dmJson<{ id: string }>(asker, 'accounts', 'view', 'worker');
    expect(report.new_tasks_account).to.equal(id);
  });

  it('leaves nothing at the worker, which needs no rights of its own', async () => {
    const worker = agents.agent('worker');
    for (const kind of ['policies', 'jobs', 'datasets']) {
      expect(await dmJson(worker, kind, 'list'), kind).to.deep.equal([]);
    }
    const begun = logOf('worker').filter(({ msg }) => msg === 'copy for a peer begins');
    expect(begun.length).to.be.at.least(2);
    expect(begun[0]?.asker).to.match(/^peer "asker" /);
  });

  it('copies from the asker itself, and to it', async () => {
    await dataset('asker');
    await dataset('source');
    for (const [from, to] of [
      [place('asker', 'tree'), place('target', 'from-asker')],
      [place('source', 'tree'), place('asker', 'pulled')],
    ] as const) {
      const policy = await copying(from, to);
      await mustRun(asker, policy);
      writeFileSync(`${from.path}/new`, 'new');
      await dataset(from.account === 'local' ? 'asker' : 'source');
      const job = await mustRun(asker, policy);
      expect(job.type).to.equal('DATASET_INCREMENTAL_COPY_JOB');
      expect(differences(from.path, to.path)).to.deep.equal([]);
    }
  });

  it('copies from the worker itself, to it, and inside it', async () => {
    await dataset('worker');
    await dataset('source');
    for (const [from, to] of [
      [place('worker', 'tree'), place('target', 'from-worker')],
      [place('source', 'tree'), place('worker', 'pulled')],
      [place('worker', 'tree'), place('worker', 'beside')],
    ] as const) {
      await mustRun(asker, await copying(from, to));
      expect(differences(from.path, to.path)).to.deep.equal([]);
    }
  });

  it('goes on with a tree here, and back there, without a baseline', async () => {
    const [from, to] = [place('source', 'tree'), place('target', 'moving')];
    await dataset('source');
    const policy = await copying(from, to);
    await mustRun(asker, policy);
    for (const by of ['local', 'worker']) {
      await dmJson(asker, 'policies', 'modify', String(policy), `--${TASKS}=${by}`);
      writeFileSync(`${from.path}/by-${by}`, by);
      await dataset('source');
      expect((await mustRun(asker, policy)).type).to.equal('DATASET_INCREMENTAL_COPY_JOB');
      expect(differences(from.path, to.path)).to.deep.equal([]);
    }
  });

  it('brings single paths with a COPY', async () => {
    await dataset('source');
    const [newest] = (await listDatasets(asker, agents.root('source', 'tree'), 'source')).slice(-1);
    const policy = await createPolicy(asker, 'COPY', {
      ...copyOnce(newest?.id ?? 0, place('source', 'tree'), place('target', 'parts')),
      'copy-source-subpaths': ['folder/file-3', 'folder/file-4'],
      'copy-create-dataset-on-target': false,
      'copy-base-new-tasks-account': 'worker',
    });
    await mustRun(asker, policy);
    for (const name of ['file-3', 'file-4']) {
      const [there, here] = [place('target', 'parts'), place('source', 'tree')].map(({ path }) =>
        readFileSync(`${path}/folder/${name}`),
      );
      expect(there?.equals(here as Buffer)).to.equal(true);
    }
    expect(() => readFileSync(agents.root('target', 'parts', 'large'))).to.throw('ENOENT');
  });

  it('lists at the asker what could not be done', async () => {
    const tree = agents.root('source', 'special');
    mkdirSync(tree);
    writeFileSync(`${tree}/program`, 'x');
    chmodSync(`${tree}/program`, 0o4755);
    await mustRun(asker, await createPolicy(asker, 'CREATION', creation('source', tree)));
    const { code, job } = await runPolicy(
      asker,
      await copying(place('source', 'special'), place('target', 'special')),
    );
    expect(code).to.equal(6);
    expect(job?.failed_entries.map(({ path }) => path)).to.deep.equal(['program']);
  });

  it('takes the agent from a base policy', async () => {
    const words = ['--override-list=TASK_ACCOUNT_ID', '--new-tasks-account=worker'];
    const base = freshName('base');
    await dmJson(asker, 'base-policies', 'create', base, ...words);
    await dataset('source');
    const policy = await createPolicy(asker, 'REPEAT_COPY', {
      ...repeatCopy(place('source', 'tree'), place('target', 'by-base')),
      'base-policy-id': base,
    });
    const before = logOf('worker').length;
    await mustRun(asker, policy);
    const logged = logOf('worker').slice(before);
    expect(logged.some(({ msg }) => msg === 'copy for a peer has ended')).to.equal(true);
    const { stderr } = await dm(asker, 'accounts', 'delete', 'worker');
    expect(stderr).to.match(/^dm: in_use: /);
  });

  it('stands in the exported setup by name', async () => {
    await dataset('source');
    await copying(place('source', 'tree'), place('target', 'exported'));
    const { stdout } = await dm(asker, 'config', 'export');
    expect(stdout).to.match(/new-tasks-account: worker/);
    writeFileSync(agents.scratch('setup.yaml'), stdout);
    const { stdout: changes } = await dm(
      asker,
      ...['config', 'apply', '-f', agents.scratch('setup.yaml'), '--dry-run'],
    );
    expect(changes).to.not.contain('policies');
  });

  describe('with grants', () => {
    const keys = new Map<string, string>();
    const granted: { on: string; id: string }[] = [];
    const grant = async (on: string, path: string, allow: string) => {
      const words = [`--identity=spki:${keys.get('asker')}`, `--root=${path}`, `--allow=${allow}`];
      const { id } = await dmJson<{ id: string }>(agents.agent(on), 'grants', 'create', ...words);
      granted.push({ on, id });
      return id;
    };
    before(async () => {
      for (const name of ['asker', 'worker']) {
        const words = ['certificates', 'identity', 'view', `${name}-ID`];
        const view = await dmJson<{ spki_sha256: string }>(agents.agent(name), ...words);
        keys.set(name, view.spki_sha256);
      }
    });
    afterEach(async () => {
      for (const { on, id } of granted.splice(0)) {
        await dm(agents.agent(on), 'grants', 'delete', id);
        await dm(agents.agent(on), 'peer-access', 'reset');
      }
    });
    const tried = async (): Promise<JobView | null> => {
      const from = place('source', 'tree');
      const policy = await copying(from, place('target', freshName('granted')));
      return (await runPolicy(asker, policy)).job;
    };

    it('needs those of the asker at each place, and none for the worker', async () => {
      await dataset('source');
      await grant('source', agents.root('source', 'tree'), 'read');
      await grant('target', agents.root('target'), 'write');
      await grant('worker', agents.root('worker'), 'work');
      expect((await tried())?.state).to.equal('finished');
    });

    it('is refused without the right work, with the line that would allow it', async () => {
      await dataset('source');
      await grant('worker', agents.root('worker'), 'read,write');
      const job = await tried();
      expect(job?.error_code).to.equal('refused');
      expect(job?.error_message).to.match(/^worker "worker": .* may not work here/);
      const [refusal] = logOf('worker')
        .filter(({ msg }) => msg === 'peer refused')
        .slice(-1);
      expect(refusal?.allow).to.deep.equal([
        `dm grants create --identity spki:${keys.get('asker')} --root ${agents.root('worker')} --allow work`,
      ]);
    });

    it('is refused where the asker may not read, or write', async () => {
      await dataset('source');
      const id = await grant('source', agents.root('source'), 'create');
      expect((await tried())?.error_code).to.be.oneOf(['refused', 'not_found']);
      await dm(agents.agent('source'), 'grants', 'delete', id);
      await dm(agents.agent('source'), 'peer-access', 'reset');
      await grant('target', agents.root('target'), 'read');
      expect((await tried())?.error_code).to.equal('refused');
    });
  });

  describe('is refused when a policy is made', () => {
    const refusal = async (flags: Record<string, string>, on = asker) => {
      const from = on === asker ? place('source', 'tree') : { account: 'local', path: '' };
      const to = place('target', 'refused');
      const all = { ...repeatCopy(from, to), [TASKS]: 'worker', ...flags };
      const { code, stderr } = await tryCreatePolicy(on, 'REPEAT_COPY', all);
      expect(code).to.not.equal(0);
      return stderr;
    };

    it('with an object account, whose secrets stay here', async () => {
      const uri = `--uri=file://${agents.scratch('bucket')}`;
      mkdirSync(agents.scratch('bucket'));
      await dmJson(asker, 'accounts', 'create', 'DIRECTORY', '--name=bucket', uri);
      const backup = {
        'repeat-copy-base-target-account-id': 'bucket',
        'repeat-copy-base-target-base-path': 'backup',
        'repeat-copy-base-target-dataset-type': 'FILE_ON_OBJECT_BACKUP',
      };
      expect(await refusal(backup)).to.match(/secrets no other agent is given/);
      expect(await refusal({ [TASKS]: 'bucket' })).to.match(/nothing runs; name an agent/);
    });

    it('with the loopback account, with an account that is not there, at a policy of another agent', async () => {
      const loopback = {
        'repeat-copy-base-source-account-id': 'loopback',
        'repeat-copy-source-base-path': agents.root('asker', 'tree'),
      };
      expect(await refusal(loopback)).to.match(/loopback account, which no other agent can use/);
      expect(await refusal({ [TASKS]: 'nobody' })).to.match(/^dm: not_found: /);
      const elsewhere = { 'repeat-copy-base-base-account-id': 'worker' };
      expect(await refusal(elsewhere)).to.match(
        /no peer may make or see policies of another; make the policy on that agent/,
      );
    });

    it('where this agent serves no peers', async () => {
      const vault = agents.agent('vault');
      const uri = `--uri=dm://${agents.agent('worker').listen}`;
      await dmJson(vault, 'accounts', 'create', 'DM', '--name=worker', uri);
      mkdirSync(agents.root('vault', 'tree'));
      const flags = {
        'repeat-copy-source-base-path': agents.root('vault', 'tree'),
        'repeat-copy-base-target-account-id': 'worker',
      };
      expect(await refusal(flags, vault)).to.match(/--peer-access lets no peer read/);
    });
  });
});
