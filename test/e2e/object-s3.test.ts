import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { TestAgents } from '../support/e2e-agents.js';
import { dm, dmJson } from '../support/e2e-dm.js';
import { createPolicy, creation, type DatasetView, mustRun } from '../support/e2e-policies.js';
import { noise } from '../support/e2e-trees.js';
import { ACCESS_ID, BUCKET, S3Server, SECRET_KEY } from '../support/s3-server/s3-server.js';
import { TempDirectory } from '../support/temp-directory.js';
import { differences } from '../support/walker.js';

describe('backup to a bucket', function () {
  this.timeout(120_000);
  let agents: TestAgents;
  let server: S3Server;
  let directory: TempDirectory;
  let make: number;
  let backup: number;

  before(async () => {
    directory = new TempDirectory();
    server = await S3Server.open({ versioning: true, objectLock: true });
    agents = await TestAgents.open({ agents: [{ name: 'alpha' }] });
    writeFileSync(directory.join('key'), SECRET_KEY, { mode: 0o600 });
    await createAccount('bucket', '--object-lock-mode=GOVERNANCE', '--object-lock-days=1');
  });
  after(async () => {
    await agents?.[Symbol.asyncDispose]();
    await server?.[Symbol.asyncDispose]();
    directory[Symbol.dispose]();
  });

  const createAccount = (name: string, ...more: string[]) =>
    dmJson(
      agents.agent('alpha'),
      ...['accounts', 'create', 'S3', `--name=${name}`, `--uri=${server.endpoint}/${BUCKET}/pre`],
      ...[`--access-id=${ACCESS_ID}`, `--secret-key-file=${directory.join('key')}`],
      '--allow-insecure',
      ...more,
    );
  const listed = (account: string) =>
    dmJson<DatasetView[]>(agents.agent('alpha'), 'datasets', 'list', `--account-id=${account}`);

  it('is whole and numbered, whatever fails on the way, and everything of it is locked', async () => {
    const alpha = agents.agent('alpha');
    const root = agents.root('alpha', 'source');
    mkdirSync(join(root, 'folder'), { recursive: true });
    for (let index = 0; index < 40; index++) {
      writeFileSync(join(root, 'folder', `file-${index}`), noise(1_000_000, index));
    }
    make = await createPolicy(alpha, 'CREATION', creation('local', root));
    backup = await createPolicy(alpha, 'REPEAT_COPY', {
      'repeat-copy-source-base-path': root,
      'repeat-copy-base-source-account-id': 'local',
      'repeat-copy-base-target-account-id': 'bucket',
      'repeat-copy-base-target-base-path': 'nightly',
      'repeat-copy-base-target-dataset-type': 'FILE_ON_OBJECT_BACKUP',
    });
    await mustRun(alpha, make);
    const data = { key: /packs\/data/ };
    server.fault('PutObject', { kind: 'status', status: 500, code: 'InternalError' }, data);
    server.fault('PutObject', { kind: 'status', status: 503, code: 'SlowDown' }, data);
    server.fault('PutObject', { kind: 'lost-reply' }, { ...data, after: 2 });
    for (const key of [/format\.json/, /packs\/pages/, /numbers\//, /datasets\//]) {
      server.fault('PutObject', { kind: 'lost-reply' }, { key });
    }
    await mustRun(alpha, backup);
    server.faults.verify();

    const there = await listed('bucket');
    const here = await dmJson<DatasetView[]>(alpha, 'datasets', 'list');
    expect(there.map(({ id, root_digest }) => [id, root_digest])).to.deep.equal([
      [1, here[0]?.root_digest],
    ]);
    const keys = server.objects.keys();
    expect(keys.filter((key) => key.includes('/datasets/'))).to.have.length(1);
    expect(
      keys.every((key) => key.startsWith('pre/')),
      keys.join(' '),
    ).to.equal(true);
    for (const key of keys.filter((each) => !each.endsWith('conditional-put-probe'))) {
      expect(server.objects.current(key)?.retention?.mode, key).to.equal('GOVERNANCE');
    }
    expect(server.unfinishedUploads).to.equal(0);
  });

  it('goes on to be locked as long as backups are made, longer than its first lock', async () => {
    const alpha = agents.agent('alpha');
    const old = server.objects.keys().filter((key) => key.includes('/packs/'));
    // The first lock ends after 30 hours.
    for (let hours = 20; hours <= 40; hours += 20) {
      server.ageMs = hours * 3_600_000;
      writeFileSync(join(agents.root('alpha', 'source'), 'new'), `after ${hours} hours`);
      await mustRun(alpha, make);
      await mustRun(alpha, backup);
    }
    for (const key of old) {
      const hours =
        ((server.objects.current(key)?.retention?.untilMs ?? 0) - server.now()) / 3_600_000;
      expect(hours, key).to.be.at.least(23.9);
    }
    for (const dataset of await listed('bucket')) expect(dataset.warnings).to.deep.equal([]);
  });

  it('is there as of before, when somebody with its own keys has overwritten and deleted it all', async () => {
    const before = await listed('bucket');
    expect(before).to.have.length(3);
    const then = new Date(server.now() + 1_000).toISOString();
    server.ageMs += 60_000;
    const { objects } = server;
    for (const key of objects.keys()) {
      const good = objects.current(key)?.versionId ?? '';
      const body = Buffer.from('ransom');
      objects.put({ key, body, headers: {}, retention: null, ifNoneMatch: false });
      objects.delete(key, null);
      if (key.endsWith('conditional-put-probe')) continue;
      expect(() => objects.delete(key, good), key).to.throw('AccessDenied');
    }
    expect(await listed('bucket')).to.deep.equal([]);
    await createAccount('golden', `--as-of=${then}`);
    const golden = await listed('golden');
    expect(golden.map(({ id, root_digest }) => [id, root_digest])).to.deep.equal(
      before.map(({ id, root_digest }) => [id, root_digest]),
    );

    const alpha = agents.agent('alpha');
    const target = agents.root('alpha', 'restored');
    server.fault('GetObject', { kind: 'status', status: 500, code: 'InternalError' });
    server.fault('GetObject', { kind: 'reset' }, { key: /packs\/data/ });
    server.fault('GetObject', { kind: 'short' }, { key: /packs\/data/ });
    const restored = await dm(alpha, 'restore', 'golden', '3', `--to=${target}`);
    expect(restored.code, restored.stderr + restored.stdout).to.equal(0);
    server.faults.verify();
    expect(differences(agents.root('alpha', 'source'), target)).to.deep.equal([]);
    const oldest = agents.root('alpha', 'oldest');
    const restoredOldest = await dm(alpha, 'restore', 'golden', '1', `--to=${oldest}`);
    expect(restoredOldest.code, restoredOldest.stderr).to.equal(0);
    expect([
      ...new Set(
        differences(agents.root('alpha', 'source'), oldest).map((line) =>
          line.slice(0, line.indexOf(':')),
        ),
      ),
    ]).to.deep.equal(['.', 'new']);
    // The account itself shows that all is gone; one restore may look back.
    const once = agents.root('alpha', 'restored-once');
    const words = ['restore', 'bucket', '3', `--to=${once}`, `--as-of=${then}`];
    const lookedBack = await dm(alpha, ...words);
    expect(lookedBack.code, lookedBack.stderr).to.equal(0);
    expect(differences(agents.root('alpha', 'source'), once)).to.deep.equal([]);
  });

  it('is not restored with wrong bytes: the files that have them are named', async () => {
    const alpha = agents.agent('alpha');
    const always = { times: Number.POSITIVE_INFINITY, key: /packs\/data/ };
    server.fault('GetObject', { kind: 'wrong-bytes' }, always);
    const target = agents.root('alpha', 'damaged');
    const restored = await dm(alpha, 'restore', 'golden', '3', `--to=${target}`);
    expect(restored.code, restored.stdout).to.equal(6);
    server.faults.verify();
    const [job] = (await dmJson<{ id: number }[]>(alpha, 'jobs', 'list')).slice(-1);
    const failures = await dm(alpha, 'jobs', 'failures', String(job?.id));
    const missing = differences(agents.root('alpha', 'source'), target);
    expect(missing).to.not.be.empty;
    for (const line of missing) {
      expect(failures.stdout).to.contain(line.slice(0, line.indexOf(':')));
    }
    for (const path of readdirSync(target, { recursive: true, encoding: 'utf8' })) {
      const here = readFileOf(join(target, path));
      const good = readFileOf(join(agents.root('alpha', 'source'), path));
      expect(here === null || good?.equals(here), path).to.equal(true);
    }
  });
});

/** The content of a file; null for a directory. */
function readFileOf(path: string): Buffer | null {
  return statSync(path).isFile() ? readFileSync(path) : null;
}
