import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { TestAgents } from '../support/e2e-agents.js';
import { dm } from '../support/e2e-dm.js';
import { createPolicy, creation, mustRun } from '../support/e2e-policies.js';
import { until } from '../support/e2e-until.js';

describe('metrics and health over HTTP', function () {
  this.timeout(120_000);
  let agents: TestAgents;
  let base = '';

  before('start agents', async () => {
    agents = await TestAgents.open({
      agents: [{ name: 'watched', extra: ['--http=0', '--peer-access=read'] }, { name: 'other' }],
    });
    base = `http://${ready().http}`;
  });
  after('stop the agents', () => agents?.[Symbol.asyncDispose]());

  const ready = () => {
    const lines = readFileSync(agents.scratch('watched.log'), 'utf8').trim().split('\n');
    const found = lines.map((line) => JSON.parse(line) as { msg: string; http: string });
    return found.filter(({ msg }) => msg === 'ready').at(-1) ?? { http: '' };
  };
  const get = async (path: string, init?: RequestInit) => {
    const response = await fetch(base + path, init);
    return { status: response.status, body: await response.text() };
  };
  const metric = async (pattern: RegExp) => Number(pattern.exec((await get('/metrics')).body)?.[1]);

  it('are served on this host only unless a host is given', () => {
    expect(ready().http).to.match(/^127\.0\.0\.1:[1-9][0-9]*$/);
  });

  it('tell how the policies do, and whom the agent refused', async () => {
    const path = agents.root('watched', 'tree');
    mkdirSync(path);
    writeFileSync(join(path, 'file'), 'content');
    const watched = agents.agent('watched');
    await mustRun(watched, await createPolicy(watched, 'CREATION', creation('local', path)));
    expect(
      await metric(
        /^dm_dataset_newest_age_seconds\{policy="creation-[^"]*",place="local"\} (.*)$/m,
      ),
    ).to.be.within(0, 60);
    expect(
      await metric(/^dm_policy_last_success_timestamp_seconds\{policy="creation-[^"]*"\} (.*)$/m),
    ).to.be.closeTo(Date.now() / 1_000, 60);
    expect(
      await metric(/^dm_jobs_ended_total\{policy="creation-[^"]*",result="finished"\} (.*)$/m),
    ).to.equal(1);
    expect(await metric(/^dm_root_free_bytes\{root="[^"]*"\} (.*)$/m)).to.be.above(0);
    const expiry =
      /^dm_certificate_expiry_timestamp_seconds\{kind="identity",name="watched-ID"\} (.*)$/m;
    expect(await metric(expiry)).to.be.above(Date.now() / 1_000);

    const other = agents.agent('other');
    const make = await createPolicy(other, 'CREATION', creation('watched', path));
    expect((await dm(other, 'policies', 'run', String(make), '--wait')).code).to.equal(1);
    expect(await metric(/^dm_peer_refused_total\{reason="refused"\} (.*)$/m)).to.be.at.least(1);
  });

  it('say that the agent lives and can work, and nothing else', async () => {
    expect(await get('/healthz')).to.deep.equal({ status: 200, body: 'ok\n' });
    expect(await get('/readyz')).to.deep.equal({ status: 200, body: 'ready\n' });
    expect((await get('/etc/passwd')).status).to.equal(404);
    expect((await get('/metrics', { method: 'POST', body: 'x' })).status).to.equal(405);
    expect((await get('/metrics')).body).to.not.match(/PRIVATE KEY|keyPem/);
  });

  it('say that a root was moved, until it is back', async () => {
    const root = agents.root('watched');
    renameSync(root, `${root}-moved`);
    try {
      const { status, body } = await get('/readyz');
      expect(status).to.equal(503);
      expect(body).to.contain(`root ${root} was moved, unmounted or mounted over`);
    } finally {
      renameSync(`${root}-moved`, root);
    }
    expect(await get('/readyz')).to.deep.equal({ status: 200, body: 'ready\n' });
  });

  it('keep the age of the newest dataset over a restart', async () => {
    await agents.agent('watched').kill('SIGTERM');
    await agents.agent('watched').start();
    base = `http://${ready().http}`;
    expect(
      await metric(
        /^dm_dataset_newest_age_seconds\{policy="creation-[^"]*",place="local"\} (.*)$/m,
      ),
    ).to.be.within(0, 60);
  });

  it('say that the state is gone, as status and the log do, and no job claims success', async () => {
    const watched = agents.agent('watched');
    const db = join(watched.options.stateDir, 'db');
    const make = await createPolicy(
      watched,
      'CREATION',
      creation('local', agents.root('watched', 'tree')),
    );
    rmSync(db, { recursive: true });
    const { code, stderr } = await dm(watched, 'policies', 'run', String(make), '--wait');
    expect(stderr).to.match(/^dm: state_lost: state in .* is gone while the agent runs/);
    expect(code).to.equal(1);
    const { status, body } = await get('/readyz');
    expect(status).to.equal(503);
    expect(body).to.contain('state directory is gone');
    const told = await dm(watched, 'status');
    expect(told.code).to.equal(1);
    expect(told.stdout).to.contain(`state ${db}`).and.contain('is gone while the agent runs');
    await until('the log tells it', async () =>
      readFileSync(agents.scratch('watched.log'), 'utf8').includes('"code":"state_lost"'),
    );
    await watched.kill('SIGTERM');
  });
});
