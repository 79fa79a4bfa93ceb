import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import type { AgentProcess } from '../support/agent-process.js';
import { TestAgents } from '../support/e2e-agents.js';
import { dmJson } from '../support/e2e-dm.js';
import { type DatasetView, mustRun } from '../support/e2e-policies.js';
import { until } from '../support/e2e-until.js';
import { ACCESS_ID, BUCKET, S3Server, SECRET_KEY } from '../support/s3-server/s3-server.js';
import { simulatedLauncher, tellTime } from '../support/simulated-time.js';
import { differences } from '../support/walker.js';

const HOUR_MS = 3_600_000;
const START = '--start-time=2022-10-12 12:00:00';
const CALM_LOOKS = 4;
const LOOKS_A_SECOND = 10;
const HOURLY = '--recurrence=0 * * * *';
const CLOUD = 'ECS Test Drive';
const KEEP_MADE = [
  '--creation-dataset-retention-period=72000',
  '--creation-dataset-expiry-action=DELETE',
];
const KEEP_COPIED = [
  '--repeat-copy-base-dataset-retention-period=12000',
  '--repeat-copy-base-dataset-reserve=10',
  '--repeat-copy-base-policy-dataset-expiry-action=DELETE',
];
const EXTENSIONS = `authorityKeyIdentifier=keyid,issuer
basicConstraints=CA:FALSE
keyUsage=digitalSignature,nonRepudiation,keyEncipherment,dataEncipherment
`;

/**
 * What runs by itself of the walkthrough: hour by hour on a clock that is set, between agents with certificates of plain openssl.
 */
