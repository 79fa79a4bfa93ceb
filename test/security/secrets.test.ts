import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { expect } from 'chai';
import { AgentProcess } from '../support/agent-process.js';
import { DelayingProxy } from '../support/delaying-proxy.js';
import { TestAgents } from '../support/e2e-agents.js';
import { sharedCertificates } from '../support/e2e-certificates.js';
import { until } from '../support/e2e-until.js';
import { PlantedSecrets, plantedSecrets } from '../support/planted-secrets.js';
import { S3Server } from '../support/s3-server/s3-server.js';
import { TempDirectory } from '../support/temp-directory.js';
import { withstands } from './withstands.js';

const LEAK = 'planted-to-be-found';
const NOBODY = 65_534;

describe('59: secrets that tests plant are looked for everywhere', function () {
  this.timeout(120_000);
  let secrets: PlantedSecrets;
  let directory: TempDirectory;

  beforeEach(() => {
    secrets = new PlantedSecrets();
    directory = new TempDirectory();
  });
  afterEach(() => directory[Symbol.dispose]());

  const keyOf = async () =>
    readFileSync(`${await sharedCertificates.identity('leaky')}/identity.key`, 'utf8');

  it('nothing is seen where there is nothing', () => {
    secrets.look('a log', 'plantedness, and nothing else');
    secrets.check();
    expect(secrets.looked).to.be.greaterThan(0);
  });

  it('a text, cut anywhere, is seen', () => {
    for (let cut = 0; cut <= LEAK.length; cut++) {
      const cuts = new PlantedSecrets();
      const see = cuts.stream('the wire');
      for (const part of [`x${LEAK.slice(0, cut)}`, `${LEAK.slice(cut)}x`]) see(Buffer.from(part));
      expect(() => cuts.check(), `cut at ${cut}`).to.throw('the wire');
    }
  });

  it('a private key is seen as PEM, in JSON, in base64 and in binary', async () => {
    const pem = await keyOf();
    const base64 = pem.replace(/-----[^\n]*\n/g, '').replaceAll('\n', '');
    const shapes = [pem, JSON.stringify({ pem }), base64, Buffer.from(base64, 'base64')];
    for (const shape of shapes) {
      const seen = new PlantedSecrets();
      seen.plantKey('the key', pem, 'kept in the state');
      seen.look('a log', shape);
      expect(() => seen.check()).to.throw('the key is in a log');
    }
  });

  it('what may be kept is not looked for in the state, what may not is', async () => {
    const pem = await keyOf();
    writeFileSync(directory.join('000001.log'), pem);
    secrets.plantKey('the key of the agent', pem, 'kept in the state');
    secrets.lookAtState(directory.path);
    secrets.check();
    secrets.plantKey('the key of the CA', pem, 'kept nowhere');
    secrets.lookAtState(directory.path);
    expect(() => secrets.check()).to.throw('the key of the CA is in');
  });

  it('a command line and an environment are seen', async () => {
    for (const [file, words, env] of [
      ['cmdline', [`--secret-key=${LEAK}`], {}],
      ['environ', [], { DM_SECRET_KEY: LEAK }],
    ] as const) {
      const seen = new PlantedSecrets();
      const wait = 'process.stdout.write("up"); setInterval(() => {}, 1000)';
      const child = spawn(process.execPath, ['-e', wait, '--', ...words], { env });
      await once(child.stdout, 'data');
      seen.lookAtProcess('a tool', child.pid ?? 0);
      child.kill('SIGKILL');
      expect(() => seen.check()).to.throw(`${file} of a tool`);
    }
  });

  it('the log of an agent is seen', async () => {
    const root = directory.join('root');
    mkdirSync(root);
    const agent = await AgentProcess.start({
      name: 'leaky',
      stateDir: directory.join('state'),
      roots: [root],
      logFile: directory.join('log'),
      launcher: ['sh', '-c', `echo ${LEAK} >&2; exec "$@"`, 'sh'],
      secrets,
    });
    const failure = await agent.kill('SIGTERM').then(
      () => '',
      (error: Error) => error.message,
    );
    expect(failure).to.contain('the log of leaky');
  });

  it('the wire is seen, and a request to a store', async () => {
    const server = createServer((socket) => socket.resume()).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    const proxy = await DelayingProxy.open({ port, secrets });
    const socket = connect(proxy.port, '127.0.0.1');
    socket.end(LEAK);
    await until('it has passed', () => proxy.bytes.up > 0);
    const told = proxy[Symbol.asyncDispose]();
    expect(await told.catch((error: Error) => error.message)).to.contain('through the proxy');
    server.close();
    const seen = new PlantedSecrets();
    const store = await S3Server.open({ secrets: seen });
    await fetch(`${store.endpoint}/bucket/key?secret=${LEAK}`, { method: 'PUT', body: 'x' });
    const closed = store[Symbol.asyncDispose]();
    expect(await closed.catch((error: Error) => error.message)).to.contain(
      'a request to the store',
    );
  });
});

describe('59: an agent beside another user', function () {
  this.timeout(120_000);
  let agents: TestAgents;

  before('start an agent', async () => {
    agents = await TestAgents.open({ agents: [{ name: 'alpha' }], accounts: false });
  });
  after('stop it', () => agents?.[Symbol.asyncDispose]());
  withstands({ agents: () => agents, name: 'alpha' });

  it('another user sees the command line of an agent, nothing of its environment, and no secret', async () => {
    const { pid } = agents.agent('alpha');
    const asNobody = (file: string) =>
      spawnSync('cat', [`/proc/${pid}/${file}`], { uid: NOBODY, gid: NOBODY, cwd: '/' });
    const { stdout } = asNobody('cmdline');
    expect(stdout.toString()).to.contain('--state-dir=');
    plantedSecrets.look('the command line', stdout);
    for (const file of ['environ', 'mem', 'maps']) {
      expect(asNobody(file).status, file).to.not.equal(0);
    }
    plantedSecrets.check();
  });
});
