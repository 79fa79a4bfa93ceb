import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { expect } from 'chai';
import { DmError } from '../../src/model/error.js';
import type { Offer } from '../../src/rpc/generated/peer/datamover/v1/Offer.js';
import { peerDefinition } from '../../src/rpc/proto.js';
import { parseCertificate } from '../../src/security/certificate.js';
import { TicketKey } from '../../src/security/ticket.js';
import { TestAgents } from '../support/e2e-agents.js';
import { sharedCertificates } from '../support/e2e-certificates.js';
import { dm, dmJson } from '../support/e2e-dm.js';
import {
  createPolicy,
  creation,
  type DatasetView,
  listDatasets,
  mustRun,
} from '../support/e2e-policies.js';
import { until } from '../support/e2e-until.js';
import { HostileDataset, withSession } from './hostile-dataset.js';
import { HostilePeer, materialOf } from './hostile-peer.js';
import { withstands } from './withstands.js';

/** `alice` asks for tickets, `walter` is to work with them, `mallory` would like to. */
describe('tickets', function () {
  this.timeout(120_000);
  let agents: TestAgents;
  let alice: HostilePeer;
  const keys = new Map<string, string>();
  const datasets = new Map<string, DatasetView>();
  const open: HostilePeer[] = [];

  const victim = () => agents.agent('victim');
  const at = (...below: string[]) => agents.root('victim', ...below);
  const grant = (name: string, path: string, allow: string) =>
    dmJson<{ id: string }>(
      victim(),
      ...['grants', 'create', `--identity=CN=${name}`, '--ca=test-CA'],
      ...[`--root=${path}`, `--allow=${allow}`],
    );

  before('start an agent with some trees', async () => {
    agents = await TestAgents.open({
      agents: [{ name: 'victim', extra: ['--peer-access=read,create,write,work'] }],
      accounts: false,
    });
    for (const name of ['alice', 'walter', 'mallory']) {
      await sharedCertificates.identity(name);
      const { certPem } = await materialOf(name);
      keys.set(name, parseCertificate(certPem).spkiSha256);
    }
    for (const name of ['granted', 'secret', 'walters']) {
      mkdirSync(at(name, 'part'), { recursive: true });
      writeFileSync(at(name, 'file'), name);
      writeFileSync(at(name, 'part', 'file'), `${name} in part`);
      await mustRun(
        victim(),
        await createPolicy(victim(), 'CREATION', creation('local', at(name))),
      );
      const [dataset] = await listDatasets(victim(), at(name));
      datasets.set(name, dataset as DatasetView);
    }
    await grant('alice', at('granted'), 'read,create,write');
    await grant('alice', at('inbox'), 'write');
    await grant('walter', at('walters'), 'read,create,write');
    alice = await HostilePeer.connect(victim(), { name: 'alice' });
  });
  after('stop it', async () => {
    alice?.[Symbol.dispose]();
    await agents?.[Symbol.asyncDispose]();
  });
  const { logged } = withstands({ agents: () => agents, name: 'victim', inbox: null });
  afterEach('hang up', () => {
    for (const peer of open.splice(0)) peer[Symbol.dispose]();
  });

  const refOf = (name: string) => ({
    id: datasets.get(name)?.dataset_global_id ?? '',
    base_path: Buffer.from(at(name)),
  });
  const toRead = async (
    subpaths: readonly string[] = [],
    { by = alice, dataset = refOf('granted'), worker = 'walter' } = {},
  ): Promise<Buffer> => {
    const read = { dataset, subpaths: subpaths.map((path) => Buffer.from(path)) };
    const request = { worker: keys.get(worker) ?? worker, read };
    return (await by.unary(peerDefinition().IssueTicket, request)).ticket;
  };
  const toWrite = async (write: Offer, worker = 'walter'): Promise<Buffer> =>
    (await alice.unary(peerDefinition().IssueTicket, { worker: keys.get(worker) ?? '', write }))
      .ticket;
  const show = async (ticket: Uint8Array, name = 'walter'): Promise<HostilePeer> => {
    const peer = await HostilePeer.connect(victim(), { name, ticket });
    open.push(peer);
    return peer;
  };
  async function errorOf(work: Promise<unknown> | AsyncIterable<unknown>): Promise<DmError | null> {
    try {
      if (Symbol.asyncIterator in work) for await (const _ of work);
      else await work;
      return null;
    } catch (error) {
      if (error instanceof DmError) return error;
      throw error;
    }
  }
  const codeOf = async (work: Promise<unknown> | AsyncIterable<unknown>) =>
    (await errorOf(work))?.code ?? 'done';
  const reasonOf = async (work: Promise<unknown>) => {
    const error = await errorOf(work);
    expect(error?.code).to.equal('ticket_refused');
    await logged('ticket_refused');
    return error?.data.reason;
  };
  const changes = (peer: HostilePeer, more: object = {}) =>
    peer.stream(peerDefinition().Changes, { dataset: refOf('granted'), lanes: 1, ...more });

  it('give their worker one dataset, and no other call', async () => {
    const walter = await show(await toRead());
    const dataset = refOf('granted');
    expect(await codeOf(changes(walter))).to.equal('done');
    const methods = peerDefinition();
    const offer = await new HostileDataset().offer(at('granted', 'x'));
    const calls = {
      ListDatasets: () => walter.stream(methods.ListDatasets, {}),
      FindBookmark: () =>
        walter.unary(methods.FindBookmark, {
          base: { id: dataset.id, root_digest: '0'.repeat(64) },
          base_path: dataset.base_path,
        }),
      Lookup: () => walter.unary(methods.Lookup, { dataset, path: [] }),
      ListDirectory: () => walter.stream(methods.ListDirectory, { dataset, gfid: 1 }),
      Details: () => walter.unary(methods.Details, { dataset, gfid: 1 }),
      Read: () => walter.stream(methods.Read, { dataset, gfid: 2, offset: 0, length: 10 }),
      VerifyDataset: () => walter.stream(methods.VerifyDataset, dataset),
      CreateDataset: () =>
        walter.stream(methods.CreateDataset, { base_path: dataset.base_path, name: 'x' }),
      PreviewDataset: () => walter.unary(methods.PreviewDataset, { base_path: dataset.base_path }),
      ExpireDatasets: () => walter.stream(methods.ExpireDatasets, {}),
      HoldDataset: () => walter.unary(methods.HoldDataset, { holder: 'x', ...dataset }),
      InspectTarget: () => walter.unary(methods.InspectTarget, { path: dataset.base_path }),
      Begin: () => walter.begin(offer),
      IssueTicket: () => toRead([], { by: walter }),
      RunCopy: () => walter.stream(methods.RunCopy, { source_base_path: dataset.base_path }),
    };
    for (const [name, call] of Object.entries(calls)) {
      expect(await codeOf(call()), name).to.equal('refused');
    }
  });

  it('are taken once: a replay is refused', async () => {
    const ticket = await toRead();
    const walter = await show(ticket);
    expect(await reasonOf(show(ticket))).to.equal('used');
    expect(await codeOf(changes(walter))).to.equal('done');
    walter[Symbol.dispose]();
    expect(await reasonOf(show(ticket))).to.equal('used');
  });

  it('are for their worker: nobody else can show them, or spoil them', async () => {
    const ticket = await toRead();
    expect(await reasonOf(show(ticket, 'mallory'))).to.equal('wrong_worker');
    expect(await reasonOf(show(ticket, 'alice'))).to.equal('wrong_worker');
    expect(await codeOf(changes(await show(ticket)))).to.equal('done');
  });

  it('cannot be forged', async () => {
    const ticket = await toRead();
    for (let byte = 0; byte < ticket.length; byte++) {
      const changed = Buffer.from(ticket);
      changed.writeUInt8(changed.readUInt8(byte) ^ 1, byte);
      expect(await reasonOf(show(changed)), `byte ${byte}`).to.equal('forged');
    }
    const own = new TicketKey(randomBytes(32)).seal({
      direction: 'read',
      id: ticket.subarray(2, 18),
      worker: (keys.get('walter') ?? '') as never,
      use: ticket.subarray(50, 82),
      expiresAtMs: 2 ** 50,
    });
    for (const bytes of [own, ticket.subarray(1), Buffer.concat([ticket, Buffer.alloc(1)])]) {
      expect(await reasonOf(show(bytes))).to.equal('forged');
    }
    expect(await codeOf(changes(await show(ticket)))).to.equal('done');
  });

  it('reach no other dataset and no wider path, also none that the worker may read itself', async () => {
    const { GetDataset } = peerDefinition();
    const walter = await show(await toRead());
    const { id } = refOf('granted');
    for (const dataset of [
      refOf('secret'),
      refOf('walters'),
      { id, base_path: Buffer.from(at()) },
      { number: datasets.get('granted')?.id ?? 0 },
      { number: datasets.get('walters')?.id ?? 0 },
    ]) {
      expect(await codeOf(walter.unary(GetDataset, dataset))).to.equal('refused');
      expect(await codeOf(changes(walter, { dataset }))).to.equal('refused');
    }
  });

  it('of a part give that part only', async () => {
    const subpaths = [Buffer.from('part')];
    const walter = await show(await toRead(['part']));
    expect(await codeOf(changes(walter, { subpaths }))).to.equal('done');
    expect(await codeOf(changes(walter))).to.equal('refused');
    for (const wider of [['file'], ['part', 'file'], []]) {
      const other = { subpaths: wider.map((path) => Buffer.from(path)) };
      expect(await codeOf(changes(walter, other)), wider.join()).to.equal('refused');
    }
    const found: { name: string; gfid: string }[] = [];
    const { Lookup } = peerDefinition();
    for (const path of ['file', 'part/file', 'part']) {
      const components = path.split('/').map((name) => Buffer.from(name));
      const request = { dataset: refOf('granted'), path: components };
      const { entry } = await alice.unary(Lookup, request);
      found.push({ name: path, gfid: String(entry?.gfid) });
    }
    for (const { name, gfid } of found) {
      const inside = name.startsWith('part');
      const code = await codeOf(changes(walter, { subpaths, files: [gfid] }));
      expect(code, name).to.equal(inside ? 'done' : 'refused');
    }
  });

  it('to write take the offer they were asked for, and no other', async () => {
    const dataset = new HostileDataset();
    const offer = await dataset.offer(at('inbox', 'tree'), { max_delete: 5 });
    mkdirSync(at('inbox'), { recursive: true });
    const walter = await show(await toWrite(offer));
    const other = await new HostileDataset().offer(at('inbox', 'tree'));
    for (const change of [
      { target_path: Buffer.from(at('inbox')) },
      { target_path: Buffer.from(at('inbox', 'tree2')) },
      { target_path: Buffer.from(at('walters', 'tree')) },
      { dataset: other.dataset },
      { dataset: { ...offer.dataset, root_digest: '1'.repeat(64) } },
      { base: { id: dataset.id, root_digest: '1'.repeat(64) } },
      { subpaths: [Buffer.from('part')] },
      { create_dataset: false },
      { retention: { reserve: 0 } },
      { retention: { period_seconds: 0, reserve: 1 } },
      { adopt: true },
      { reconnect: true },
      { on_drift: 'fail' },
      { max_delete: 6 },
      { lanes: 2 },
    ] as const) {
      const begun = walter.begin({ ...offer, ...change } as Offer);
      expect(await codeOf(begun), Object.keys(change).join()).to.equal('refused');
    }
    const { GetDataset, InspectTarget, ListDatasets } = peerDefinition();
    expect(await codeOf(walter.unary(GetDataset, refOf('granted')))).to.equal('refused');
    expect(await codeOf(changes(walter))).to.equal('refused');
    expect(await codeOf(walter.stream(ListDatasets, {}))).to.equal('refused');
    const path = Buffer.from(at('inbox', 'tree'));
    expect(await codeOf(walter.unary(InspectTarget, { path }))).to.equal('refused');
    expect(readdirSync(at('inbox'))).to.deep.equal([]);
    expect(await walter.begin(offer)).to.match(/^[0-9a-f]{32}$/);
  });

  it('keep what was begun with them from every other connection', async () => {
    const first = await new HostileDataset().offer(at('inbox', 'one'));
    const second = await new HostileDataset().offer(at('inbox', 'two'));
    const walter = await show(await toWrite(first));
    const session = await walter.begin(first);
    const others = [
      await show(await toWrite(second)),
      await HostilePeer.connect(victim(), { name: 'walter' }),
      alice,
    ];
    for (const other of others) {
      const sent = other.send(...withSession(session, new HostileDataset().structure()));
      expect(await codeOf(sent)).to.equal('not_found');
      expect(await codeOf(other.abort(session))).to.equal('not_found');
    }
    others[1]?.[Symbol.dispose]();
    await walter.abort(session);
  });

  it('lend nothing that the asker does not have', async () => {
    expect(await codeOf(toRead([], { dataset: refOf('secret') }))).to.equal('not_found');
    const wider = { ...refOf('granted'), base_path: Buffer.from(at()) };
    expect(await codeOf(toRead([], { dataset: wider }))).to.equal('not_found');
    for (const path of [at('secret'), at('walters', 'x'), at('inbox2'), '/etc/x']) {
      const offer = await new HostileDataset().offer(path);
      expect(await codeOf(toWrite(offer)), path).to.be.oneOf(['refused', 'path_outside_roots']);
    }
    const nobody = await HostilePeer.connect(victim(), { name: 'mallory' });
    expect(await codeOf(toRead([], { by: nobody }))).to.equal('refused');
    nobody[Symbol.dispose]();
  });

  it('end with the connection they were asked for on, shown or not', async () => {
    const asker = await HostilePeer.connect(victim(), { name: 'alice' });
    const [shown, waiting] = [await toRead([], { by: asker }), await toRead([], { by: asker })];
    const walter = await show(shown);
    expect(await codeOf(changes(walter))).to.equal('done');
    asker[Symbol.dispose]();
    await until('the ticket has ended', async () => (await codeOf(changes(walter))) !== 'done');
    expect(await reasonOf(show(waiting))).to.equal('used');
  });

  it('end when the asker loses the right', async () => {
    const { id } = await grant('alice', at('walters'), 'read');
    const walter = await show(await toRead([], { dataset: refOf('walters') }));
    const again = () => changes(walter, { dataset: refOf('walters') });
    expect(await codeOf(again())).to.equal('done');
    const unshown = await toRead([], { dataset: refOf('walters') });
    await dm(victim(), 'grants', 'delete', id);
    expect(await codeOf(again())).to.equal('refused');
    const late = await show(unshown);
    expect(await codeOf(changes(late, { dataset: refOf('walters') }))).to.equal('refused');
  });

  it('are refused when the worker or the asker is revoked, before and after they are shown', async () => {
    for (const name of ['walter', 'alice']) {
      const asker = await HostilePeer.connect(victim(), { name: 'alice' });
      const unshown = await toRead([], { by: asker });
      const walter = await show(await toRead([], { by: asker }));
      expect(await codeOf(changes(walter))).to.equal('done');
      await victim().ok('certificates', 'revoke', `spki:${keys.get(name)}`);
      expect(await codeOf(changes(walter)), name).to.not.equal('done');
      expect(await codeOf(show(unshown)), name).to.be.oneOf(['peer_untrusted', 'ticket_refused']);
      await victim().ok('certificates', 'revoke', `spki:${keys.get(name)}`, '--undo');
      asker[Symbol.dispose]();
    }
    alice[Symbol.dispose]();
    alice = await HostilePeer.connect(victim(), { name: 'alice' });
  });

  it('are what a worker goes by: it lends nobody its own rights, keys or network', async () => {
    const { RunCopy } = peerDefinition();
    await grant('alice', at('granted'), 'work');
    const dataset = new HostileDataset();
    const run = async (change: object, by = alice) => {
      const offer = await dataset.offer(at('inbox', 'worked'));
      const source_base_path = Buffer.from(at('granted'));
      const request = { offer, source_base_path, partial: 'allow', ...change };
      return codeOf(by.stream(RunCopy, request));
    };
    // Its own datasets and paths: only those that the asker has.
    const secret = await dataset.offer(at('inbox', 'worked'));
    const identity = { ...secret.dataset, id: refOf('secret').id };
    const hidden = { offer: { ...secret, dataset: identity } };
    expect(await run({ ...hidden, source_base_path: Buffer.from(at('secret')) })).to.equal(
      'not_found',
    );
    const shown = { ...secret.dataset, id: refOf('granted').id };
    for (const path of [at('walters', 'x'), at('secret', 'x'), '/etc/x']) {
      const offer = { ...secret, dataset: shown, target_path: Buffer.from(path) };
      expect(await run({ offer }), path).to.be.oneOf(['refused', 'path_outside_roots']);
    }
    // Other places: only where the key answers that the asker names, and only
    // with a ticket that is taken there.
    const ticket = await toRead();
    const peer = keys.get('mallory');
    const source = { addresses: [victim().listen], peer, ticket };
    expect(await run({ source })).to.equal('peer_key_mismatch');
    for (const address of ['', 'x', 'http://x:1', 'x:0', 'x:99999', '/run/x.sock', 'unix:/x']) {
      const other = { ...source, addresses: [address] };
      expect(await run({ source: other }), address).to.equal('protocol_error');
    }
    expect(await run({ source: { ...source, ticket: ticket.subarray(1) } })).to.equal(
      'protocol_error',
    );
    // Without the right there is no work at all.
    const mallory = await HostilePeer.connect(victim(), { name: 'mallory' });
    expect(await run({}, mallory)).to.equal('refused');
    mallory[Symbol.dispose]();
  });

  it('are given out to a bound, and bounds are for each asker', async () => {
    const asker = await HostilePeer.connect(victim(), { name: 'alice' });
    let code = 'done';
    for (let count = 0; count < 300 && code === 'done'; count++) {
      code = await codeOf(toRead([], { by: asker }));
    }
    expect(code).to.equal('peer_busy');
    const walter = await HostilePeer.connect(victim(), { name: 'walter' });
    expect(await codeOf(toRead([], { by: walter, dataset: refOf('walters') }))).to.equal('done');
    walter[Symbol.dispose]();
    asker[Symbol.dispose]();
  });

  it('of before a restart are not known after it', async () => {
    const ticket = await toRead();
    await victim().kill('SIGKILL');
    await victim().start();
    expect(await reasonOf(show(ticket))).to.equal('forged');
    alice[Symbol.dispose]();
    alice = await HostilePeer.connect(victim(), { name: 'alice' });
    expect(await codeOf(changes(await show(await toRead())))).to.equal('done');
  });

  it('leave no defect in the log of the agent', () => {
    const lines = readFileSync(agents.scratch('victim.log'), 'utf8').split('\n');
    expect(lines.filter((line) => line.includes('failed unexpectedly'))).to.deep.equal([]);
    expect(lines.some((line) => line.includes('"code":"ticket_refused"'))).to.equal(true);
  });
});