describe('the steps of a backup to object storage, on their schedules', function () {
  this.timeout(300_000);
  let agents: TestAgents;
  let server: S3Server;
  let first: AgentProcess;
  let vault: AgentProcess;
  let nowMs = Math.ceil(Date.now() / HOUR_MS) * HOUR_MS;
  const source = () => agents.root('first', 'dm_source');
  const documents = () => agents.root('first', 'Documents');
  const copy = () => agents.root('second', 'Documents.copy');

  before(async () => {
    server = await S3Server.open({ versioning: true });
    const launcher = simulatedLauncher(nowMs);
    agents = await TestAgents.open({
      agents: [
        { name: 'first', launcher, certified: false },
        { name: 'second', launcher, certified: false },
        { name: 'vault', launcher, certified: false, extra: ['--peer-access=none'] },
      ],
    });
    [first, vault] = [agents.agent('first'), agents.agent('vault')];
    for (const path of [source(), documents()]) mkdirSync(path);
  });
  after(async () => {
    await agents?.[Symbol.asyncDispose]();
    await server?.[Symbol.asyncDispose]();
  });

  const create = (agent: AgentProcess, ...words: string[]) =>
    dmJson<{ id: number }>(agent, ...words);
  const datasets = async (agent: AgentProcess, account: string, path: string) =>
    dmJson<DatasetView[]>(
      agent,
      ...['datasets', 'list', `--account-id=${account}`, `--base-path=${path}`],
    );
  const isIdle = async (agent: AgentProcess) => {
    const jobs = await dmJson<{ state: string; error_message: string }[]>(agent, 'jobs', 'list');
    const failed = jobs.find(({ state }) => state === 'failed');
    expect(failed, failed?.error_message).to.equal(undefined);
    const due = await dmJson<{ next_run_at: string }[]>(agent, 'policies', 'list');
    const isDue = due.some(({ next_run_at: at }) => at !== '' && Date.parse(at) <= nowMs);
    return !isDue && jobs.every(({ state }) => state === 'finished');
  };
  const tellAll = async (timeMs: number) => {
    for (const name of ['first', 'second', 'vault']) await tellTime(agents.agent(name), timeMs);
  };
  /** Lets hours pass, each with other content at the sources, and waits for what is due then. */
  const pass = async (hours: number) => {
    nowMs += hours * HOUR_MS;
    writeFileSync(join(source(), 'README.txt'), `at ${nowMs}\n`);
    writeFileSync(join(documents(), 'plan'), `for ${nowMs}\n`);
    await tellAll(nowMs);
    // Some looks on end: one job may make the next, and a run that was asked for comes after the one that was due.
    let calm = 0;
    let looks = 0;
    await until('what is due has run', async () => {
      calm = (await isIdle(first)) && (await isIdle(vault)) ? calm + 1 : 0;
      // A request or a job that failed is tried again after seconds: these have to pass on clocks that stand still.
      if (++looks % LOOKS_A_SECOND === 0) await tellAll(nowMs + (looks / LOOKS_A_SECOND) * 1_000);
      return calm === CALM_LOOKS;
    });
  };

  it('agents trust what openssl has made', async () => {
    const folder = agents.scratch('openssl');
    mkdirSync(folder);
    writeFileSync(join(folder, 'identity.ext'), EXTENSIONS);
    const openssl = (line: string) =>
      execFileSync('openssl', line.split(' '), { cwd: folder, stdio: 'pipe' });
    openssl('genrsa -out ca.key 4096');
    openssl('req -x509 -new -nodes -key ca.key -sha256 -days 1825 -out ca.pem -subj /CN=test-ca');
    for (const name of ['first', 'second', 'vault']) {
      openssl('genrsa -out identity.key 4096');
      openssl(`req -new -key identity.key -out identity.csr -subj /CN=${name}`);
      openssl(
        'x509 -req -in identity.csr -CA ca.pem -CAkey ca.key -CAcreateserial -out identity.crt -days 825 -sha256 -extfile identity.ext',
      );
      const install = (...words: string[]) => dmJson(agents.agent(name), 'certificates', ...words);
      await install('ca', 'create', `--certificate-path=${folder}/ca.pem`, '--name=test-CA');
      await install(
        ...['identity', 'create', `--certificate-key-path=${folder}/identity.key`],
        ...[`--certificate-path=${folder}/identity.crt`, '--name=Test-ID'],
      );
      for (const [kind, of] of [
        ['ca', 'test-CA'],
        ['identity', 'Test-ID'],
      ] as const) {
        const listed = await dmJson<{ name: string }[]>(
          agents.agent(name),
          ...['certificates', kind, 'list'],
        );
        expect(listed.map((one) => one.name)).to.deep.equal([of]);
      }
    }
    await agents.account('first', 'second');
    await agents.account('vault', 'first');
  });

  it('datasets are made every hour, backed up, copied on, and pulled into a vault that serves nobody', async () => {
    await create(
      first,
      ...['accounts', 'create', 'ECS_S3', '--auth-mode=CLOUD', `--access-id=${ACCESS_ID}`],
      ...[`--secret-key=${SECRET_KEY}`, `--name=${CLOUD}`, `--uri=${server.endpoint}/${BUCKET}`],
      '--allow-insecure',
    );
    const { id: make } = await create(
      first,
      ...['policies', 'create', 'create4cloud', 'NORMAL', 'true', 'CREATION'],
      ...['--creation-account-id=local', `--creation-base-path=${source()}`, ...KEEP_MADE, START],
    );
    await create(
      first,
      ...['policies', 'create', 'Backup2ECS', '--priority=NORMAL', '--enabled=true'],
      ...['--policy-type=REPEAT_COPY', `--parent-exec-policy-id=${make}`],
      `--repeat-copy-source-base-path=${source()}`,
      ...['--repeat-copy-base-base-account-id=local', '--repeat-copy-base-source-account-id=local'],
      '--repeat-copy-base-new-tasks-account=local',
      `--repeat-copy-base-target-account-id=${CLOUD}`,
      '--repeat-copy-base-target-base-path=portableOneFS',
      '--repeat-copy-base-target-dataset-type=FILE_ON_OBJECT_BACKUP',
      ...[...KEEP_COPIED, '--start-time=2025-05-29 10:20:00'],
    );
    await create(
      first,
      ...['policies', 'create', 'local_cleanup', 'NORMAL', 'true', 'EXPIRATION'],
      ...['--expiration-account-id=local', START, HOURLY],
    );
    await dmJson(first, 'policies', 'modify', '--run-now=true', String(make));
    await dmJson(first, 'policies', 'modify', String(make), HOURLY);
    const { id: mk } = await create(
      first,
      ...['policies', 'create', 'mk', 'NORMAL', 'true', 'CREATION', '--creation-account-id=local'],
      ...[`--creation-base-path=${documents()}`, ...KEEP_MADE, HOURLY],
    );
    await create(
      first,
      ...['policies', 'create', 'push', 'NORMAL', 'true', 'REPEAT_COPY'],
      ...[`--parent-exec-policy-id=${mk}`, `--repeat-copy-source-base-path=${documents()}`],
      ...['--repeat-copy-base-source-account-id=local'],
      ...['--repeat-copy-base-target-account-id=second'],
      `--repeat-copy-base-target-base-path=${copy()}`,
      ...['--repeat-copy-base-target-dataset-type=FILE', ...KEEP_COPIED],
    );
    await pass(0);
    // The start time is past: a run is due at once, and the one that was asked for comes besides.
    const made = (await datasets(first, 'local', source())).length;
    const backedUp = (await datasets(first, CLOUD, 'portableOneFS')).length;
    expect([made, backedUp].every((count) => count === 1 || count === 2)).to.equal(true);
    for (let hour = 1; hour <= 3; hour++) {
      server.fault('PutObject', { kind: 'status', status: 503, code: 'SlowDown' });
      await pass(1);
      server.faults.verify();
      expect(await datasets(first, CLOUD, 'portableOneFS')).to.have.length(backedUp + hour);
      expect(await datasets(first, 'local', source())).to.have.length(made + hour);
      expect(await datasets(first, 'second', copy())).to.have.length(hour);
      expect(differences(documents(), copy())).to.deep.equal([]);
    }
    await create(
      vault,
      ...['policies', 'create', 'pull', 'NORMAL', 'true', 'REPEAT_COPY'],
      `--repeat-copy-source-base-path=${documents()}`,
      ...['--repeat-copy-base-source-account-id=first'],
      ...['--repeat-copy-base-target-account-id=local'],
      `--repeat-copy-base-target-base-path=${agents.root('vault', 'golden')}`,
      ...['--repeat-copy-base-target-dataset-type=FILE', ...KEEP_COPIED, '--recurrence=30 * * * *'],
    );
    await pass(0.5);
    const golden = agents.root('vault', 'golden');
    // The files have changed since the hour: the vault has what the newest dataset has.
    const [newest] = (await datasets(first, 'local', documents())).slice(-1);
    const [pulled] = (await datasets(vault, 'local', golden)).slice(-1);
    expect(pulled?.dataset_global_id).to.equal(newest?.dataset_global_id);
  });

  it('the local ones go after their 20 hours, and a run that was missed comes once', async () => {
    const local = await datasets(first, 'local', source());
    const backedUp = await datasets(first, CLOUD, 'portableOneFS');
    await pass(18.5);
    await pass(1);
    const left = await datasets(first, 'local', source());
    // All but the last of the first hours are over 20 hours old; each of the two steps has brought one.
    const gone = local.filter(({ id }) => !left.some((other) => other.id === id));
    expect(gone.length).to.be.within(local.length - 3, local.length - 1);
    expect(left).to.have.length(local.length - gone.length + 2);
    expect(await datasets(first, CLOUD, 'portableOneFS')).to.have.length(backedUp.length + 2);
  });

  it('a chosen dataset of the other is pulled once', async () => {
    const [chosen] = await datasets(vault, 'first', documents());
    const target = agents.root('vault', 'once');
    const { id } = await create(
      vault,
      ...['policies', 'create', 'once', '--priority=NORMAL', '--enabled=true'],
      ...['--policy-type=COPY', `--copy-dataset-id=${chosen?.id}`],
      ...[`--copy-source-base-path=${documents()}`, '--copy-base-source-account-id=first'],
      ...['--copy-base-target-account-id=local', `--copy-base-target-base-path=${target}`],
      '--copy-base-target-dataset-type=FILE',
    );
    await mustRun(vault, id);
    const [copied] = await datasets(vault, 'local', target);
    expect(copied?.dataset_global_id).to.equal(chosen?.dataset_global_id);
    // What does not point it at something else does not make it due again.
    await dmJson(vault, 'policies', 'modify', String(id), '--briefcase=kept');
    const view = await dmJson<{ spent: boolean }>(vault, 'policies', 'view', String(id));
    expect(view.spent).to.equal(true);
  });
});
