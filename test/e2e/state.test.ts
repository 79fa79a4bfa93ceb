import { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { TestAgents } from '../support/e2e-agents.js';
import { dm, dmJson } from '../support/e2e-dm.js';
import {
  createPolicy,
  creation,
  type DatasetView,
  listDatasets,
  mustRun,
  repeatCopy,
} from '../support/e2e-policies.js';
import { plantedSecrets } from '../support/planted-secrets.js';
import { differences } from '../support/walker.js';

const PASSPHRASE = 'planted-passphrase-of-exported-state';

describe('dm state', function () {
  before(() => plantedSecrets.plant('the passphrase', PASSPHRASE, 'kept nowhere'));

  this.timeout(120_000);
  let agents: TestAgents;
  let passphrase = '';

  beforeEach('start agents', async () => {
    agents = await TestAgents.open({ agents: [{ name: 'alpha' }, { name: 'beta' }] });
    passphrase = agents.scratch('passphrase');
    writeFileSync(passphrase, `${PASSPHRASE}\n`);
    mkdirSync(agents.root('alpha', 'tree'));
    writeFileSync(agents.root('alpha', 'tree', 'file'), 'first');
  });
  afterEach('stop the agents', () => agents?.[Symbol.asyncDispose]());

  const guid = async () =>
    (await dmJson<{ id: string }[]>(agents.agent('alpha'), 'accounts', 'list'))[0]?.id;

  it('exported and imported, makes an agent that goes on where the old one was', async () => {
    const alpha = agents.agent('alpha');
    const path = agents.root('alpha', 'tree');
    const make = await createPolicy(alpha, 'CREATION', creation('local', path));
    const to = { account: 'beta', path: agents.root('beta', 'copy') };
    const push = await createPolicy(
      alpha,
      'REPEAT_COPY',
      repeatCopy({ account: 'local', path }, to),
    );
    await mustRun(alpha, make);
    await mustRun(alpha, push);
    const file = agents.scratch('alpha.state');
    const exported = await dm(alpha, 'state', 'export', file, `--passphrase-file=${passphrase}`);
    expect(exported).to.deep.equal({ code: 0, stdout: '', stderr: '' });
    expect(statSync(file).mode & 0o777).to.equal(0o600);
    expect(readFileSync(file).includes('PRIVATE KEY')).to.equal(false);
    plantedSecrets.look('exported state', readFileSync(file));
    plantedSecrets.check();
    const again = await dm(alpha, 'state', 'export', file, `--passphrase-file=${passphrase}`);
    expect(again.code).to.equal(2);
    expect(again.stderr).to.match(/^dm: usage: file \S+ exists and is never overwritten; /);

    writeFileSync(join(path, 'file'), 'made after the export');
    const later = await mustRun(alpha, make);
    const { stateDir } = alpha.options;
    const words = ['state', 'import', file, `--state-dir=${stateDir}`];
    const busy = await dm(alpha, ...words, `--passphrase-file=${passphrase}`);
    expect(busy.stderr).to.match(/^dm: already_exists: /);
    const before = await guid();
    await alpha.kill('SIGTERM');
    renameSync(join(stateDir, 'db'), join(stateDir, 'db.lost'));
    const wrong = agents.scratch('wrong');
    writeFileSync(wrong, 'another passphrase');
    const refused = await dm(alpha, ...words, `--passphrase-file=${wrong}`);
    expect(refused.stderr).to.match(/^dm: encryption_key: file \/.*passphrase is another one/);
    expect(refused.code).to.equal(5);
    expect((await dm(alpha, ...words, `--passphrase-file=${passphrase}`)).code).to.equal(0);
    await alpha.start();

    expect(await guid()).to.equal(before);
    const ids = (await listDatasets(alpha, path)).map(({ id }) => id);
    expect(ids).to.have.length(2);
    expect(ids[0]).to.equal(1);
    expect(ids[1]).to.be.above(later.source_dataset_id);
    writeFileSync(join(path, 'file'), 'made after the import');
    await mustRun(alpha, make);
    const job = await mustRun(alpha, push);
    expect(job.type).to.equal('DATASET_INCREMENTAL_COPY_JOB');
    expect(differences(path, to.path)).to.deep.equal([]);
  });

  it('rebuilt from the roots, finds their datasets and who the agent was', async () => {
    const alpha = agents.agent('alpha');
    const path = agents.root('alpha', 'tree');
    const make = await createPolicy(alpha, 'CREATION', creation('local', path));
    for (const text of ['one', 'two']) {
      writeFileSync(join(path, 'file'), text);
      await mustRun(alpha, make);
    }
    const known = (list: readonly DatasetView[]) =>
      list.map((one) => [one.id, one.dataset_global_id]);
    const [before, datasets] = [await guid(), known(await listDatasets(alpha, path))];
    await alpha.kill('SIGKILL');
    const { stateDir } = alpha.options;
    renameSync(join(stateDir, 'db'), join(stateDir, 'db.lost'));
    const words = [`--state-dir=${stateDir}`, `--root=${agents.root('alpha')}`];
    const rebuilt = await dmJson<{ guid_found: boolean; datasets: number }>(
      alpha,
      'state',
      'rebuild',
      ...words,
    );
    expect(rebuilt).to.deep.include({ guid_found: true, trees: 1, datasets: 2 });
    await alpha.start();
    expect(await guid()).to.equal(before);
    expect(known(await listDatasets(alpha, path))).to.deep.equal(datasets);
    const anew = await createPolicy(alpha, 'CREATION', creation('local', path));
    writeFileSync(join(path, 'file'), 'three');
    expect((await mustRun(alpha, anew)).source_dataset_id).to.equal(3);
  });
});
