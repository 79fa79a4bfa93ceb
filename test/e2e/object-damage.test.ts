import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
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
} from '../support/e2e-policies.js';
import { TempDirectory } from '../support/temp-directory.js';

describe('an object account of which a part cannot be read', function () {
  this.timeout(120_000);
  let agents: TestAgents;
  let store: TempDirectory;
  let root: string;

  before(async () => {
    store = new TempDirectory();
    agents = await TestAgents.open({ agents: [{ name: 'alpha' }] });
    const alpha = agents.agent('alpha');
    for (const name of ['k1', 'k2']) {
      const secret = agents.scratch(name);
      writeFileSync(secret, `the passphrase of ${name}\n`);
      await dmJson(
        alpha,
        ...['accounts', 'create', 'DIRECTORY', `--name=${name}`, `--uri=file://${store.path}`],
        `--encryption-passphrase-file=${secret}`,
      );
    }
    root = agents.root('alpha', 'source');
    mkdirSync(root);
    writeFileSync(join(root, 'file'), 'content');
    await mustRun(alpha, await createPolicy(alpha, 'CREATION', creation('local', root)));
    await backUp('k1', 'team1');
    await backUp('k2', 'team2');
  });
  after(async () => {
    await agents?.[Symbol.asyncDispose]();
    store[Symbol.dispose]();
  });

  async function backUp(account: string, path: string): Promise<void> {
    const alpha = agents.agent('alpha');
    const newest = (await dmJson<DatasetView[]>(alpha, 'datasets', 'list')).at(-1);
    const from = { account: 'local', path: root };
    const copy = {
      ...copyOnce(newest?.id ?? 0, from, { account, path }),
      'copy-base-target-dataset-type': 'FILE_ON_OBJECT_BACKUP',
    };
    await mustRun(alpha, await createPolicy(alpha, 'COPY', copy));
  }

  /** Exit code and lines on stderr, and numbers of the datasets on stdout. */
  async function list(account: string) {
    const words = ['--format=json', 'datasets', 'list', `--account-id=${account}`];
    const { code, stdout, stderr } = await dm(agents.agent('alpha'), ...words);
    const numbers = (JSON.parse(stdout) as DatasetView[]).map(({ id }) => id);
    return { code, numbers, lines: stderr.split('\n').slice(0, -1) };
  }

  const records = () => {
    const folder = join(store.path, 'team1/datasets');
    return readdirSync(folder)
      .sort()
      .map((name) => join(folder, name));
  };

  it('shows and restores what its secret opens, and names the rest', async () => {
    const alpha = agents.agent('alpha');
    const { code, numbers, lines } = await list('k2');
    expect(code).to.equal(0);
    expect(numbers).to.deep.equal([2]);
    expect(lines).to.have.length(1);
    expect(lines[0]).to.match(/^dm: warning: encryption_key: passed over: .* backup team1\//);
    const to = agents.root('alpha', 'restored');
    const restored = await dm(alpha, 'restore', 'k1', '1', `--to=${to}`);
    expect(restored.stderr).to.equal('');
    expect(readFileSync(join(to, 'file'), 'utf8')).to.equal('content');
    expect((await dm(alpha, 'datasets', 'verify', '2', '--account-id=k2')).code).to.equal(0);
    for (const words of [
      ['restore', 'k1', '2', `--to=${agents.root('alpha', 'nothing')}`],
      ['datasets', 'delete', '2', '--account-id=k1'],
      ['datasets', 'list', '--account-id=k1', '--base-path=team2'],
    ]) {
      const refused = await dm(alpha, ...words);
      expect(refused.code).to.equal(5);
      expect(refused.stderr).to.match(/^dm: encryption_key: /);
    }
    const pruned = await dm(alpha, 'object', 'prune', '--account-id=k1', '--dry-run');
    expect(pruned.code).to.equal(0);
    expect(pruned.stderr).to.match(/^dm: warning: encryption_key: .*team2/m);
    expect(pruned.stdout).to.contain('team1').and.not.to.contain('team2');
  });

  it('shows and exports what is whole beside a damaged record, which can be deleted', async () => {
    const alpha = agents.agent('alpha');
    writeFileSync(join(root, 'file'), 'other content');
    await mustRun(alpha, await createPolicy(alpha, 'CREATION', creation('local', root)));
    await backUp('k1', 'team1');
    // The same one, whole: it is not what is deleted by the id.
    await backUp('k1', 'elsewhere');
    const [, path = ''] = records();
    const bytes = readFileSync(path);
    bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1;
    writeFileSync(path, bytes);
    const { code, numbers, lines } = await list('k1');
    expect(code).to.equal(0);
    expect(numbers).to.deep.equal([1, 4]);
    const id = path.slice(-32);
    expect(lines.join('\n')).to.match(new RegExp(`warning: corrupt: .*datasets delete ${id}`));
    const into = agents.scratch('exported');
    mkdirSync(into);
    const exported = await dmAlone(
      ...['object', 'export', '--type=DIRECTORY', `--uri=file://${store.path}`],
      ...['--basepath=team1', '--dataset=1', `--to=${into}`],
      `--encryption-passphrase-file=${agents.scratch('k1')}`,
    );
    expect(exported.code).to.equal(0);
    expect(exported.stderr).to.match(/^dm: warning: corrupt: /);
    expect(readFileSync(join(into, 'team1/file'), 'utf8')).to.equal('content');
    const versions = await dm(alpha, 'versions', 'k1:team1/file');
    expect(versions.code).to.equal(0);
    const refused = await dm(alpha, 'object', 'prune', '--account-id=k1', '--dry-run');
    expect(refused.code).to.equal(1);
    expect(refused.stderr).to.match(/corrupt: nothing of backup team1\/ was deleted/);
    expect((await dm(alpha, 'datasets', 'delete', id, '--account-id=k1')).stderr).to.equal('');
    expect(existsSync(path)).to.equal(false);
    expect((await list('k1')).numbers).to.deep.equal([1, 4]);
    expect((await dm(alpha, 'object', 'prune', '--account-id=k1', '--dry-run')).code).to.equal(0);
  });

  it('says in the table that the newest dataset is gone', async () => {
    await list('k1');
    await backUp('k1', 'team1');
    await list('k1');
    rmSync(records().at(-1) ?? '');
    const { code, stdout, stderr } = await dm(
      agents.agent('alpha'),
      ...['datasets', 'list', '--account-id=k1', '--base-path=team1'],
    );
    expect(code).to.equal(0);
    expect(stdout).to.contain('team1');
    expect(stderr).to.match(/^dm: warning: newer_dataset_missing: dataset \d+, .*team1\//);
  });

  it('lists all beside a damaged number, which a repair makes anew', async () => {
    const alpha = agents.agent('alpha');
    writeFileSync(join(store.path, 'numbers/0000000001'), 'damaged');
    expect((await list('k1')).numbers).to.contain(1);
    const at = ['--account-id=k1', '--base-path=team1'];
    const prune = await dm(alpha, 'object', 'prune', '--account-id=k1', '--dry-run');
    expect(prune.code).to.equal(0);
    expect(prune.stderr).to.contain('numbers/0000000001');
    const [made] = await dmJson<{ numbers_repaired: number }[]>(alpha, 'object', 'repair', ...at);
    expect(made?.numbers_repaired).to.equal(1);
    const to = agents.root('alpha', 'again');
    expect((await dm(alpha, 'restore', 'k1', '1', `--to=${to}`)).code).to.equal(0);
  });
});
