import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { expect } from 'chai';
import type { DmError } from '../../src/model/error.js';
import { type AgentProcess, certsTool } from '../support/agent-process.js';
import { DelayingProxy } from '../support/delaying-proxy.js';
import { TestAgents } from '../support/e2e-agents.js';
import { sharedCertificates } from '../support/e2e-certificates.js';
import { dmJson } from '../support/e2e-dm.js';
import { createPolicy, creation, mustRun, repeatCopy, runPolicy } from '../support/e2e-policies.js';
import { noise } from '../support/e2e-trees.js';
import { until } from '../support/e2e-until.js';
import { gfid, HostileDataset } from './hostile-dataset.js';
import { HostilePeer } from './hostile-peer.js';
import { withstands } from './withstands.js';

const SOON_MS = 10_000;
/** A reason on the stream, or a connection that is cut before it could be told. */
const REFUSALS = [
  'refused',
  'peer_untrusted',
  'peer_unreachable',
  'session_superseded',
  'not_found',
];
/** Without a CA nothing listens any more. */
const ENDS = [...REFUSALS, 'shutting_down'];

interface Fingerprints {
  readonly spki_sha256: string;
  readonly fingerprint_sha256: string;
}

describe('9, 10, 26: an open stream ends within 10 s when what allows it goes', function () {
  this.timeout(120_000);
  let agents: TestAgents;
  let victim: AgentProcess;
  let count = 0;

  before('start agents', async () => {
    agents = await TestAgents.open({
      agents: [{ name: 'victim' }, { name: 'caller' }],
    });
    victim = agents.agent('victim');
  });
  after('stop them', () => agents?.[Symbol.asyncDispose]());

  withstands({ agents: () => agents, name: 'victim', honest: null });

  /** A peer in the middle of a write that would never end, with how it ends. */
  async function writer(name: string) {
    const peer = await HostilePeer.connect(victim, { name });
    const dataset = new HostileDataset().add(gfid(2), 'd', 'dir');
    const session = await peer.begin(await dataset.offer(agents.root('victim', `t-${++count}`)));
    const stop = new AbortController();
    let acks = 0;
    const requests = async function* () {
      yield { session, ...dataset.structure() };
      await new Promise((resolve) => stop.signal.addEventListener('abort', resolve));
    };
    const end = (async () => {
      for await (const _ of peer.write(requests(), stop.signal)) acks++;
    })().then(
      () => 'nothing',
      (error: DmError) => error.code,
    );
    await until('the stream is under way', () => acks > 0);
    return {
      end,
      [Symbol.dispose]: () => {
        stop.abort();
        peer[Symbol.dispose]();
      },
    };
  }

  async function fingerprintsOf(name: string): Promise<Fingerprints> {
    const path = `${await sharedCertificates.identity(name)}/identity.crt`;
    const words = ['identity', 'create', `--certificate-path=${path}`, `--name=${name}`];
    const key = `--certificate-key-path=${dirname(path)}/identity.key`;
    await dmJson(agents.agent('caller'), 'certificates', ...words, key);
    const view = ['certificates', 'identity', 'view', name];
    const fingerprints = await dmJson<Fingerprints>(agents.agent('caller'), ...view);
    // It would be the newest, which an agent presents.
    await agents.agent('caller').ok('certificates', 'identity', 'delete', name);
    return fingerprints;
  }

  /** Takes something away and expects the stream of this peer, and no other, to end in time. */
  async function expectEnd(name: string, take: () => Promise<unknown>): Promise<void> {
    using mine = await writer(name);
    const start = performance.now();
    await take();
    expect(await mine.end).to.be.oneOf(ENDS);
    expect(performance.now() - start).to.be.lessThan(SOON_MS);
  }

  const grant = async (name: string, rights: string) => {
    const root = agents.root('victim');
    const words = [`--identity=CN=${name}`, '--ca=test-CA', `--root=${root}`, `--allow=${rights}`];
    return (await dmJson<{ id: string }>(victim, 'grants', 'create', ...words)).id;
  };

  const deleteGrants = async () => {
    for (const { id } of await dmJson<{ id: number }[]>(victim, 'grants', 'list')) {
      await victim.ok('grants', 'delete', String(id));
    }
  };

  it('the certificate is revoked by its fingerprint', async () => {
    const { fingerprint_sha256 } = await fingerprintsOf('by-certificate');
    using other = await writer('honest');
    const revoke = () => victim.ok('certificates', 'revoke', fingerprint_sha256);
    await expectEnd('by-certificate', revoke);
    expect(await Promise.race([other.end, 'goes on'])).to.equal('goes on');
  });

  it('the key is revoked', async () => {
    const { spki_sha256 } = await fingerprintsOf('by-key');
    const revoke = () => victim.ok('certificates', 'revoke', `spki:${spki_sha256}`);
    await expectEnd('by-key', revoke);
  });

  it('a revocation list of the CA names it', async () => {
    const ca = await sharedCertificates.ca();
    const directory = await sharedCertificates.identity('by-list');
    const list = agents.scratch('crl.pem');
    const signer = [`--ca=${ca}`, `--ca-key=${dirname(ca)}/ca.key`];
    await certsTool('crl', ...signer, `--revoke=${directory}/identity.crt`, `--out=${list}`);
    const install = ['crl', 'create', `--crl-path=${list}`, '--name=list'];
    await expectEnd('by-list', () => victim.ok('certificates', ...install));
  });

  it('its grant is deleted', async () => {
    await sharedCertificates.identity('by-grant');
    const id = await grant('by-grant', 'read,write');
    await expectEnd('by-grant', () => victim.ok('grants', 'delete', id));
  });

  it('of two grants the one with the right to write is deleted', async () => {
    await sharedCertificates.identity('by-write');
    await grant('by-write', 'read');
    const id = await grant('by-write', 'write');
    await expectEnd('by-write', () => victim.ok('grants', 'delete', id));
  });

  it('the right for privileged metadata is taken away', async () => {
    await sharedCertificates.identity('by-privilege');
    await grant('by-privilege', 'read,write');
    const id = await grant('by-privilege', 'privileged');
    await expectEnd('by-privilege', () => victim.ok('grants', 'delete', id));
  });

  it('the first grant is made, for somebody else', async () => {
    await deleteGrants();
    await victim.ok('peer-access', 'reset');
    await expectEnd('mallory', () => grant('honest', 'read'));
    await deleteGrants();
    await victim.ok('peer-access', 'reset');
  });

  it('the pin of the account that a copy runs by becomes another one', async () => {
    const caller = agents.agent('caller');
    const tree = agents.root('caller', 'tree');
    mkdirSync(tree);
    writeFileSync(`${tree}/large`, noise(8 * 1_048_576, 7));
    await mustRun(caller, await createPolicy(caller, 'CREATION', creation('local', tree)));
    const port = Number(victim.listen.split(':')[1]);
    await using proxy = await DelayingProxy.open({ port, bytesPerSecond: 500_000 });
    const uri = `dm://${proxy.address}`;
    await dmJson(caller, 'accounts', 'create', 'DM', '--name=slow', `--uri=${uri}`);
    const target = { account: 'slow', path: agents.root('victim', 'pinned') };
    const flags = repeatCopy({ account: 'local', path: tree }, target);
    const push = await createPolicy(caller, 'REPEAT_COPY', flags);
    const run = runPolicy(caller, push);
    await until('the copy is under way', () => proxy.bytes.up > 1_000_000);
    const start = performance.now();
    await caller.ok('accounts', 'modify', 'slow', `--peer-fingerprint=${'ab'.repeat(32)}`);
    const { job } = await run;
    expect(job?.error_code).to.equal('peer_key_mismatch');
    expect(performance.now() - start).to.be.lessThan(SOON_MS);
  });

  it('--peer-access is narrowed, which takes a restart', async () => {
    await using pair = await TestAgents.open({ agents: [{ name: 'narrow' }], accounts: false });
    using peer = await HostilePeer.connect(pair.agent('narrow'));
    const dataset = new HostileDataset().add(gfid(2), 'd', 'dir');
    const offer = await dataset.offer(pair.root('narrow', 'x'));
    const session = await peer.begin(offer);
    const agent = pair.agent('narrow');
    await agent.kill('SIGTERM');
    await agent.start(['--peer-access=read']);
    using again = await HostilePeer.connect(agent);
    const codes = [again.begin(offer), again.commit(session)].map((work) =>
      work.then(
        () => 'done',
        (error: DmError) => error.code,
      ),
    );
    expect(await Promise.all(codes)).to.deep.equal(['refused', 'refused']);
  });

  it('its CA is deleted', async () => {
    await expectEnd('mallory', () => victim.ok('certificates', 'ca', 'delete', 'test-CA'));
  });
});
