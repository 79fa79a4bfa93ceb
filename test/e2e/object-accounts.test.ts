import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { AgentProcess } from '../support/agent-process.js';
import { dm, dmJson } from '../support/e2e-dm.js';
import { ACCESS_ID, BUCKET, S3Server, SECRET_KEY } from '../support/s3-server/s3-server.js';
import { TempDirectory } from '../support/temp-directory.js';

const DM = fileURLToPath(new URL('../../../bin/dm.js', import.meta.url));
const SECRET = 'planted-secret-4711';
const PASSPHRASE = 'planted-passphrase-4712';

interface View {
  readonly id: string;
  readonly object: Readonly<Record<string, unknown>> | null;
}
interface Ping {
  readonly uri: string;
  readonly checks: readonly { name: string; result: string; meaning: string }[];
}

describe('object accounts', function () {
  this.timeout(120_000);
  let directory: TempDirectory;
  let agent: AgentProcess;

  before(async () => {
    directory = new TempDirectory();
    for (const name of ['root', 'store']) mkdirSync(directory.join(name));
    agent = await AgentProcess.start({
      name: 'alpha',
      stateDir: directory.join('state'),
      roots: [directory.join('root')],
      logFile: directory.join('log'),
      extra: ['--peer-access=none'],
    });
  });
  after(async () => {
    await agent?.kill('SIGTERM');
    directory[Symbol.dispose]();
  });

  const refuses = async (code: string, pattern: RegExp, ...words: string[]) => {
    const result = await dm(agent, ...words);
    expect(result.stderr)
      .to.match(new RegExp(`^dm: ${code}: `))
      .and.match(pattern);
  };
  const results = async (account: string) => {
    const { checks } = await dmJson<Ping>(agent, 'accounts', 'ping', account);
    return Object.fromEntries(checks.map(({ name, result }) => [name, result]));
  };

  it('a directory needs no certificates, and ping proves what it can and cannot do', async () => {
    const uri = `--uri=file://${directory.join('store')}`;
    const { id } = await dmJson<View>(agent, 'accounts', 'create', 'DIRECTORY', '--name=disk', uri);
    expect(id).to.match(/^[0-9a-f]{48}$/);
    expect(await results('disk')).to.deep.equal({
      list: 'ok',
      clock: 'ok',
      put: 'ok',
      'conditional put': 'ok',
      'ranged get': 'ok',
      multipart: 'ok',
      versions: 'missing',
      lock: 'missing',
      delete: 'ok',
    });
    expect(readdirSync(directory.join('store'))).to.deep.equal([]);
    const { stdout } = await dm(agent, 'accounts', 'ping', 'disk');
    expect(stdout).to.contain('a directory keeps no versions').and.contain('no object lock');
    expect(stdout).to.not.match(/make the bucket|of the bucket/);
  });

  it('a read-only account is pinged without a write', async () => {
    await dm(agent, 'accounts', 'modify', 'disk', '--read-only=true');
    const found = await results('disk');
    expect(found).to.include({ list: 'ok', put: 'skipped', delete: 'skipped' });
    await dm(agent, 'accounts', 'modify', 'disk', '--read-only=false');
  });

  it('a directory that is not there is named, and ping fails', async () => {
    const uri = `--uri=file://${directory.join('unmounted')}`;
    await dmJson<View>(agent, 'accounts', 'create', 'DIRECTORY', '--name=unmounted', uri);
    const ping = await dm(agent, 'accounts', 'ping', 'unmounted');
    expect(ping.stderr).to.match(
      /^dm: store_unreachable: directory .*unmounted is not there; mount/,
    );
    expect(ping.code).to.equal(1);
  });

  it('a bucket is pinged with all that it can do, and what is missing is said', async () => {
    writeFileSync(directory.join('key'), SECRET_KEY, { mode: 0o600 });
    const create = async (name: string, endpoint: string, ...more: string[]) =>
      dmJson<View>(
        agent,
        ...['accounts', 'create', 'S3', `--name=${name}`, `--uri=${endpoint}/${BUCKET}/pre`],
        ...[`--access-id=${ACCESS_ID}`, `--secret-key-file=${directory.join('key')}`],
        '--allow-insecure',
        ...more,
      );
    await using full = await S3Server.open({ versioning: true, objectLock: true });
    const lock = ['--object-lock-mode=COMPLIANCE', '--object-lock-days=1'];
    await create('full', full.endpoint, ...lock);
    const all = await results('full');
    expect(new Set(Object.values(all)), JSON.stringify(all)).to.deep.equal(new Set(['ok']));

    await using bare = await S3Server.open({ conditional: false });
    await create('bare', bare.endpoint);
    const some = await results('bare');
    expect(some).to.include({ 'conditional put': 'missing', versions: 'missing', lock: 'missing' });
    expect(some).to.include({ list: 'ok', put: 'ok', 'ranged get': 'ok', multipart: 'ok' });
    expect(bare.objects.keys()).to.deep.equal(['pre/conditional-put-probe']);

    bare.fault('DeleteObjects', { kind: 'status', status: 403, code: 'AccessDenied' });
    const ping = await dm(agent, 'accounts', 'ping', 'bare');
    expect(ping.stderr).to.match(/^dm: store_refused: delete: .*AccessDenied: a right is missing/);
    expect(ping.code).to.equal(5);
    bare.faults.verify();
  });

  it('every option of a bucket is kept and shown, and no secret is', async () => {
    const file = (name: string, text: string) => {
      writeFileSync(directory.join(name), text, { mode: 0o600 });
      return directory.join(name);
    };
    const pem = '-----BEGIN CERTIFICATE-----\nMA==\n-----END CERTIFICATE-----\n';
    const words = [
      'accounts',
      'create',
      'S3',
      '--name=bucket',
      '--uri=https://object.example/bucket/pre/fix',
      '--auth-mode=CLOUD',
      '--access-id=AKIDEXAMPLE',
      `--secret-key-file=${file('secret', `${SECRET}\n`)}`,
      `--session-token-file=${file('token', 'planted-token-4713\n')}`,
      `--ca-file=${file('ca.pem', pem)}`,
      `--encryption-passphrase-file=${file('passphrase', `${PASSPHRASE}\n`)}`,
      '--region=eu-west-1',
      '--addressing=virtual',
      '--proxy-uri=http://proxy.example:3128',
      '--storage-class=STANDARD_IA',
      '--enforce-sse=true',
      '--object-lock-mode=GOVERNANCE',
      '--object-lock-days=30',
      '--as-of=2025-05-29T10:20:00+02:00',
      '--max-tasks=4',
      '--single-writer=true',
      '--accept-unsigned=true',
    ];
    await dmJson<View>(agent, ...words);
    const view = await dmJson<View>(agent, 'accounts', 'view', 'bucket');
    expect(view.object).to.deep.equal({
      access_id: 'AKIDEXAMPLE',
      credentials: 'stored',
      session_token: true,
      region: 'eu-west-1',
      addressing: 'virtual',
      own_ca: true,
      proxy_uri: 'http://proxy.example:3128',
      storage_class: 'STANDARD_IA',
      enforce_sse: true,
      allow_insecure: false,
      object_lock_mode: 'GOVERNANCE',
      object_lock_days: 30,
      encryption: 'passphrase',
      read_only: false,
      as_of: '2025-05-29T08:20:00.000Z',
      max_tasks: 4,
      single_writer: true,
      accept_unsigned: true,
    });
    const shown = [
      await dm(agent, 'accounts', 'view', 'bucket'),
      await dm(agent, 'accounts', 'list', '--format=json'),
      await dm(agent, 'accounts', 'list', '--format=csv'),
      await dm(agent, 'accounts', 'modify', 'bucket', '--max-tasks=5'),
    ].map(({ stdout, stderr }) => stdout + stderr);
    const log = readFileSync(directory.join('log'), 'utf8');
    for (const text of [...shown, log]) expect(text).to.not.match(/planted/);
  });

  it('credentials do not go along to another endpoint', async () => {
    const elsewhere = ['accounts', 'modify', 'bucket', '--uri=https://evil.example/bucket'];
    await refuses('invalid_argument', /another endpoint/, ...elsewhere);
    await dmJson(agent, 'accounts', 'modify', 'bucket', '--uri=https://object.example/other');
  });

  it('what does not fit is refused by name', async () => {
    const create = (type: string, uri: string, ...more: string[]) => [
      ...['accounts', 'create', type, '--name=odd', `--uri=${uri}`],
      ...more,
    ];
    const bucket = 'https://object.example/bucket';
    const cases: [string, RegExp, readonly string[]][] = [
      ['refused', /not encrypted/, create('S3', 'http://object.example/bucket')],
      ['invalid_argument', /must be https/, create('S3', 'https://object.example/')],
      ['invalid_argument', /must be https/, create('S3', 'https://a:b@object.example/bucket')],
      ['invalid_argument', /must be https/, create('S3', 'file:///bucket')],
      ['invalid_argument', /must be file/, create('DIRECTORY', bucket)],
      ['invalid_argument', /must be file/, create('DIRECTORY', 'file://host/path')],
      ['invalid_argument', /--region/, create('DIRECTORY', 'file:///x', '--region=r')],
      ['invalid_argument', /both --access-id/, create('S3', bucket, '--access-id=a')],
      ['invalid_argument', /both --object-lock/, create('S3', bucket, '--object-lock-days=3')],
      ['invalid_argument', /--as-of/, create('S3', bucket, '--as-of=yesterday')],
      ['invalid_argument', /--region/, create('S3', bucket, '--region=a\r\nb')],
      ['invalid_argument', /it is CLOUD/, create('S3', bucket, '--auth-mode=CERTIFICATE')],
      ['invalid_argument', /belong to DM/, create('S3', bucket, '--peer-fingerprint=ab')],
      ['invalid_argument', /not known/, create('GS', bucket)],
    ];
    for (const path of [directory.path, directory.join('state'), directory.join('state', 'x')]) {
      cases.push(['invalid_argument', /state directory/, create('DIRECTORY', `file://${path}`)]);
    }
    symlinkSync(directory.join('root'), directory.join('to-root'));
    for (const path of ['root', 'root/store', 'root/.datamover', 'to-root/store']) {
      const uri = `file://${directory.join(path)}`;
      cases.push(['invalid_argument', /the root .* lie in one another/, create('DIRECTORY', uri)]);
    }
    for (const [code, pattern, words] of cases) await refuses(code, pattern, ...words);
    const key = directory.join('short-key');
    writeFileSync(key, 'short');
    const short = create('S3', bucket, `--encryption-key-file=${key}`);
    await refuses('invalid_argument', /32 random bytes/, ...short);
  });

  it('a directory account stays outside the roots when it is modified, unless it only reads', async () => {
    const [outside, inside] = ['store', 'root/backups'].map((path) => directory.join(path));
    const words = ['accounts', 'create', 'DIRECTORY', '--name=apart', `--uri=file://${outside}`];
    await dmJson(agent, ...words);
    const modify = ['accounts', 'modify', 'apart'];
    const move = `--uri=file://${inside}`;
    await refuses('invalid_argument', /lie in one another/, ...modify, move);
    await dmJson(agent, ...modify, move, '--read-only=true');
    await refuses('invalid_argument', /lie in one another/, ...modify, '--read-only=false');
    await dmJson(agent, ...modify, '--briefcase=moved');
    expect((await dm(agent, 'accounts', 'delete', 'apart')).code).to.equal(0);
  });

  it('one that lies in a root of the next start goes on, with a warning in the log', async () => {
    const uri = `--uri=file://${directory.join('store')}`;
    await dmJson(agent, 'accounts', 'create', 'DIRECTORY', '--name=early', uri);
    await agent.kill('SIGTERM');
    await agent.start([`--root=${directory.join('store')}`]);
    const log = readFileSync(directory.join('log'), 'utf8');
    expect(log).to.match(/"account":"early".*lie in one another/);
    await dmJson(agent, 'accounts', 'ping', 'early');
    await agent.kill('SIGTERM');
    await agent.start();
    expect((await dm(agent, 'accounts', 'delete', 'early')).code).to.equal(0);
  });

  it('a secret on the command line is overwritten there and warned about', async () => {
    const silent = createServer();
    silent.listen(directory.join('silent.sock'));
    await once(silent, 'listening');
    const child = spawn(process.execPath, [
      DM,
      `--socket=${directory.join('silent.sock')}`,
      ...['accounts', 'create', 'S3', '--name=x', '--uri=https://object.example/bucket'],
      ...['--access-id=a', '--secret-key', SECRET],
    ]);
    try {
      const [warning] = await once(child.stderr, 'data');
      expect(String(warning)).to.match(/--secret-key-file=FILE.*--secret-key=-.*DM_SECRET_KEY/);
      const { stdout } = await promisify(execFile)('ps', ['-o', 'args=', '-p', `${child.pid}`]);
      expect(stdout).to.not.contain(SECRET);
      const commandLine = readFileSync(`/proc/${child.pid}/cmdline`, 'utf8');
      expect(commandLine).to.match(/^dm /).and.not.contain(SECRET);
    } finally {
      child.kill('SIGKILL');
      silent.close();
    }
  });
});
