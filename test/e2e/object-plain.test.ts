import { existsSync, linkSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { TestAgents } from '../support/e2e-agents.js';
import { dm, dmJson } from '../support/e2e-dm.js';
import {
  copyOnce,
  createPolicy,
  creation,
  type DatasetView,
  mustRun,
  runPolicy,
} from '../support/e2e-policies.js';
import { makeOddTree, noise } from '../support/e2e-trees.js';
import { TempDirectory } from '../support/temp-directory.js';
import { differences } from '../support/walker.js';

describe('plain objects of an object account', function () {
  this.timeout(120_000);
  let agents: TestAgents;
  let store: TempDirectory;

  before(async () => {
    store = new TempDirectory();
    agents = await TestAgents.open({ agents: [{ name: 'alpha' }] });
    const uri = `--uri=file://${store.path}`;
    await dmJson(agents.agent('alpha'), 'accounts', 'create', 'DIRECTORY', '--name=disk', uri);
  });
  after(async () => {
    await agents?.[Symbol.asyncDispose]();
    store[Symbol.dispose]();
  });

  const tree = () => agents.root('alpha', 'source');
  const toPlain = (type: string, path = 'plain/copy') => ({
    ...copyOnce(1, { account: 'local', path: tree() }, { account: 'disk', path }),
    'copy-base-target-dataset-type': type,
  });

  it('hold a tree with odd names, a full copy, one object for each file', async () => {
    const alpha = agents.agent('alpha');
    await makeOddTree(tree());
    writeFileSync(join(tree(), 'large'), noise(10_000_000, 1));
    linkSync(join(tree(), 'large'), join(tree(), 'links/large-too'));
    mkdirSync(join(tree(), 'empty'));
    await mustRun(alpha, await createPolicy(alpha, 'CREATION', creation('local', tree())));
    const job = await mustRun(
      alpha,
      await createPolicy(alpha, 'COPY', toPlain('FILE_ON_OBJECT_COPY')),
    );
    expect(job.type).to.equal('DATASET_BASELINE_COPY_JOB');
    const there = join(store.path, 'plain/copy');
    const large = readFileSync(join(there, 'large'));
    expect(large.equals(readFileSync(join(tree(), 'large')))).to.equal(true);
    expect(existsSync(join(there, 'links/large-too'))).to.equal(false);
    const listed = await dmJson<DatasetView[]>(alpha, 'datasets', 'list', '--account-id=disk');
    expect(listed).to.have.length(1);
    expect(listed[0]).to.include({
      id: 1,
      dataset_type: 'FILE_ON_OBJECT_COPY',
      dataset_base_path: 'plain/copy',
    });
    const again = await runPolicy(alpha, await createPolicy(alpha, 'COPY', toPlain('FILE')));
    expect(again.code).to.equal(0);
    const other = await runPolicy(
      alpha,
      await createPolicy(alpha, 'COPY', {
        ...toPlain('FILE'),
        'copy-source-subpaths': 'links',
      }),
    );
    expect(other.code).to.not.equal(0);
    expect(other.stderr).to.match(/target_not_empty/);
  });

  it('are listed, browsed and downloaded', async () => {
    const alpha = agents.agent('alpha');
    const words = ['--account-id=disk', '--basepath=plain/copy'];
    const list = await dm(alpha, 'object', 'list', ...words);
    expect(list.code, list.stderr).to.equal(0);
    expect(JSON.parse(list.stdout)).to.include({ name: 'plain/copy', type: 'directory' });
    const into = agents.scratch('downloaded');
    mkdirSync(into);
    const at = 'connect-account disk; connect-dataset 1';
    const browse = await dm(alpha, 'browse', '-c', `${at}; ls; download links/large-too ${into}`);
    expect(browse.stderr).to.equal('');
    expect(browse.stdout).to.match(/^empty +\[dir\]$/m);
    const bytes = readFileSync(join(into, 'large-too'));
    expect(bytes.equals(readFileSync(join(tree(), 'large')))).to.equal(true);
    const verify = await dm(alpha, 'datasets', 'verify', '1', '--account-id=disk');
    expect(verify.code, verify.stdout).to.equal(0);
  });

  it('come back with all metadata, by a COPY and by dm restore', async () => {
    const alpha = agents.agent('alpha');
    const copied = agents.root('alpha', 'copied');
    const back = {
      ...copyOnce(1, { account: 'disk', path: 'plain/copy' }, { account: 'local', path: copied }),
      'copy-create-dataset-on-target': 'false',
    };
    await mustRun(alpha, await createPolicy(alpha, 'COPY', back));
    expect(differences(tree(), copied)).to.deep.equal([]);
    const restored = agents.root('alpha', 'restored');
    const { code, stderr } = await dm(alpha, 'restore', 'disk', '1', `--to=${restored}`);
    expect(code, stderr).to.equal(0);
    expect(differences(tree(), restored)).to.deep.equal([]);
  });

  it('are not repaired, which a repair says', async () => {
    const repair = ['object', 'repair', '--account-id=disk', '--from-account=local'];
    const all = await dm(agents.agent('alpha'), ...repair);
    expect(all.code).to.equal(0);
    expect(all.stderr).to.contain('dm: warning: the files of plain copies are not looked at');
    const named = await dm(agents.agent('alpha'), ...repair, '--base-path=plain/copy');
    expect(named.code).to.equal(1);
    expect(named.stderr).to.match(/dm: not_supported: the files of plain copies .*copy it again/);
  });

  it('go with their dataset', async () => {
    const alpha = agents.agent('alpha');
    const deleted = await dm(alpha, 'datasets', 'delete', '1', '--account-id=disk');
    expect(deleted.code, deleted.stderr).to.equal(0);
    expect(existsSync(join(store.path, 'plain/copy/large'))).to.equal(false);
    expect(await dmJson(alpha, 'datasets', 'list', '--account-id=disk')).to.deep.equal([]);
  });
});
