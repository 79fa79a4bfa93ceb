import { mkdirSync, writeFileSync } from 'node:fs';
import { expect } from 'chai';
import { AgentProcess } from '../support/agent-process.js';
import { TestAgents } from '../support/e2e-agents.js';
import { sharedCertificates } from '../support/e2e-certificates.js';
import {
  copyOnce,
  createPolicy,
  creation,
  listDatasets,
  mustRun,
  runPolicy,
} from '../support/e2e-policies.js';
import { makePlainTree, noise } from '../support/e2e-trees.js';
import { mountFilesystem } from '../support/filesystems.js';
import { differences } from '../support/walker.js';

describe('copies to a peer', () => {
  let agents: TestAgents;

  before(async function () {
    this.timeout(120_000);
    agents = await TestAgents.open({ agents: [{ name: 'alpha' }, { name: 'beta' }] });
  });
  after(() => agents[Symbol.asyncDispose]());

  async function dataset(path: string): Promise<number> {
    const alpha = agents.agent('alpha');
    await mustRun(alpha, await createPolicy(alpha, 'CREATION', creation('local', path)));
    return (await listDatasets(alpha, path))[0]?.id ?? 0;
  }

  it('leave plain files there when no dataset is to be kept, however the slashes of the path are written', async () => {
    const source = agents.root('alpha', 'tree');
    makePlainTree(source);
    const alpha = agents.agent('alpha');
    const to = { account: 'beta', path: `${agents.root('beta')}//plain/` };
    const flags = {
      ...copyOnce(await dataset(source), { account: 'local', path: `${source}/` }, to),
      'copy-create-dataset-on-target': false,
    };
    await mustRun(alpha, await createPolicy(alpha, 'COPY', flags));
    expect(differences(source, agents.root('beta', 'plain'))).to.deep.equal([]);
    expect(await listDatasets(agents.agent('beta'), agents.root('beta', 'plain'))).to.be.empty;
  });

  it('stop before they take what is to stay free', async function () {
    if (process.getuid?.() !== 0) this.skip();
    const small = mountFilesystem('ext4', 96);
    const source = agents.root('alpha', 'large');
    mkdirSync(source);
    for (let part = 0; part < 10; part++) writeFileSync(`${source}/${part}`, noise(10 << 20, part));
    const alpha = agents.agent('alpha');
    const gamma = await AgentProcess.start({
      name: 'gamma',
      stateDir: agents.scratch('state-gamma'),
      roots: [small.path],
      logFile: agents.scratch('gamma.log'),
      extra: ['--min-free=40'],
    });
    try {
      const from = { account: 'local', path: source };
      await dataset(source);
      await sharedCertificates.install(gamma, 'gamma');
      await alpha.ok('accounts', 'create', 'DM', '--name=gamma', `--uri=dm://${gamma.listen}`);
      const number = (await listDatasets(alpha, source))[0]?.id ?? 0;
      const flags = copyOnce(number, from, { account: 'gamma', path: `${small.path}/copy` });
      const { job } = await runPolicy(alpha, await createPolicy(alpha, 'COPY', flags));
      expect(job?.error_code).to.equal('no_space');
      expect(job?.error_message).to.contain('--min-free');
    } finally {
      await gamma.kill();
      small.unmount();
    }
  });

  it('come to a root that one agent serves: a second one does not start on it', async () => {
    const second = AgentProcess.start({
      name: 'second',
      stateDir: agents.scratch('state-second'),
      roots: [agents.root('beta')],
      logFile: agents.scratch('second.log'),
    });
    const failure = await second.then(
      () => 'it started',
      (error: Error) => error.message,
    );
    expect(failure).to.contain('state_locked').and.contain('served by another agent');
  });
});
