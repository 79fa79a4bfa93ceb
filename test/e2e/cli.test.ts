import { execFile } from 'node:child_process';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { TestAgents } from '../support/e2e-agents.js';
import { sharedCertificates } from '../support/e2e-certificates.js';
import { dmJson } from '../support/e2e-dm.js';
import {
  createPolicy,
  creation,
  type DatasetView,
  type JobView,
  listDatasets,
  mustRun,
} from '../support/e2e-policies.js';
import { noise } from '../support/e2e-trees.js';

const DM = fileURLToPath(new URL('../../../bin/dm.js', import.meta.url));

interface Named {
  readonly id: string;
  readonly name: string;
}

const DATASET_FIELDS = [
  'id',
  'dataset_global_id',
  'name',
  'dataset_type',
  'dataset_state',
  'account_id',
  'dataset_base_path',
  'dataset_subpaths',
  'dataset_creation_time',
  'expires_at',
  'origin_system',
  'origin_base_path',
  'snapshot',
  'root_digest',
  'content_digest',
  'signed_by',
  'entries',
  'bytes',
  'locked_by',
  'warnings',
];
const JOB_FIELDS = [
  'id',
  'state',
  'type',
  'policy_id',
  'source_dataset_id',
  'target_dataset_id',
  'started_at',
  'ended_at',
  'partial',
  'retry',
  'progress',
  'statistics',
  'failed_total',
  'failed_entries',
  'warnings',
];
const STATISTICS_FIELDS = [
  'files',
  'dirs',
  'symlinks',
  'hardlinks',
  'special',
  'bytes_read',
  'bytes_sent',
  'bytes_changed',
  'deleted',
  'moved',
  'full_copies',
  'repaired',
];

/** Files of this size in the private directory of a data root: kept versions. */
function privateFiles(root: string, size: number): string[] {
  const names = readdirSync(join(root, '.datamover'), { recursive: true, encoding: 'utf8' });
  return names
    .map((name) => join(root, '.datamover', name))
    .filter((path) => lstatSync(path).isFile() && lstatSync(path).size === size);
}

