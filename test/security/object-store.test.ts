import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { TestAgents } from '../support/e2e-agents.js';
import { dm, dmJson } from '../support/e2e-dm.js';
import type { FaultKind } from '../support/s3-server/faults.js';
import { ACCESS_ID, BUCKET, S3Server, WORDS_OF_STORE } from '../support/s3-server/s3-server.js';
import { TempDirectory } from '../support/temp-directory.js';
import { withstands } from './withstands.js';

const DM = fileURLToPath(new URL('../../../bin/dm.js', import.meta.url));
const PLANTED = {
  secret: 'planted-secret-5901',
  token: 'planted-token-5902',
  passphrase: 'planted-passphrase-5903',
} as const;

describe('an object store that is not on our side', function () {
  this.timeout(120_000);
  let agents: TestAgents;
  let server: S3Server;
  let directory: TempDirectory;
  const outputs: string[] = [];

  before(async () => {
    directory = new TempDirectory();
    agents = await TestAgents.open({ agents: [{ name: 'alpha', certified: false }] });
    server = await S3Server.open({ sessionToken: PLANTED.token });
    await run(...creation('bucket', `${server.endpoint}/${BUCKET}`), '--allow-insecure');
  });
  after(async () => {
    await agents?.[Symbol.asyncDispose]();
    await server?.[Symbol.asyncDispose]();
    directory[Symbol.dispose]();
  });

  withstands({ agents: () => agents, name: 'alpha', honest: null });

  const run = async (...words: string[]) => {
    const result = await dm(agents.agent('alpha'), ...words);
    outputs.push(result.stdout, result.stderr);
    return result;
  };
  const secretFile = (name: keyof typeof PLANTED) => {
    const path = directory.join(name);
    writeFileSync(path, `${PLANTED[name]}\n`, { mode: 0o600 });
    return path;
  };
  const creation = (name: string, uri: string) => [
    ...['accounts', 'create', 'S3', `--name=${name}`, `--uri=${uri}`, `--access-id=${ACCESS_ID}`],
    `--secret-key-file=${secretFile('secret')}`,
    `--session-token-file=${secretFile('token')}`,
    `--encryption-passphrase-file=${secretFile('passphrase')}`,
  ];

  it('58: a redirect to another host, or to another scheme, gets no credentials', async () => {
    await using elsewhere = await S3Server.open();
    for (const location of [`${elsewhere.endpoint}/bucket/`, 'http://127.0.0.1:1/bucket/']) {
      server.fault('GetBucketVersioning', { kind: 'redirect', location });
      const ping = await run('accounts', 'ping', 'bucket');
      expect(ping.stderr).to.match(/^dm: store_refused: the store redirects to "http/);
      server.faults.verify();
    }
    expect(elsewhere.log).to.deep.equal([]);
  });

  it('60: wrong region, clock skew and an expired token are named, and what to do', async () => {
    const cases: readonly [string, RegExp][] = [
      ['AuthorizationHeaderMalformed', /correct --region/],
      ['RequestTimeTooSkewed', /set the clock of this host/],
      ['ExpiredToken', /--session-token-file/],
      ['SignatureDoesNotMatch', /correct the secret key/],
      ['InvalidAccessKeyId', /correct --access-id/],
    ];
    for (const [code, remedy] of cases) {
      const fault: FaultKind = { kind: 'status', status: 403, code };
      server.fault('GetBucketVersioning', fault);
      const ping = await run('accounts', 'ping', 'bucket');
      expect(ping.stderr)
        .to.match(/^dm: store_refused: /)
        .and.match(remedy);
      expect(ping.code).to.equal(5);
      server.faults.verify();
    }
  });

  it('59: what a store says in its own words, which repeat what was sent, gets into no message and no log', async () => {
    for (const [status, code] of [
      [403, 'AccessDenied'],
      [400, 'WordsOfItsOwn'],
      [503, 'SlowDown'],
    ] as const) {
      server.fault('ListObjectsV2', { kind: 'status', status, code });
      const { stdout, stderr } = await run('accounts', 'ping', 'bucket');
      server.faults.verify();
      if (code !== 'SlowDown') expect(stderr).to.contain(code);
      const log = readFileSync(agents.scratch('alpha.log'), 'utf8');
      expect(stdout + stderr + log, code).to.not.contain(WORDS_OF_STORE);
      expect(stdout + stderr + log, code).to.not.contain('AWS4-HMAC');
    }
  });

  it('62: a bucket without TLS is refused unless it is said to be meant', async () => {
    const refused = await run(...creation('clear', `${server.endpoint}/${BUCKET}`));
    expect(refused.stderr).to.match(/^dm: refused: .*is not encrypted.*--allow-insecure/);
    const changed = await run('accounts', 'modify', 'bucket', '--allow-insecure=false');
    expect(changed.stderr).to.match(/^dm: refused: /);
  });

  it('63: a listing without end, and one with entities, neither fill the memory nor get in', async () => {
    server.fault('ListObjectsV2', { kind: 'endless' });
    const before = memoryOf(agents.agent('alpha').pid);
    const ping = await run('accounts', 'ping', 'bucket');
    expect(ping.stderr).to.match(/list: .*never ends/);
    expect(memoryOf(agents.agent('alpha').pid) - before).to.be.below(200);
    server.fault('ListObjectsV2', { kind: 'entities' });
    const started = Date.now();
    const bomb = await run('accounts', 'ping', 'bucket');
    expect(Date.now() - started).to.be.below(30_000);
    expect(bomb.stdout + bomb.stderr).to.not.contain('lollol');
    expect(memoryOf(agents.agent('alpha').pid) - before).to.be.below(200);
    server.faults.verify();
  });

  it('59, 65: no secret is in any output, log or message, and the state is for its owner alone', async () => {
    await run('accounts', 'view', 'bucket');
    await run('accounts', 'list', '--format=json');
    await run('config', 'export');
    await run('accounts', 'ping', 'bucket', '--verbose');
    await run('accounts', 'modify', 'bucket', '--region=a b', '--verbose');
    const { stateDir, logFile } = agents.agent('alpha').options;
    outputs.push(readFileSync(logFile, 'utf8'));
    expect(outputs.length).to.be.greaterThan(20);
    for (const text of outputs) expect(text).to.not.match(/planted-/);
    const loose = readdirSync(stateDir, { recursive: true, withFileTypes: true }).filter(
      (entry) =>
        entry.isFile() && (statSync(join(entry.parentPath, entry.name)).mode & 0o077) !== 0,
    );
    expect(loose.map(({ name }) => name)).to.deep.equal([]);
    expect(statSync(stateDir).mode & 0o777).to.equal(0o700);
  });

  it('59: the environment of the agent and of its children holds no secret of an account', () => {
    const { pid } = agents.agent('alpha');
    expect(readFileSync(`/proc/${pid}/environ`, 'utf8')).to.not.match(/planted-/);
    expect(readFileSync(`/proc/${pid}/cmdline`, 'utf8')).to.not.match(/planted-/);
  });

  it('59: a secret in the variable stays out of the command line and the output', async () => {
    const words = ['accounts', 'create', 'S3', '--name=odd', '--uri=nonsense', '--access-id=a'];
    const child = spawn(process.execPath, [DM, ...words], {
      env: {
        ...process.env,
        DM_SOCKET: agents.agent('alpha').socket,
        DM_SECRET_KEY: PLANTED.secret,
      },
    });
    const chunks: Buffer[] = [];
    child.stderr.on('data', (chunk: Buffer) => chunks.push(chunk));
    const [code] = await once(child, 'close');
    expect(code).to.equal(2);
    expect(Buffer.concat(chunks).toString())
      .to.match(/must be https/)
      .and.not.match(/planted-/);
  });

  it('23: accounts and their secrets are unknown to the protocol of peers', async () => {
    const listed = await dmJson<{ name: string }[]>(agents.agent('alpha'), 'accounts', 'list');
    expect(listed.map(({ name }) => name)).to.include('bucket');
    const proto = readFileSync(
      new URL('../../../proto/datamover/v1/peer.proto', import.meta.url),
      'utf8',
    );
    expect(proto).to.not.match(/secret|access_id|credential/i);
  });
});

/** Resident memory of a process in MiB. */
function memoryOf(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024;
}
