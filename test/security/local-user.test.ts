import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { expect } from 'chai';
import type { DmError } from '../../src/model/error.js';
import { peerDefinition } from '../../src/rpc/proto.js';
import { TestAgents } from '../support/e2e-agents.js';
import { dmJson } from '../support/e2e-dm.js';
import { createPolicy, creation, runPolicy } from '../support/e2e-policies.js';
import { content, END, gfid, HostileDataset, wholeFile, withSession } from './hostile-dataset.js';
import { HostilePeer } from './hostile-peer.js';
import { withstands } from './withstands.js';

const NOBODY = 65_534;
const RACE_MS = 10_000;
/** On a busy machine a race goes on until so many commits were raced, but not for ever. */
const LEAST_RACED_COMMITS = 5;
const LONGEST_RACE_MS = 60_000;
/** Makes a directory and a symlink to the victim change places as fast as it can. */
const FLIPPER = `
  const { renameSync } = require('node:fs');
  const [name, link, aside] = process.argv.slice(1);
  process.send('ready');
  for (;;) {
    try { renameSync(name, aside); } catch {}
    try { renameSync(link, name); } catch {}
    try { renameSync(name, link); } catch {}
    try { renameSync(aside, name); } catch {}
  }`;

describe('a local user beside the agent', function () {
  this.timeout(120_000);
  let agents: TestAgents;
  let peer: HostilePeer;

  before('start an agent', async () => {
    agents = await TestAgents.open({ agents: [{ name: 'victim' }], accounts: false });
    for (const path of [agents.scratch(), agents.root('victim')]) chmodSync(path, 0o755);
    peer = await HostilePeer.connect(agents.agent('victim'));
  });
  after('stop it', async () => {
    peer?.[Symbol.dispose]();
    await agents?.[Symbol.asyncDispose]();
  });

  const root = (...below: string[]) => agents.root('victim', ...below);
  withstands({ agents: () => agents, name: 'victim' });

  async function refusal(work: Promise<unknown>): Promise<string | null> {
    return work.then(
      () => null,
      (error: DmError) => error.code,
    );
  }

  it('20, 34: target paths that are refused', async () => {
    mkdirSync(root('outside'));
    symlinkSync(agents.scratch(), root('link'));
    symlinkSync('/', root('to-root'));
    mkdirSync(root('taken/inner'), { recursive: true });
    const other = new HostileDataset().add(gfid(2), 'd', 'dir');
    const session = await peer.begin(await other.offer(root('other', 'copy')));
    await peer.send(...withSession(session, other.structure(), END));
    await peer.commit(session);
    for (const [path, code] of [
      [root(), 'target_forbidden'],
      [`${root()}/`, 'protocol_error'],
      [root('.datamover'), 'target_forbidden'],
      [root('.datamover', 'trees', 'x'), 'target_forbidden'],
      [root('link', 'x'), 'target_forbidden'],
      [root('link'), 'target_forbidden'],
      [root('to-root', 'etc', 'x'), 'target_forbidden'],
      [root('other'), 'target_forbidden'],
      [root('other', 'copy', 'd'), 'target_forbidden'],
      [root('other', 'copy', 'new', 'deep'), 'target_forbidden'],
      [`${root()}2/x`, 'path_outside_roots'],
      ['/etc/x', 'path_outside_roots'],
      ['/', 'path_outside_roots'],
      [`${root()}/../x`, 'protocol_error'],
      [`${root()}/./x`, 'protocol_error'],
      [`${root()}/a\0b`, 'protocol_error'],
      ['relative', 'protocol_error'],
      ['', 'protocol_error'],
      [`${root()}/${'x'.repeat(256)}`, 'protocol_error'],
      [`/${'x/'.repeat(2_100)}`, 'protocol_error'],
    ] as const) {
      const offer = await new HostileDataset().offer(path);
      expect(await refusal(peer.begin(offer)), `begin ${path}`).to.equal(code);
      const inspected = peer.unary(peerDefinition().InspectTarget, { path: Buffer.from(path) });
      expect(await refusal(inspected), `inspect ${path}`).to.equal(code);
    }
    for (const base of [root('.datamover'), root('.datamover', 'trees'), root('link'), '/etc']) {
      const made = async () => {
        const request = {
          base_path: Buffer.from(base),
          name: 'x',
          provider: 'auto',
          partial: 'allow',
          retention: { period_seconds: 0, reserve: 0 },
          request_id: base,
        };
        for await (const _ of peer.stream(peerDefinition().CreateDataset, request));
      };
      expect(await refusal(made()), `dataset of ${base}`).to.not.equal(null);
    }
  });

  it('27: the sockets answer nobody else, whatever their modes', () => {
    const state = agents.agent('victim').options.stateDir;
    const answers: [string, string][] = [];
    for (const socket of ['agent.sock', 'loopback.sock']) {
      expect(statSync(`${state}/${socket}`).mode & 0o777).to.equal(0o600);
      // Even with the way opened by mistake: the kernel says who connects.
      chmodSync(state, 0o755);
      chmodSync(`${state}/${socket}`, 0o666);
      const script = `
        const socket = require('node:net').connect(process.argv[1]);
        let answered = 0;
        socket.on('data', (data) => { answered += data.length; });
        socket.on('error', (error) => process.stdout.write(error.code));
        socket.on('close', () => process.stdout.write(\`closed after \${answered}\`));
        socket.write('PRI * HTTP/2.0\\\\r\\\\n\\\\r\\\\nSM\\\\r\\\\n\\\\r\\\\n');
        setTimeout(() => process.exit(), 3000);`;
      const { stdout, stderr } = spawnSync(
        'setpriv',
        [
          '--reuid=65534',
          '--regid=65534',
          '--clear-groups',
          process.execPath,
          '-e',
          script,
          `${state}/${socket}`,
        ],
        { encoding: 'utf8' },
      );
      chmodSync(`${state}/${socket}`, 0o600);
      chmodSync(state, 0o700);
      answers.push([stdout, stderr]);
    }
    for (const [stdout, stderr] of answers) {
      // The settings frame that HTTP/2 begins with, and a goodbye.
      expect(Number(/closed after (\d+)$/.exec(stdout)?.[1]), stdout + stderr).to.be.lessThan(100);
    }
  });

  it('65, 67: what the agent keeps is for its user only', () => {
    const state = agents.agent('victim').options.stateDir;
    const bad: string[] = [];
    const walk = (path: string): void => {
      const stat = lstatSync(path);
      if ((stat.mode & 0o077) !== 0 && !stat.isSymbolicLink()) bad.push(path);
      if (stat.isDirectory()) for (const name of readdirSync(path)) walk(`${path}/${name}`);
    };
    expect(statSync(state).mode & 0o777).to.equal(0o700);
    walk(root('.datamover'));
    expect(bad).to.deep.equal([]);
  });

  it('67: what is staged inherits no ACL, and is for nobody else until it has its owner and mode', async () => {
    const acl = (path: string) =>
      spawnSync('getfacl', ['-cpn', path], { encoding: 'utf8' }).stdout.trim().split('\n');
    const data = agents.scratch('inheriting');
    mkdirSync(data);
    spawnSync('setfacl', ['-d', '-m', `u:${NOBODY}:rwx,o::rwx`, data]);
    // Its root is made below that, so that all of it would inherit.
    const options = { agents: [{ name: 'inheriting' }], accounts: false, data };
    await using other = await TestAgents.open(options);
    const inherited = other.root('inheriting');
    expect(acl(inherited)).to.include(`default:user:${NOBODY}:rwx`);
    using peer = await HostilePeer.connect(other.agent('inheriting'));
    const dataset = new HostileDataset()
      .add(gfid(2), 'folder', 'dir', { mode: 0o750, uid: 4_711, gid: 4_712 })
      .add(gfid(3), 'secret', 'file', { parent: gfid(2), size: 4n, mode: 0o640, uid: 4_711 });
    const session = await peer.begin(await dataset.offer(`${inherited}/copy`));
    const file = content((writer) => wholeFile(writer, gfid(3), Buffer.from('mine')));
    await peer.send(...withSession(session, dataset.structure(), file, END));
    let files = 0;
    const walk = (path: string): void => {
      const stat = lstatSync(path);
      // What others may read has its owner already.
      if ((stat.mode & 0o077) !== 0) expect(stat.uid, path).to.equal(4_711);
      if (/\/staging\/[^/]+\/(stage|hold)\//.test(path)) {
        if (stat.isFile()) files++;
        expect(acl(path).join(), path).to.not.contain(String(NOBODY));
      }
      if (stat.isDirectory()) for (const name of readdirSync(path)) walk(`${path}/${name}`);
    };
    walk(`${inherited}/.datamover`);
    expect(files).to.be.greaterThan(0);
    expect(statSync(`${inherited}/.datamover`).mode & 0o777).to.equal(0o700);
    await peer.commit(session);
    expect(acl(`${inherited}/copy/folder`)).to.deep.equal([
      'user::rwx',
      'group::r-x',
      'other::---',
    ]);
    expect(acl(`${inherited}/copy/folder/secret`)).to.deep.equal([
      'user::rw-',
      'group::r--',
      'other::---',
    ]);
  });

  /**
   * A file, a fifo and a directory in a directory of nobody's, and a dataset in
   * which they all get another owner and mode.
   */
  async function exchangeable(target: string) {
    const names = (mode: number, uid: number, parentMode: number) =>
      new HostileDataset('ab'.repeat(16))
        .add(gfid(2), 'home', 'dir', { uid: NOBODY, gid: NOBODY, mode: parentMode })
        .add(gfid(3), 'file', 'file', { parent: gfid(2), size: 4n, mode, uid })
        .add(gfid(4), 'fifo', 'fifo', { parent: gfid(2), mode, uid })
        .add(gfid(5), 'dir', 'dir', { parent: gfid(2), mode: mode | 0o100, uid });
    const first = names(0o600, NOBODY, 0o755);
    const session = await peer.begin(await first.offer(target));
    const file = content((writer) => wholeFile(writer, gfid(3), Buffer.from('mine')));
    await peer.send(...withSession(session, first.structure(), file, END));
    await peer.commit(session);
    const second = names(0o666, NOBODY, 0o755);
    const root_digest = (await first.offer(target)).dataset?.root_digest ?? '';
    return { second, base: { id: first.id, root_digest } };
  }

  it('33: what was put in the place of a received entry does not get its owner and mode', async () => {
    const target = root('exchange');
    const { second, base } = await exchangeable(target);
    const session = await peer.begin(await second.offer(target, { base }));
    await peer.send(...withSession(session, second.structure(), END));
    // Between the staging and the flip.
    const victims = ['file', 'fifo', 'dir'].map((name) => root(`victim-${name}`));
    const [file = '', fifo = '', dir = ''] = victims;
    writeFileSync(file, 'secret', { mode: 0o600 });
    spawnSync('mkfifo', ['-m', '600', fifo]);
    mkdirSync(dir, { mode: 0o700 });
    for (const name of ['file', 'fifo']) {
      rmSync(`${target}/home/${name}`);
      linkSync(root(`victim-${name}`), `${target}/home/${name}`);
    }
    rmSync(`${target}/home/dir`, { recursive: true });
    renameSync(dir, `${target}/home/dir`);
    await peer.commit(session);
    for (const path of [file, fifo]) {
      const { mode, uid } = statSync(path);
      expect({ mode: mode & 0o777, uid }, path).to.deep.equal({ mode: 0o600, uid: 0 });
    }
    const { mode, uid } = statSync(`${target}/home/dir`);
    expect({ mode: mode & 0o777, uid }).to.deep.equal({ mode: 0o700, uid: 0 });
    const all = await dmJson<{ dataset_global_id: string; dataset_state: string }[]>(
      agents.agent('victim'),
      'datasets',
      'list',
    );
    const made = all.find(({ dataset_global_id }) => dataset_global_id === second.id);
    expect(made?.dataset_state).to.equal('COMPLETE_PARTIAL');
  });

  it('32: a directory that becomes a symlink and back while copies are put in place', async function () {
    this.timeout(3 * LONGEST_RACE_MS);
    const target = root('raced');
    const outside = agents.scratch('outside');
    mkdirSync(outside, { mode: 0o700 });
    writeFileSync(`${outside}/file`, 'untouched', { mode: 0o600 });
    const tree = 'cd'.repeat(16);
    const before = { file: lstatSync(`${outside}/file`), directory: lstatSync(outside) };
    const version = (number: number) =>
      new HostileDataset(tree)
        .add(gfid(2), 'home', 'dir', { uid: NOBODY, gid: NOBODY, mode: 0o777 })
        .add(gfid(100 + number), 'sub', 'dir', { parent: gfid(2), mode: 0o777, uid: number })
        .add(gfid(100_000 + number), 'file', 'file', {
          parent: gfid(100 + number),
          size: 4n,
          mode: 0o666,
          uid: NOBODY,
        })
        // Moves from each to the next, and gets another mode, owner, time and attribute on the way.
        .add(gfid(3), 'kept', 'file', {
          parent: gfid(100 + number),
          size: 4n,
          mode: 0o600 | (number & 0o77),
          uid: number,
          mtimeNs: BigInt(number) * 1_000_000_000n,
          xattrs: [{ name: Buffer.from('user.number'), value: Buffer.from(String(number)) }],
        });
    const initial = version(1);
    const made = new Map([[initial.id, initial]]);
    const file = (number: number) =>
      content((writer) => {
        wholeFile(writer, gfid(3), Buffer.from('kept'));
        wholeFile(writer, gfid(100_000 + number), Buffer.from('evil'));
      });
    const first = await peer.begin(await initial.offer(target));
    await peer.send(...withSession(first, initial.structure(), file(1), END));
    await peer.commit(first);
    chmodSync(root(), 0o777);
    mkdirSync(root('lair'));
    chownSync(root('lair'), NOBODY, NOBODY);
    symlinkSync(outside, root('lair', 'link'));
    const flipper = await startFlipper(
      `${target}/home/sub`,
      root('lair', 'link'),
      root('lair', 'aside'),
    );
    let commits = 0;
    let lastError: unknown;
    try {
      const start = performance.now();
      const isDue = (ms: number): boolean => performance.now() - start > ms;
      while (!isDue(RACE_MS) || commits < LEAST_RACED_COMMITS) {
        await raceOnce();
        if (isDue(LONGEST_RACE_MS)) break;
      }
    } finally {
      flipper.kill('SIGKILL');
      chmodSync(root(), 0o755);
    }
    await once(flipper, 'exit');
    expect(commits, `raced commits: ${lastError}`).to.be.greaterThan(0);
    // Undisturbed, the target takes copies again: at once, or after the
    // flip that was left open is finished.
    const done = (await raceOnce()) || (await raceOnce());
    expect(done, `a copy after the race: ${lastError}`).to.equal(true);
    expect(readdirSync(outside)).to.deep.equal(['file']);
    expect(readFileSync(`${outside}/file`, 'utf8')).to.equal('untouched');
    for (const [path, was] of [
      [`${outside}/file`, before.file],
      [outside, before.directory],
    ] as const) {
      const { mode, uid, mtimeMs } = lstatSync(path);
      expect({ mode, uid, mtimeMs }).to.deep.equal({
        mode: was.mode,
        uid: was.uid,
        mtimeMs: was.mtimeMs,
      });
    }

    // A disturbed commit fails, and its flip is finished by whoever looks at the
    // target next: ask what it stands at.
    async function raceOnce(): Promise<boolean> {
      const number = made.size + 1;
      const to = version(number);
      const path = Buffer.from(target);
      made.set(to.id, to);
      try {
        const { head } = await peer.unary(peerDefinition().InspectTarget, { path });
        const from = made.get(head?.id ?? '');
        if (!from) throw new Error(`stands at a dataset that was never sent: ${head?.id}`);
        const root_digest = (await from.offer(target)).dataset?.root_digest ?? '';
        const offer = await to.offer(target, { base: { id: from.id, root_digest } });
        const session = await peer.begin(offer);
        const structure = to.structureAfter(from);
        await peer.send(...withSession(session, structure, file(number), END));
        commits++;
        await peer.commit(session);
        return true;
      } catch (error) {
        lastError = error;
        return false;
      }
    }
  });

  it('41, 42: a source that becomes a symlink or a fifo is not followed and does not hang', async function () {
    this.timeout(2 * LONGEST_RACE_MS);
    const source = root('source');
    const secret = agents.scratch('secret');
    writeFileSync(secret, 'TOP SECRET', { mode: 0o600 });
    mkdirSync(`${source}/d`, { recursive: true });
    for (let at = 0; at < 200; at++) writeFileSync(`${source}/d/f${at}`, 'public');
    writeFileSync(`${source}/d/raced`, 'public');
    mkdirSync(root('den'));
    symlinkSync(secret, root('den', 'link'));
    spawnSync('mkfifo', [root('den', 'fifo')]);
    const flippers = [
      await startFlipper(`${source}/d/raced`, root('den', 'link'), root('den', 'aside'), 0),
      await startFlipper(`${source}/d/f7`, root('den', 'fifo'), root('den', 'aside7'), 0),
    ];
    let made = 0;
    try {
      const end = performance.now() + RACE_MS;
      while (performance.now() < end) {
        const request = {
          base_path: Buffer.from(source),
          name: 'raced',
          provider: 'auto',
          partial: 'allow',
          retention: { period_seconds: 0, reserve: 0 },
          request_id: String(made),
          accept_source: true,
        };
        for await (const _ of peer.stream(peerDefinition().CreateDataset, request));
        made++;
      }
    } finally {
      for (const flipper of flippers) flipper.kill('SIGKILL');
    }
    expect(made).to.be.greaterThan(0);
    const { stdout } = spawnSync('grep', ['-rl', 'TOP SECRET', root('.datamover')], {
      encoding: 'utf8',
    });
    expect(stdout).to.equal('');
    expect(existsSync(root('.datamover'))).to.equal(true);
  });
});

