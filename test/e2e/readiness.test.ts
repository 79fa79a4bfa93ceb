import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { AgentProcess } from '../support/agent-process.js';
import { dm } from '../support/e2e-dm.js';
import { httpBase } from '../support/e2e-metrics.js';
import {
  createPolicy,
  creation,
  listDatasets,
  mustRun,
  runPolicy,
} from '../support/e2e-policies.js';
import { withFilesystem } from '../support/filesystems.js';
import { TempDirectory } from '../support/temp-directory.js';

describe('an agent one of whose roots becomes read-only', function () {
  this.timeout(120_000);
  const filesystem = withFilesystem('ext4', 64);
  const directory = new TempDirectory();
  let agent: AgentProcess;
  let root = '';
  let make = 0;

  before('start an agent with two roots', async () => {
    root = join(filesystem().path, 'root');
    for (const path of [root, join(root, 'tree'), directory.join('other')]) mkdirSync(path);
    agent = await AgentProcess.start({
      name: 'alpha',
      stateDir: directory.join('state'),
      roots: [directory.join('other'), root],
      logFile: directory.join('log'),
      extra: ['--http=0', '--peer-access=none'],
    });
    make = await createPolicy(agent, 'CREATION', creation('local', join(root, 'tree')));
  });
  after('stop it', async () => {
    await agent?.kill('SIGTERM');
    directory[Symbol.dispose]();
  });

  const readyz = async () => {
    const response = await fetch(`${httpBase(directory.join('log'))}/readyz`);
    return { status: response.status, body: await response.text() };
  };
  const healthz = async () => (await fetch(`${httpBase(directory.join('log'))}/healthz`)).status;
  const write = (text: string) => writeFileSync(join(root, 'tree', 'file'), text);

  it('says so, lives on and fails what would write there, and works again when it is writable', async () => {
    expect(await readyz()).to.deep.equal({ status: 200, body: 'ready\n' });
    write('one');
    await mustRun(agent, make);
    write('two');
    filesystem().setReadOnly(true);
    expect(await readyz()).to.deep.equal({ status: 503, body: `root ${root} is read-only\n` });
    expect(await healthz()).to.equal(200);
    const { code, job } = await runPolicy(agent, make);
    expect(code).to.equal(1);
    expect(job?.error_message).to.contain('mount the file system writable');
    expect((await dm(agent, 'status')).code).to.equal(1);
    expect(await listDatasets(agent, join(root, 'tree'))).to.have.length(1);

    filesystem().setReadOnly(false);
    expect(await readyz()).to.deep.equal({ status: 200, body: 'ready\n' });
    await mustRun(agent, make);
    expect(await listDatasets(agent, join(root, 'tree'))).to.have.length(2);
  });
});