describe('command line against two agents', function () {
  this.timeout(120_000);
  let agents: TestAgents;
  let source = '';
  let target = '';

  before('start two agents', async () => {
    agents = await TestAgents.open({ agents: [{ name: 'first' }, { name: 'second' }] });
    source = agents.root('first', 'Documents');
    target = agents.root('second', 'Documents.copy');
    mkdirSync(join(source, 'data/sub_dir'), { recursive: true });
    writeFileSync(join(source, 'README.txt'), 'abc\n');
    writeFileSync(join(source, 'data/sub_dir/a_file'), noise(300_000, 1));
    writeFileSync(Buffer.concat([Buffer.from(`${source}/`), Buffer.from([0x61, 0xff])]), 'bytes');
  });
  after('stop the agents', () => agents?.[Symbol.asyncDispose]());

  const dm = (...words: readonly string[]) => agents.agent('first').run(...words);
  const json = <T>(...words: readonly string[]) => dmJson<T>(agents.agent('first'), ...words);

  const expectFailure = async (code: number, name: string, ...words: readonly string[]) => {
    const result = await dm(...words);
    expect(result.stderr).to.match(new RegExp(`^dm: ${name}: [^\\n]+\\n$`));
    expect(result.code).to.equal(code);
  };

  describe('certificates', () => {
    it('are listed and viewed by name and id', async () => {
      const cas = await json<Named[]>('certificates', 'ca', 'list');
      expect(cas).to.have.length(1);
      expect(cas[0]).to.include({ name: 'test-CA', subject: 'CN=test-ca', status: 'valid' });
      const [identity] = await json<Named[]>('certificates', 'identity', 'list');
      expect(identity).to.include({ name: 'first-ID', subject: 'CN=first', issuer: 'CN=test-ca' });
      const view = await json('certificates', 'identity', 'view', identity?.id ?? '');
      expect(view).to.deep.equal(identity);
      expect(await json('certificates', 'identity', 'view', 'first-ID')).to.deep.equal(identity);
    });

    it('take a new name and description, and refuse a taken one', async () => {
      await dm('certificates', 'ca', 'modify', 'test-CA', '--description=head office');
      const view = await json<{ description: string }>('certificates', 'ca', 'view', 'test-CA');
      expect(view.description).to.equal('head office');
      const again = [`--certificate-path=${await sharedCertificates.ca()}`, '--name=test-CA'];
      await expectFailure(1, 'already_exists', 'certificates', 'ca', 'create', ...again);
    });

    it('encryption cannot be turned off', async () => {
      const words = ['certificates', 'settings', 'modify', '--enable-encryption=false'];
      const { code, stderr } = await dm(...words);
      expect(code).to.be.oneOf([1, 2, 5]);
      expect(stderr).to.contain('encryption');
    });
  });

  describe('accounts', () => {
    it('are the local one, the loopback and the peer', async () => {
      const accounts = await json<Named[]>('accounts', 'list');
      expect(accounts.map(({ name }) => name)).to.have.members([
        'DM Local Account',
        'DM Loopback Account',
        'second',
      ]);
      for (const { id } of accounts) expect(id).to.match(/^[0-9a-f]{48}$/);
    });

    it('are pinned when they are made', async () => {
      const view = await json<Record<string, string>>('accounts', 'view', 'second');
      expect(view.peer_fingerprint).to.match(/^[0-9a-f]{64}$/);
      expect(Date.parse(view.pinned_at ?? '')).to.be.closeTo(Date.now(), 600_000);
      expect(await json('accounts', 'view', view.id ?? '')).to.deep.equal(view);
    });

    it('are pinged, with versions and rights of both sides', async () => {
      const reply = await json<Record<string, unknown>>('accounts', 'ping', 'second', '--pings=2');
      expect(reply).to.include({ peer_name: 'second', protocol: 2 });
      expect(reply.local_version).to.equal(reply.peer_version);
      expect(reply.round_trip_ms).to.be.greaterThan(0);
      const rights = ['read', 'create', 'write', 'privileged'];
      expect(reply.allowed_there).to.have.members(rights);
      expect(reply.allowed_here).to.have.members(rights);
      expect(reply.roots_there).to.deep.equal([agents.root('second')]);
    });

    it('the loopback is pinged without a certificate', async () => {
      const reply = await json<Record<string, unknown>>('accounts', 'ping', 'loopback');
      expect(reply.peer_name).to.equal('first');
    });

    it('take a new uri, and only a dm:// one', async () => {
      const uri = `dm://${agents.agent('second').listen},127.0.0.1:1`;
      const changed = await json<{ uri: string }>('accounts', 'modify', 'second', `--uri=${uri}`);
      expect(changed.uri).to.equal(uri);
      await expectFailure(2, 'invalid_argument', 'accounts', 'modify', 'second', '--uri=http://x');
      expect((await dm('accounts', 'ping', 'second')).code).to.equal(0);
    });
  });

  describe('policies, jobs and datasets', () => {
    let make = 0;

    it('are made as in the walkthrough, positional', async () => {
      const created = await json<{ id: number }>(
        'policies',
        'create',
        'mk',
        'NORMAL',
        'true',
        'CREATION',
        '--creation-account-id=local',
        `--creation-base-path=${source}`,
        '--creation-dataset-retention-period=72000',
        '--creation-dataset-expiry-action=DELETE',
      );
      make = created.id;
      expect(make).to.be.a('number');
    });

    it('are made by flags', async () => {
      const { code, stdout } = await dm(
        'policies',
        'create',
        'push',
        '--priority=NORMAL',
        '--enabled=true',
        '--policy-type=REPEAT_COPY',
        `--repeat-copy-source-base-path=${source}`,
        '--repeat-copy-base-base-account-id=local',
        '--repeat-copy-base-source-account-id=local',
        '--repeat-copy-base-new-tasks-account=local',
        '--repeat-copy-base-target-account-id',
        'second',
        `--repeat-copy-base-target-base-path=${target}`,
        '--repeat-copy-base-target-dataset-type=FILE',
        '--repeat-copy-base-dataset-retention-period=12000',
        '--repeat-copy-base-dataset-reserve=10',
        '--repeat-copy-base-policy-dataset-expiry-action=DELETE',
      );
      expect(code).to.equal(0);
      expect(stdout).to.match(/^[0-9]+\n$/);
    });

    it('run by name, and at once after a change', async () => {
      const job = await mustRun(agents.agent('first'), 'mk');
      expect(job).to.include.keys(...JOB_FIELDS);
      expect(job.statistics).to.include.keys(...STATISTICS_FIELDS);
      expect(job).to.include({ state: 'finished', type: 'DATASET_CREATION_JOB', policy_id: make });
      await agents.agent('first').ok('policies', 'modify', '--run-now=true', String(make));
      const last = await json<{ job_id: number }>('policies', 'last-job', 'mk');
      expect(last.job_id).to.be.greaterThan(job.id);
      const waited = await json<JobView>('jobs', 'wait', String(last.job_id), '--timeout=60');
      expect(waited.state).to.equal('finished');
    });

    it('copy to the peer, seen from both sides', async () => {
      const job = await mustRun(agents.agent('first'), 'push');
      expect(job.type).to.equal('DATASET_BASELINE_COPY_JOB');
      const here = await listDatasets(agents.agent('first'), source);
      const there = await listDatasets(agents.agent('second'), target);
      const remote = await listDatasets(agents.agent('first'), target, 'second');
      expect(there).to.have.length(1);
      expect(remote.map(({ id }) => id)).to.deep.equal(there.map(({ id }) => id));
      expect(there[0]?.dataset_global_id).to.equal(here.at(-1)?.dataset_global_id);
      expect(there[0]?.root_digest).to.equal(here.at(-1)?.root_digest);
      expect(there[0]).to.include({ id: job.target_dataset_id, origin_base_path: source });
    });

    it('datasets have the fields of the contract', async () => {
      const [dataset] = await listDatasets(agents.agent('first'), source);
      expect(dataset).to.include.keys(...DATASET_FIELDS);
      expect(dataset).to.include({
        name: 'mk',
        dataset_state: 'COMPLETE',
        dataset_base_path: source,
        entries: 5,
      });
      const byNumber = await json('datasets', 'view', String(dataset?.id));
      const all = await json<DatasetView[]>('datasets', 'list');
      const id = dataset?.dataset_global_id ?? '';
      expect(byNumber).to.deep.equal(dataset);
      expect(await json('datasets', 'view', id)).to.deep.equal(dataset);
      expect(all.map((one) => one.dataset_global_id)).to.include(id);
    });

    it('jobs are listed, watched and have failures', async () => {
      const jobs = await json<JobView[]>('jobs', 'list');
      expect(jobs.length).to.be.at.least(3);
      const id = String(jobs[0]?.id);
      expect(await json<unknown[]>('jobs', 'failures', id)).to.deep.equal([]);
      const { code, stdout } = await dm('jobs', 'watch', id);
      expect(code).to.equal(0);
      expect(stdout).to.contain('finished');
    });

    it('verify reads a dataset here, there, and over the wire', async () => {
      const [here] = await listDatasets(agents.agent('first'), source);
      const [there] = await listDatasets(agents.agent('second'), target);
      const verify = (...words: string[]) =>
        json<Record<string, number>>('datasets', 'verify', ...words);
      const peer = [String(there?.id), '--account-id=second'];
      const reports = [
        await verify(String(here?.id)),
        await verify(...peer),
        await verify(...peer, '--from-here'),
      ];
      for (const report of reports) {
        expect(report).to.include({ done: true, bad_total: 0, bytes_done: 300_009 });
      }
    });

    it('verify names each bad path and exits 1', async () => {
      const versions = privateFiles(agents.root('first'), 300_000);
      expect(versions).to.not.deep.equal([]);
      for (const path of versions) truncateSync(path, 299_999);
      const [here] = await listDatasets(agents.agent('first'), source);
      const { code, stdout, stderr } = await dm('datasets', 'verify', String(here?.id));
      expect(code).to.equal(1);
      expect(stdout).to.contain('data/sub_dir/a_file');
      expect(stderr).to.match(/^dm: corrupt: /m);
    });

    it('deletes a dataset by its number, which is then gone', async () => {
      const before = await listDatasets(agents.agent('first'), source);
      const first = String(before[0]?.id);
      expect((await dm('datasets', 'delete', first)).code).to.equal(0);
      const after = await listDatasets(agents.agent('first'), source);
      expect(after).to.have.length(before.length - 1);
      await expectFailure(3, 'not_found', 'datasets', 'view', first);
    });

    it('targets are listed and viewed where they were received', async () => {
      const targets = await dmJson<{ path: string }[]>(agents.agent('second'), 'targets', 'list');
      expect(targets.map(({ path }) => path)).to.deep.equal([target]);
      const view = await dmJson<object>(agents.agent('second'), 'targets', 'view', target);
      expect(view).to.include({ state: 'idle', origin_base_path: source, datasets: 1 });
      expect(view).to.deep.equal(targets[0]);
    });

    it('accounts in use are not deleted', () =>
      expectFailure(1, 'in_use', 'accounts', 'delete', 'second'));

    it('lists are CSV and tables too', async () => {
      const csv = await dm('policies', 'list', '--format=csv');
      const [header, ...rows] = csv.stdout.trimEnd().split('\r\n');
      expect(header).to.match(/^id,name,policy_type,priority,enabled/);
      const [mk] = rows.filter((row) => row.includes(',mk,'));
      expect(mk).to.match(/^[0-9]+,mk,CREATION,NORMAL,true/);
      const bare = await dm('policies', 'list', '--no-header');
      expect(bare.stdout).to.contain('mk');
      expect(bare.stdout).not.to.contain('NAME');
    });
  });

  describe('browse', () => {
    const browse = (commands: string) => dm('browse', '-c', commands);

    it('lists, finds and stats a dataset of the peer', async () => {
      const [there] = await listDatasets(agents.agent('second'), target);
      const { stdout, code, stderr } = await browse(
        `connect-account second; list-datasets; connect-dataset ${there?.id}; ls; find; cd data; pwd; stat ../README.txt`,
      );
      expect(stderr).to.equal('');
      expect(code).to.equal(0);
      expect(stdout).to.match(/^data +\[dir\]$/m);
      expect(stdout).to.match(/^README\.txt +\[file\]$/m);
      expect(stdout).to.match(/^a\\xff +\[file\]$/m);
      expect(stdout).to.contain('./data/sub_dir/a_file\n');
      expect(stdout).to.contain('gstat:{');
    });

    it('downloads a directory and a file with the rights of the caller', async () => {
      const [there] = await listDatasets(agents.agent('second'), target);
      const into = agents.scratch('downloaded');
      mkdirSync(into);
      const connect = `connect-account second; connect-dataset ${there?.id}`;
      const { code, stderr } = await browse(
        `${connect}; cd data; download sub_dir ${into}; download ../README.txt ${into}/readme`,
      );
      expect(stderr).to.equal('');
      expect(code).to.equal(0);
      const copied = readFileSync(join(into, 'sub_dir/a_file'));
      expect(copied.equals(noise(300_000, 1))).to.equal(true);
      expect(readFileSync(join(into, 'readme'), 'utf8')).to.equal('abc\n');
      const again = await browse(`${connect}; download README.txt ${into}/readme`);
      expect(again.code).to.not.equal(0);
      const forced = await browse(`${connect}; download README.txt ${into}/readme --force`);
      expect(forced.code).to.equal(0);
    });

    it('works on the local account and says what is not there', async () => {
      const newest = (await listDatasets(agents.agent('first'), source)).at(-1);
      const connect = `connect-account local; connect-dataset ${newest?.id}`;
      const listing = await browse(`${connect}; ls data/sub_dir`);
      expect(listing.stdout).to.match(/^a_file +\[file\]$/m);
      const missing = await browse(`${connect}; cd nowhere`);
      expect(missing.code).to.equal(3);
      expect(missing.stderr).to.contain('nowhere');
    });
  });

  describe('exit codes', () => {
    it('2 for wrong usage', () =>
      expectFailure(2, 'usage', 'policies', 'create', 'x', '--nonsense'));
    it('2 for a name that would be an id', () =>
      expectFailure(
        2,
        'invalid_argument',
        'policies',
        'create',
        '17',
        'NORMAL',
        'true',
        'CREATION',
        `--creation-base-path=${source}`,
      ));
    it('2 for a relative base path at an agent, here and there', async () => {
      const list = ['datasets', 'list', '--base-path=docs'];
      await expectFailure(2, 'invalid_argument', ...list);
      await expectFailure(2, 'invalid_argument', ...list, '--account-id=second');
    });
    it('3 for no such object', async () => {
      await expectFailure(3, 'not_found', 'policies', 'view', 'nobody');
      await expectFailure(3, 'not_found', 'accounts', 'view', 'nobody');
      await expectFailure(3, 'not_found', 'jobs', 'view', '999999');
      await expectFailure(3, 'not_found', 'jobs', 'list', '--policy=nobody');
      await expectFailure(3, 'not_found', 'reports', 'list', '--policy=nobody');
      await expectFailure(3, 'not_found', 'datasets', 'view', '999999');
      const away = await dm('datasets', 'view', '999999', '--account-id=second');
      expect(away.stderr).to.match(/^dm: not_found: dataset 999999 .* with --account-id/);
      await expectFailure(3, 'not_found', 'targets', 'view', '/nowhere');
    });
    it('4 when no agent listens', () =>
      expectFailure(4, 'agent_unreachable', '--socket=/nowhere/agent.sock', 'jobs', 'list'));
    it('5 for a disabled policy', async () => {
      await dm('policies', 'modify', 'mk', '--enabled=false');
      await expectFailure(5, 'policy_disabled', 'policies', 'run', 'mk');
      await dm('policies', 'modify', 'mk', '--enabled=true');
    });
    it('5 for a path outside the roots', () =>
      expectFailure(
        5,
        'path_outside_roots',
        'policies',
        'create',
        'outside',
        'NORMAL',
        'true',
        'CREATION',
        '--creation-base-path=/etc',
      ));
  });

  describe('deleting', () => {
    it('policies are deleted, and their datasets stay', async () => {
      expect((await dm('policies', 'delete', 'push')).code).to.equal(0);
      await expectFailure(3, 'not_found', 'policies', 'view', 'push');
      expect(existsSync(join(target, 'README.txt'))).to.equal(true);
      expect(await listDatasets(agents.agent('second'), target)).to.have.length(1);
      expect((await dm('accounts', 'delete', 'second')).code).to.equal(0);
    });
  });

  it('takes names that are no UTF-8 as they are, and escaped', async () => {
    const first = agents.agent('first');
    const base = agents.root('first', 'bytes');
    const bash = (script: string) =>
      promisify(execFile)('bash', ['-euc', script, process.execPath, DM], {
        env: { ...process.env, DM_SOCKET: first.socket },
      });
    mkdirSync(base);
    await bash(`echo content > ${base}/$'caf\\xe9'`);
    await mustRun(first, await createPolicy(first, 'CREATION', creation('local', base)));
    const [dataset] = await listDatasets(first, base);
    for (const [to, name] of [
      ['raw', `$'caf\\xe9'`],
      ['escaped', `'caf\\xe9'`],
    ] as const) {
      const path = agents.root('first', to);
      await bash(`"$0" "$1" restore local ${dataset?.id} ${name} --to=${path}`);
      const names = readdirSync(path, { encoding: 'buffer' });
      expect(names.map((one) => one.toString('latin1'))).to.deep.equal(['caf\xe9']);
    }
  });
});