describe('44: sources without an end', function () {
  this.timeout(120_000);
  let agents: TestAgents;

  before('start an agent', async () => {
    agents = await TestAgents.open({ agents: [{ name: 'victim' }], accounts: false });
  });
  after('stop it', () => agents?.[Symbol.asyncDispose]());
  withstands({ agents: () => agents, name: 'victim' });

  it('a file that grows while it is read, and /proc below the tree, do not hold the dataset up', async () => {
    const victim = agents.agent('victim');
    const source = agents.root('victim', 'source');
    mkdirSync(`${source}/proc`, { recursive: true });
    writeFileSync(`${source}/still`, 'content');
    spawnSync('mount', ['-t', 'proc', 'none', `${source}/proc`]);
    const endless = `
      const { openSync, writeSync } = require('node:fs');
      const file = openSync(process.argv[1], 'a');
      process.send('ready');
      setInterval(() => writeSync(file, Buffer.alloc(65_536, 1)), 1);`;
    const writer = spawn(process.execPath, ['-e', endless, `${source}/endless`], {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    try {
      await once(writer, 'message');
      expect(existsSync(`${source}/proc/self/mem`), 'proc is mounted').to.equal(true);
      const policy = await createPolicy(victim, 'CREATION', creation('local', source));
      const { job } = await runPolicy(victim, policy);
      expect(job?.state).to.equal('finished');
      expect(writer.exitCode).to.equal(null);
      // What it is has no end: it is told, like what is mounted, and the rest is there.
      const failed = job?.failed_entries.map(({ path, code }) => `${path} ${code}`);
      expect(failed).to.deep.equal(['endless source_changing']);
      expect(job?.warnings.map(({ path, code }) => `${path} ${code}`)).to.deep.equal([
        'proc mount_point',
      ]);
      expect(job?.statistics.files).to.equal(1);
    } finally {
      writer.kill('SIGKILL');
      spawnSync('umount', ['-l', `${source}/proc`]);
    }
  });
});

async function startFlipper(
  name: string,
  link: string,
  aside: string,
  uid = NOBODY,
): Promise<ChildProcess> {
  const child = spawn(process.execPath, ['-e', FLIPPER, name, link, aside], {
    uid,
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  await once(child, 'message');
  return child;
}
