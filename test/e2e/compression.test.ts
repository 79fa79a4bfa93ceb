import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { DelayingProxy } from '../support/delaying-proxy.js';
import { TestAgents } from '../support/e2e-agents.js';
import { dm, dmJson } from '../support/e2e-dm.js';
import { CopyPair, mustRun, type Place, viewJob } from '../support/e2e-policies.js';
import { prose, writeParts } from '../support/e2e-text.js';
import { noise } from '../support/e2e-trees.js';
import { until } from '../support/e2e-until.js';
import { differences } from '../support/walker.js';

const MIB = 1_048_576;
/** The kernel and TLS hold little beside this: an agent feels a slow proxy at once. */
const QUEUED = 262_144;
const SLOW = 10 * MIB;

describe('a compressed wire', function () {
  this.timeout(180_000);
  let agents: TestAgents;
  const proxies = new Map<string, DelayingProxy>();
  let next = 0;

  before(async () => {
    agents = await TestAgents.open({
      agents: [{ name: 'here' }, { name: 'there' }, { name: 'yonder' }],
      accounts: false,
    });
    for (const name of ['there', 'yonder']) {
      const [, port = ''] = agents.agent(name).listen.split(':');
      const proxy = await DelayingProxy.open({ port: Number(port), maxQueuedBytes: QUEUED });
      proxies.set(name, proxy);
      const uri = `--uri=dm://${proxy.address}`;
      await agents.agent('here').ok('accounts', 'create', 'DM', `--name=${name}`, uri);
    }
  });
  after(async () => {
    await agents?.[Symbol.asyncDispose]();
    for (const proxy of proxies.values()) await proxy[Symbol.asyncDispose]();
  });

  const here = () => agents.agent('here');
  const wire = (name: string) => {
    const proxy = proxies.get(name);
    if (proxy === undefined) throw new Error(`no proxy before ${name}`);
    return proxy;
  };
  const account = (name: string) => (name === 'here' ? 'local' : name);
  const place = (name: string, directory: string): Place => ({
    account: account(name),
    path: agents.root(name, directory),
  });
  const set = async (name: string, mode: string) => {
    const shown = await dmJson(here(), 'accounts', 'modify', name, `--compression=${mode}`);
    expect(shown).to.include({ compression: mode });
  };

  async function pair(from: string, to: string, mib: number, part: (seed: number) => Buffer) {
    const tree = `tree-${next++}`;
    writeParts(agents.root(from, tree), mib, part);
    const copies = await CopyPair.create(here(), place(from, tree), place(to, `copy-of-${tree}`));
    const equal = () =>
      expect(
        differences(agents.root(from, tree), agents.root(to, `copy-of-${tree}`)),
      ).to.deep.equal([]);
    return { copies, equal, tree: agents.root(from, tree) };
  }

  /** Bytes through the proxy of `name`, both ways, for a copy, as parts of its content. */
  async function cost(from: string, to: string, name: string, part: (seed: number) => Buffer) {
    const mib = 12;
    const { copies, equal } = await pair(from, to, mib, part);
    await mustRun(here(), copies.creation);
    const { bytes } = wire(name);
    const before = bytes.up + bytes.down;
    const job = await mustRun(here(), copies.copy);
    equal();
    expect(job.statistics.bytes_changed).to.equal(mib * MIB);
    const taken = bytes.up + bytes.down - before;
    // Told without TLS and answers, and of both ways.
    if (from === 'here' || to === 'here') {
      expect(job.statistics.bytes_sent / taken).to.be.within(0.98, 1.001);
    }
    return taken / (mib * MIB);
  }

  it('is auto unless told, kept, exported, applied, and refused for anything else', async () => {
    const agent = here();
    expect(await dmJson(agent, 'accounts', 'view', 'there')).to.include({ compression: 'auto' });
    await set('there', 'zstd');
    await agent.kill();
    await agent.start();
    const list = await dmJson<{ name: string; compression: string }[]>(agent, 'accounts', 'list');
    const modes = list.map(({ name, compression }) => `${name}: ${compression}`);
    expect(modes).to.include('there: zstd').and.to.include('yonder: auto');
    const { stdout } = await dm(agent, 'config', 'export');
    const file = agents.scratch('config.yaml');
    writeFileSync(file, stdout.replace('compression: zstd', 'compression: off'));
    expect((await dm(agent, 'config', 'apply', '-f', file)).code).to.equal(0);
    expect(await dmJson(agent, 'accounts', 'view', 'there')).to.include({ compression: 'off' });
    expect((await dm(agent, 'accounts', 'modify', 'there', '--compression=gzip')).code).to.equal(2);
    const store = ['accounts', 'create', 'DIRECTORY', '--name=dir', '--uri=file:///tmp/x'];
    expect((await dm(agent, ...store, '--compression=zstd')).stderr).to.contain('invalid_argument');
  });

  for (const [direction, from, to, through] of [
    ['a push', 'here', 'there', 'there'],
    ['a pull', 'there', 'here', 'there'],
    ['the first half of a copy between peers', 'there', 'yonder', 'there'],
    ['the second half of a copy between peers', 'there', 'yonder', 'yonder'],
  ] as const) {
    it(`halves the bytes of text in ${direction}, and adds nothing to noise`, async () => {
      await set('there', 'zstd');
      await set('yonder', 'zstd');
      expect(await cost(from, to, through, prose)).to.be.lessThan(0.5);
      expect(await cost(from, to, through, (seed) => noise(MIB, seed))).to.be.lessThan(1.01);
    });
  }

  it('is not compressed when that is off, nor between peers of which one is', async () => {
    await set('there', 'off');
    await set('yonder', 'zstd');
    expect(await cost('here', 'there', 'there', prose)).to.be.greaterThan(1);
    expect(await cost('there', 'here', 'there', prose)).to.be.greaterThan(1);
    expect(await cost('there', 'yonder', 'yonder', prose)).to.be.greaterThan(1);
  });

  it('stays as it is by itself where the wire is fast', async () => {
    await set('there', 'auto');
    expect(await cost('here', 'there', 'there', prose)).to.be.greaterThan(1);
    expect(await cost('there', 'here', 'there', prose)).to.be.greaterThan(1);
  });

  for (const [direction, from, to] of [
    ['push', 'here', 'there'],
    ['pull', 'there', 'here'],
  ] as const) {
    it(`is compressed by itself while the wire is slow, within one ${direction}`, async () => {
      await set('there', 'auto');
      const proxy = wire('there');
      proxy.limit(SLOW);
      const { copies, equal } = await pair(from, to, 1200, prose);
      await mustRun(here(), copies.creation);
      const { job_id: job } = await dmJson<{ job_id: number }>(
        here(),
        'policies',
        'run',
        String(copies.copy),
      );
      const rate = async () => {
        const { statistics } = await viewJob(here(), job);
        return { content: statistics.bytes_changed, wire: proxy.bytes.up + proxy.bytes.down };
      };
      /** Bytes of content for each on the wire, of the last 6 MiB there. */
      const shrinking = async () => {
        const from = await rate();
        await until('bytes flow', async () => (await rate()).wire > from.wire + 6 * MIB);
        const to = await rate();
        return (to.content - from.content) / (to.wire - from.wire);
      };
      await until('compressed', async () => (await shrinking()) > 1.5, 30_000);
      proxy.limit(Number.POSITIVE_INFINITY);
      await until('as it is', async () => (await shrinking()) < 1.1, 30_000);
      expect((await viewJob(here(), job)).state).to.equal('running');
      expect((await dm(here(), 'jobs', 'wait', String(job), '--timeout=120')).code).to.equal(0);
      equal();
    });
  }

  it('is compressed by itself under a slow bandwidth rule', async () => {
    await set('there', 'auto');
    const rule = ['throttling', 'bw-rules', 'create', 'NETMASK', '--netmask=127.0.0.0/8'];
    const { id } = await dmJson<{ id: number }>(here(), ...rule, '--bw-limit=8000000');
    const mib = 64;
    const { copies, equal } = await pair('here', 'there', mib, prose);
    await mustRun(here(), copies.creation);
    const { statistics } = await mustRun(here(), copies.copy);
    await here().ok('throttling', 'bw-rules', 'delete', String(id));
    equal();
    expect(statistics.bytes_changed).to.equal(mib * MIB);
    expect(statistics.bytes_sent).to.be.lessThan(0.8 * mib * MIB);
  });

  it('is cancelled and cut in the middle, and neither agent ends by it', async () => {
    await set('there', 'zstd');
    const proxy = wire('there');
    const processes = () => ['here', 'there'].map((name) => agents.agent(name).pid);
    const before = processes();
    for (const [from, to] of [
      ['here', 'there'],
      ['there', 'here'],
    ] as const) {
      const { copies, equal } = await pair(from, to, 48, prose);
      await mustRun(here(), copies.creation);
      const begin = async () => {
        proxy.limit(SLOW);
        const start = proxy.bytes.up + proxy.bytes.down;
        const words = ['policies', 'run', String(copies.copy)];
        const { job_id } = await dmJson<{ job_id: number }>(here(), ...words);
        await until('some was sent', () => proxy.bytes.up + proxy.bytes.down - start > 2 * MIB);
        return job_id;
      };
      const left = await begin();
      await dmJson(here(), 'jobs', 'modify', String(left), '--action=cancel');
      const state = async () => (await viewJob(here(), left)).state;
      await until('it is cancelled', async () => (await state()) === 'cancelled');
      await dmJson(here(), 'policies', 'modify', String(copies.copy), '--enabled=true');
      const job = await begin();
      proxy.cut();
      proxy.limit(Number.POSITIVE_INFINITY);
      expect((await dm(here(), 'jobs', 'wait', String(job), '--timeout=120')).code).to.equal(0);
      equal();
    }
    expect(processes()).to.deep.equal(before);
    for (const name of ['here', 'there']) expect(agents.agent(name).isRunning).to.equal(true);
  });

  it('goes on where it was after a kill of either side', async () => {
    await set('there', 'zstd');
    const proxy = wire('there');
    for (const [from, to, victim] of [
      ['here', 'there', 'there'],
      ['there', 'here', 'here'],
    ] as const) {
      proxy.limit(SLOW);
      const { copies, equal, tree } = await pair(from, to, 64, prose);
      writeFileSync(join(tree, 'noise'), noise(8 * MIB, 99));
      await mustRun(here(), copies.creation);
      const start = proxy.bytes.up + proxy.bytes.down;
      const words = ['policies', 'run', String(copies.copy)];
      const { job_id: job } = await dmJson<{ job_id: number }>(here(), ...words);
      const sent = () => proxy.bytes.up + proxy.bytes.down - start;
      await until('some was sent', () => sent() > 8 * MIB);
      await agents.agent(victim).kill('SIGKILL');
      proxy.limit(Number.POSITIVE_INFINITY);
      await agents.agent(victim).start();
      expect((await dm(here(), 'jobs', 'wait', String(job), '--timeout=120')).code).to.equal(0);
      equal();
      expect(sent()).to.be.lessThan(0.75 * 72 * MIB);
    }
  });
});
