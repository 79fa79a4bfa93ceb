import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { TestAgents } from '../support/e2e-agents.js';
import { dm, dmAlone, dmJson } from '../support/e2e-dm.js';
import {
  copyOnce,
  createPolicy,
  creation,
  type DatasetView,
  mustRun,
  repeatCopy,
  tryCreatePolicy,
} from '../support/e2e-policies.js';
import { makeOddTree, noise } from '../support/e2e-trees.js';
import { until } from '../support/e2e-until.js';
import { RepositoryReader } from '../support/repository-reader.js';
import { TempDirectory } from '../support/temp-directory.js';
import { differences } from '../support/walker.js';

describe('backup to an object account', function () {
  this.timeout(120_000);
  let agents: TestAgents;
  let store: TempDirectory;

  before(async () => {
    store = new TempDirectory();
    agents = await TestAgents.open({ agents: [{ name: 'alpha' }, { name: 'beta' }] });
    const uri = `--uri=file://${store.path}`;
    await dmJson(agents.agent('alpha'), 'accounts', 'create', 'DIRECTORY', '--name=disk', uri);
  });
  after(async () => {
    await agents?.[Symbol.asyncDispose]();
    store[Symbol.dispose]();
  });

  const backupOf = (account: string, path: string, to: string, target = 'disk') => ({
    'repeat-copy-source-base-path': path,
    'repeat-copy-base-source-account-id': account,
    'repeat-copy-base-target-account-id': target,
    'repeat-copy-base-target-base-path': to,
    'repeat-copy-base-target-dataset-type': 'FILE_ON_OBJECT_BACKUP',
  });

  it('takes a tree to a directory', async () => {
    const alpha = agents.agent('alpha');
    const root = agents.root('alpha', 'source');
    mkdirSync(root);
    await makeOddTree(root);
    const make = await createPolicy(alpha, 'CREATION', creation('local', root));
    const backup = await createPolicy(
      alpha,
      'REPEAT_COPY',
      backupOf('local', root, 'nightly/source'),
    );
    await mustRun(alpha, make);
    const job = await mustRun(alpha, backup);
    expect(job.type).to.equal('DATASET_BASELINE_COPY_JOB');
    const there = await dmJson<DatasetView[]>(alpha, 'datasets', 'list', '--account-id=disk');
    const here = await dmJson<DatasetView[]>(alpha, 'datasets', 'list');
    expect(there.map(({ root_digest }) => root_digest)).to.deep.equal(
      here.map(({ root_digest }) => root_digest),
    );
    expect(there[0]).to.include({ id: 1, dataset_base_path: 'nightly/source' });
  });

  it('is browsed, and downloaded from', async () => {
    const alpha = agents.agent('alpha');
    const at = 'connect-account disk; connect-dataset 1';
    const into = agents.scratch('downloaded');
    mkdirSync(into);
    const commands = `${at}; ls; cd links; stat one; download other ${into}; download one ${into}/one`;
    const { code, stdout, stderr } = await dm(alpha, 'browse', '-c', commands);
    expect(stderr).to.equal('');
    expect(code).to.equal(0);
    expect(stdout).to.match(/^links +\[dir\]$/m);
    expect(stdout).to.match(/nlink.*3/);
    expect(readFileSync(`${into}/other/two`, 'utf8')).to.equal('three names\n');
    expect(readFileSync(`${into}/one`, 'utf8')).to.equal('three names\n');
  });

  it('is restored, whole and by subpath, with all metadata', async () => {
    const alpha = agents.agent('alpha');
    const source = agents.root('alpha', 'source');
    const restore = (name: string, more: Record<string, string>) =>
      createPolicy(alpha, 'COPY', {
        'copy-dataset-id': '1',
        'copy-source-base-path': 'nightly/source',
        'copy-create-dataset-on-target': 'false',
        'copy-base-source-account-id': 'disk',
        'copy-base-target-account-id': 'local',
        'copy-base-target-base-path': agents.root('alpha', name),
        'copy-base-target-dataset-type': 'FILE',
        ...more,
      });
    await mustRun(alpha, await restore('restored', {}));
    expect(differences(source, agents.root('alpha', 'restored'))).to.deep.equal([]);
    await mustRun(alpha, await restore('part', { 'copy-source-subpaths': 'metadata' }));
    expect(
      differences(`${source}/metadata`, `${agents.root('alpha', 'part')}/metadata`),
    ).to.deep.equal([]);
  });

  it('is printed as a tree', async () => {
    const alpha = agents.agent('alpha');
    const words = ['--account-id=disk', '--target-type=backup', '--basepath=nightly/source'];
    const { code, stdout, stderr } = await dm(alpha, 'object', 'list', ...words);
    expect(stderr).to.equal('');
    expect(code).to.equal(0);
    const tree = JSON.parse(stdout) as TreeNode;
    expect(tree).to.include({ name: 'nightly/source', type: 'directory' });
    expect(tree.gfid).to.match(/^[0-9A-F]{36}1$/);
    const links = tree.subdir?.find(({ name }) => name === 'links');
    expect(links?.subdir?.map(({ name }) => name)).to.deep.equal(['long', 'one', 'other']);
    expect(links?.subdir?.[1]).to.include({ size: '12 bytes', type: 'file' });
  });

  it('is verified, and a damaged pack is found', async () => {
    const alpha = agents.agent('alpha');
    const verify = () => dm(alpha, 'datasets', 'verify', '1', '--account-id=disk');
    expect((await verify()).code).to.equal(0);
    const quick = await dm(alpha, 'datasets', 'verify', '1', '--account-id=disk', '--quick');
    expect(quick.stdout).to.match(/files, 0 bytes read, 0 bad|files, 0 B read, 0 bad/);
    expect((await dm(alpha, 'datasets', 'verify', '1', '--quick')).stderr).to.match(
      /not_supported/,
    );
    const packs = `${store.path}/nightly/source/packs/data`;
    const pack = `${packs}/${readdirSync(packs)[0]}`;
    const bytes = readFileSync(pack);
    const damaged = Buffer.from(bytes);
    damaged[40] = (bytes[40] ?? 0) ^ 1;
    writeFileSync(pack, damaged);
    const found = await verify();
    expect(found.code).to.equal(1);
    expect(found.stdout).to.match(/corrupt/);
    const local = await dmJson<{ segments_bad: number; segments_repaired: number }[]>(
      alpha,
      ...['object', 'repair', '--account-id=disk', '--base-path=nightly/source'],
      '--from-account=local',
    );
    expect(local[0]?.segments_repaired).to.equal(local[0]?.segments_bad);
    expect(local[0]?.segments_bad).to.be.greaterThan(0);
    expect((await verify()).code).to.equal(0);
  });

  it('is exported without an agent', async () => {
    const into = agents.scratch('exported');
    mkdirSync(into);
    const { code, stdout, stderr } = await dmAlone(
      ...['object', 'export', '--type=DIRECTORY', `--uri=file://${store.path}`],
      ...['--basepath=nightly/source', `--to=${into}`],
    );
    expect(stderr).to.equal('');
    expect(code).to.equal(0);
    expect(stdout).to.contain('links/one');
    expect(readFileSync(`${into}/source/links/one`, 'utf8')).to.equal('three names\n');
    const before = readdirSync(join(agents.root('alpha', 'source'), 'times')).sort();
    expect(readdirSync(join(into, 'source/times')).sort()).to.deep.equal(before);
    if (process.getuid?.() !== 0) return;
    const lost = differences(agents.root('alpha', 'source'), join(into, 'source'), {
      holes: false,
    });
    // Names of one file come as files of their own.
    expect(lost.filter((one) => !one.includes(': links '))).to.deep.equal([]);
  });

  it('is restored by one command', async () => {
    const alpha = agents.agent('alpha');
    const to = agents.root('alpha', 'by-command');
    const { code, stdout, stderr } = await dm(
      alpha,
      'restore',
      'disk',
      '1',
      'links',
      'times',
      `--to=${to}`,
    );
    expect(stderr).to.equal('');
    expect(code).to.equal(0);
    expect(stdout).to.match(/^policy \d+ \(restore-1-/);
    const source = agents.root('alpha', 'source');
    expect(differences(`${source}/times`, `${to}/times`)).to.deep.equal([]);
    expect(readFileSync(`${to}/links/one`, 'utf8')).to.equal('three names\n');
  });

  it('takes a tree of another host, increments too, and signs what it writes', async () => {
    const alpha = agents.agent('alpha');
    const root = agents.root('beta', 'far');
    mkdirSync(root);
    writeFileSync(join(root, 'one'), noise(3_000_000, 7));
    const make = await createPolicy(alpha, 'CREATION', creation('beta', root));
    const backup = await createPolicy(alpha, 'REPEAT_COPY', backupOf('beta', root, 'from beta'));
    await mustRun(alpha, make);
    await mustRun(alpha, backup);
    writeFileSync(join(root, 'two'), 'second');
    await mustRun(alpha, make);
    const job = await mustRun(alpha, backup);
    expect(job.type).to.equal('DATASET_INCREMENTAL_COPY_JOB');
    expect(job.statistics.bytes_sent).to.be.lessThan(100_000);
    const reader = new RepositoryReader(store.path, 'from beta');
    const [, record] = reader.records();
    if (record === undefined) throw new Error('there is no second dataset');
    const files = await reader.files(record);
    expect([...files.keys()].sort()).to.deep.equal(['one', 'two']);
    expect(files.get('one')?.equals(readFileSync(join(root, 'one')))).to.equal(true);
    const there = await dmJson<SignedView[]>(alpha, 'datasets', 'list', '--account-id=disk');
    for (const { signed_by } of there) expect(signed_by).to.match(/^(spki:)?[0-9a-f]{64}$/);
  });

  it('tells what differs between two datasets, and the versions of a path', async () => {
    const alpha = agents.agent('alpha');
    const all = await dmJson<DatasetView[]>(alpha, 'datasets', 'list', '--account-id=disk');
    const [first, second] = all.filter(({ dataset_base_path: base }) => base === 'from beta');
    const at = '--account-id=disk';
    const words = ['diff', String(first?.id), String(second?.id), at];
    const changes = await dmJson<{ change: string; path: string }[]>(alpha, ...words);
    expect(changes.map(({ change, path }) => `${change} ${path}`)).to.deep.equal([
      'changed .',
      'added two',
    ]);
    const versions = (path: string) =>
      dmJson<{ dataset_id: number; changed: boolean }[]>(
        alpha,
        'versions',
        `disk:from beta/${path}`,
      );
    const [one, again] = await versions('one');
    expect([one?.changed, again?.changed]).to.deep.equal([true, false]);
    expect((await versions('two')).map(({ dataset_id }) => dataset_id)).to.deep.equal([second?.id]);
    for (const path of ['from beta/nosuch', 'no such base']) {
      const none = await alpha.run('versions', `disk:${path}`);
      expect(none.code).to.equal(3);
      expect(none.stderr).to.include(`no dataset of account "disk" has ${path}`);
    }
  });

  it('backs up one dataset once, and refuses what an object account cannot do', async () => {
    const alpha = agents.agent('alpha');
    const [dataset] = await dmJson<DatasetView[]>(alpha, 'datasets', 'list');
    if (dataset === undefined) throw new Error('there is no dataset');
    const from = { account: 'local', path: dataset.dataset_base_path };
    const copy = {
      ...copyOnce(dataset.id, from, { account: 'disk', path: 'once' }),
      'copy-base-target-dataset-type': 'FILE_ON_OBJECT_BACKUP',
    };
    await mustRun(alpha, await createPolicy(alpha, 'COPY', copy));
    expect(new RepositoryReader(store.path, 'once').records().length).to.equal(1);
    const refusals = [
      tryCreatePolicy(alpha, 'CREATION', creation('disk', '/x')),
      tryCreatePolicy(alpha, 'REPEAT_COPY', repeatCopy(from, { account: 'disk', path: 'x' })),
      tryCreatePolicy(alpha, 'REPEAT_COPY', backupOf('local', from.path, '/x', 'beta')),
    ];
    for (const { stderr } of await Promise.all(refusals)) {
      expect(stderr).to.match(/^dm: invalid_argument: .*object account/);
    }
  });

  it('goes on to a peer, to a tree here and to another base path, by increments too', async () => {
    const alpha = agents.agent('alpha');
    const source = agents.root('beta', 'far');
    const from = { account: 'disk', path: 'from beta' };
    const toTree = repeatCopy(from, { account: 'local', path: agents.root('alpha', 'near') });
    const toPeer = repeatCopy(from, { account: 'beta', path: agents.root('beta', 'back') });
    const toObject = {
      ...repeatCopy(from, { account: 'disk', path: 'mirror' }),
      'repeat-copy-base-target-dataset-type': 'FILE_ON_OBJECT_BACKUP',
    };
    const policies: number[] = [];
    for (const flags of [toTree, toPeer, toObject]) {
      policies.push(await createPolicy(alpha, 'REPEAT_COPY', flags));
    }
    for (const policy of policies) await mustRun(alpha, policy);
    expect(differences(source, agents.root('alpha', 'near'))).to.deep.equal([]);
    expect(differences(source, agents.root('beta', 'back'))).to.deep.equal([]);
    writeFileSync(join(source, 'three'), 'third');
    await mustRun(alpha, await createPolicy(alpha, 'CREATION', creation('beta', source)));
    await mustRun(
      alpha,
      await createPolicy(alpha, 'REPEAT_COPY', backupOf('beta', source, 'from beta')),
    );
    for (const policy of policies) {
      const job = await mustRun(alpha, policy);
      expect(job.type).to.equal('DATASET_INCREMENTAL_COPY_JOB');
    }
    expect(differences(source, agents.root('alpha', 'near'))).to.deep.equal([]);
    expect(differences(source, agents.root('beta', 'back'))).to.deep.equal([]);
    const mirrored = new RepositoryReader(store.path, 'mirror');
    const newest = mirrored.records().at(-1);
    if (newest === undefined) throw new Error('nothing was mirrored');
    expect([...(await mirrored.files(newest)).keys()].sort()).to.deep.equal([
      'one',
      'three',
      'two',
    ]);
  });

  it('is deleted by number, and the others stay', async () => {
    const alpha = agents.agent('alpha');
    const list = () => dmJson<DatasetView[]>(alpha, 'datasets', 'list', '--account-id=disk');
    const before = await list();
    const gone = before.find(({ dataset_base_path: base }) => base === 'once')?.id;
    const remove = () => dm(alpha, 'datasets', 'delete', String(gone), '--account-id=disk');
    expect((await remove()).stderr).to.equal('');
    expect((await list()).map(({ id }) => id)).to.deep.equal(
      before.map(({ id }) => id).filter((id) => id !== gone),
    );
    expect((await remove()).code).to.equal(3);
  });

  it('gives back the room of what was deleted, and only where it may', async () => {
    const alpha = agents.agent('alpha');
    const prune = (...words: string[]) =>
      dmJson<{ bytes_freed: number; bytes_young: number }[]>(alpha, 'object', 'prune', ...words);
    const at = ['--account-id=disk', '--base-path=once'];
    const [young] = await prune(...at, '--dry-run');
    expect(young).to.include({ bytes_freed: 0 });
    expect(young?.bytes_young).to.be.greaterThan(0);
    const [freed] = await prune(...at, '--grace=0s', '--leftover-age=0s');
    expect(freed?.bytes_freed).to.equal(young?.bytes_young);
    expect((await prune('--account-id=disk')).length).to.equal(4);
    const only = ['accounts', 'create', 'DIRECTORY', '--name=only-look', '--read-only=true'];
    await dmJson(alpha, ...only, `--uri=file://${store.path}`);
    const refused = await dm(alpha, 'object', 'prune', '--account-id=only-look');
    expect(refused.code).to.equal(5);
    expect(refused.stderr).to.match(/^dm: store_refused: .*--read-only.*--dry-run/);
    const look = ['--account-id=only-look', '--base-path=once', '--dry-run'];
    expect((await prune(...look)).length).to.equal(1);
    const repair = await dm(alpha, 'object', 'repair', '--account-id=only-look');
    expect(repair.stderr).to.match(/^dm: store_refused: .*datasets verify/);
    expect(repair.stderr).to.not.contain('--dry-run');
  });

  it('goes on after the agent was killed, and sends nothing twice', async () => {
    const alpha = agents.agent('alpha');
    const root = agents.root('alpha', 'large');
    mkdirSync(root);
    const size = 80_000_000;
    for (let i = 0; i < 40; i++) writeFileSync(join(root, `${i}`), noise(size / 40, 100 + i));
    const make = await createPolicy(alpha, 'CREATION', creation('local', root));
    const backup = await createPolicy(alpha, 'REPEAT_COPY', backupOf('local', root, 'killed'));
    await mustRun(alpha, make);
    const packs = join(store.path, 'killed', 'packs', 'data');
    const sent = () =>
      existsSync(packs) ? readdirSync(packs).filter((name) => /^[0-9a-f]{32}$/.test(name)) : [];
    await dm(alpha, 'policies', 'run', String(backup));
    await until('two packs are sent', () => sent().length >= 2);
    await alpha.kill();
    const before = sent();
    await alpha.start();
    await mustRun(alpha, backup);
    const reader = new RepositoryReader(store.path, 'killed');
    const records = reader.records();
    expect(records.length).to.equal(1);
    const [record] = records;
    if (record === undefined) throw new Error('there is no dataset');
    expect(sent()).to.include.members(before);
    // Packs that were under way are sent again; those that had come are used.
    expect(reader.storedBytes('data')).to.be.lessThan(size * 1.02 + 5 * 17_000_000);
    const files = await reader.files(record);
    for (let i = 0; i < 40; i++) {
      expect(files.get(`${i}`)?.equals(noise(size / 40, 100 + i)), `file ${i}`).to.equal(true);
    }
  });

  it('opens an encrypted backup with every secret that was added', async () => {
    const alpha = agents.agent('alpha');
    const [first, second] = ['first secret', 'second secret'].map((text) => {
      const path = agents.root('alpha', `${text}.txt`);
      writeFileSync(path, `${text}\n`);
      return path;
    });
    const uri = `--uri=file://${store.path}`;
    const phrase = `--encryption-passphrase-file=${first}`;
    await dmJson(alpha, 'accounts', 'create', 'DIRECTORY', '--name=secret', uri, phrase);
    const root = agents.root('alpha', 'source');
    const to = backupOf('local', root, 'sealed', 'secret');
    const backup = await createPolicy(alpha, 'REPEAT_COPY', to);
    await mustRun(alpha, backup);
    const rekey = (...words: string[]) =>
      dmJson<KeyView[]>(
        alpha,
        ...['object', 'rekey', '--account-id=secret', '--basepath=sealed', ...words],
      );
    const [own, added] = await rekey(`--add-passphrase-file=${second}`);
    expect([own?.opens_for_account, added?.opens_for_account]).to.deep.equal([true, false]);
    const inUse = await dm(
      alpha,
      ...['object', 'rekey', '--account-id=secret', '--basepath=sealed', `--remove=${own?.id}`],
    );
    expect(inUse.stderr).to.match(/^dm: in_use: /);
    await dm(alpha, 'accounts', 'modify', 'secret', `--encryption-passphrase-file=${second}`);
    expect((await rekey(`--remove=${own?.id}`)).map(({ id }) => id)).to.deep.equal([added?.id]);
    writeFileSync(join(root, 'later'), 'later');
    const make = await createPolicy(alpha, 'CREATION', creation('local', root));
    await mustRun(alpha, make);
    await mustRun(alpha, backup);
    await dm(alpha, 'accounts', 'modify', 'secret', `--encryption-passphrase-file=${first}`);
    const closed = await dm(alpha, 'datasets', 'list', '--account-id=secret', '--base-path=sealed');
    expect(closed.stderr).to.match(/^dm: encryption_key: /);
  });
});

interface SignedView {
  readonly signed_by: string;
}

interface KeyView {
  readonly id: string;
  readonly opens_for_account: boolean;
}

interface TreeNode {
  readonly gfid: string;
  readonly name: string;
  readonly type: string;
  readonly size?: string;
  readonly subdir?: readonly TreeNode[];
}
