import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { expect } from 'chai';
import { DmError } from '../../src/model/error.js';
import { peerDefinition } from '../../src/rpc/proto.js';
import { TestAgents } from '../support/e2e-agents.js';
import { sharedCertificates } from '../support/e2e-certificates.js';
import { dm, dmJson } from '../support/e2e-dm.js';
import { createPolicy, creation, listDatasets, mustRun } from '../support/e2e-policies.js';
import { HostileDataset, withSession } from './hostile-dataset.js';
import { HostilePeer } from './hostile-peer.js';
import { withstands } from './withstands.js';

interface Seen {
  readonly number: number;
  readonly identity: { readonly id: string; readonly root_digest: string } | null;
}

describe('a peer with a grant, against everything else', function () {
  this.timeout(120_000);
  let agents: TestAgents;
  let mallory: HostilePeer;
  let hidden: { number: number; id: string; root_digest: string };
  let shown: { number: number };

  const victim = () => agents.agent('victim');
  const at = (...below: string[]) => Buffer.from(agents.root('victim', ...below));
  const grant = (name: string, path: string, allow: string) =>
    dmJson<{ id: string }>(
      victim(),
      'grants',
      'create',
      `--identity=CN=${name}`,
      '--ca=test-CA',
      `--root=${path}`,
      `--allow=${allow}`,
    );

  before('start an agent with two trees, one of them granted', async () => {
    agents = await TestAgents.open({ agents: [{ name: 'victim' }], accounts: false });
    await sharedCertificates.identity('mallory');
    for (const name of ['granted', 'secret']) {
      mkdirSync(agents.root('victim', name));
      writeFileSync(agents.root('victim', name, 'file'), name);
      const flags = creation('local', agents.root('victim', name));
      await mustRun(victim(), await createPolicy(victim(), 'CREATION', flags));
    }
    const [secret] = await listDatasets(victim(), agents.root('victim', 'secret'));
    const [granted] = await listDatasets(victim(), agents.root('victim', 'granted'));
    hidden = {
      number: secret?.id ?? 0,
      id: secret?.dataset_global_id ?? '',
      root_digest: secret?.root_digest ?? '',
    };
    shown = { number: granted?.id ?? 0 };
    await grant('mallory', agents.root('victim', 'granted'), 'read,create,write');
    mallory = await HostilePeer.connect(victim());
  });
  after('stop it', async () => {
    mallory?.[Symbol.dispose]();
    await agents?.[Symbol.asyncDispose]();
  });

  const { logged } = withstands({ agents: () => agents, name: 'victim', inbox: null });

  async function codeOf(work: Promise<unknown> | AsyncIterable<unknown>): Promise<string> {
    try {
      if (Symbol.asyncIterator in work) for await (const _ of work);
      else await work;
      return 'done';
    } catch (error) {
      if (error instanceof DmError) return error.code;
      throw error;
    }
  }

  it('20, 22: sees the datasets of its directory and no root', async () => {
    const { ListDatasets, Hello } = peerDefinition();
    const hello = { protocol_min: 1, protocol_max: 1, system_guid: 'E2'.repeat(18) };
    const { roots } = await mallory.unary(Hello, hello);
    expect(roots.map(String)).to.deep.equal([agents.root('victim', 'granted')]);
    for (const filter of [{}, { base_path: at('secret') }]) {
      const numbers: number[] = [];
      for await (const dataset of mallory.stream(ListDatasets, filter)) {
        numbers.push(Number((dataset as unknown as Seen).number));
      }
      expect(numbers).to.deep.equal('base_path' in filter ? [] : [shown.number]);
    }
  });

  it('20: a dataset of a directory above its grant is not there for it, though it holds the same files', async () => {
    const { ListDatasets, GetDataset, Changes } = peerDefinition();
    mkdirSync(agents.root('victim', 'above', 'inner'), { recursive: true });
    writeFileSync(agents.root('victim', 'above', 'inner', 'file'), 'inner');
    const flags = creation('local', agents.root('victim', 'above'));
    await mustRun(victim(), await createPolicy(victim(), 'CREATION', flags));
    const [above] = await listDatasets(victim(), agents.root('victim', 'above'));
    const id = above?.dataset_global_id ?? '';
    expect(id).to.not.equal('');
    await grant('inner', agents.root('victim', 'above', 'inner'), 'read,create,write');
    using inner = await HostilePeer.connect(victim(), { name: 'inner' });
    for await (const dataset of inner.stream(ListDatasets, {})) {
      throw new Error(`it sees ${JSON.stringify(dataset)}`);
    }
    for (const dataset of [
      { id },
      { number: above?.id ?? 0 },
      { id, base_path: at('above', 'inner') },
    ]) {
      expect(await codeOf(inner.unary(GetDataset, dataset))).to.equal('not_found');
      const changes = inner.stream(Changes, {
        dataset,
        subpaths: [Buffer.from('inner')],
        lanes: 1,
      });
      expect(await codeOf(changes)).to.equal('not_found');
    }
  });

  it('22: who has no grant is told who the agent is, no root, and nothing else', async () => {
    const { Hello, ListDatasets, InspectTarget } = peerDefinition();
    using stranger = await HostilePeer.connect(victim(), { name: 'stranger', hello: false });
    const hello = { protocol_min: 1, protocol_max: 1, system_guid: 'E3'.repeat(18) };
    const reply = await stranger.unary(Hello, hello);
    expect(reply.roots).to.deep.equal([]);
    expect(reply.agent_name).to.equal('victim');
    expect(await codeOf(stranger.stream(ListDatasets, {}))).to.equal('refused');
    expect(await codeOf(stranger.unary(InspectTarget, { path: at() }))).to.equal('refused');
    await logged('refused');
  });

  it('20, 24: every call on a dataset of another directory finds nothing, however it is named', async () => {
    const { GetDataset, Changes, Lookup, ListDirectory, Details, Read, VerifyDataset } =
      peerDefinition();
    const names = [
      { number: hidden.number },
      { id: hidden.id },
      { id: hidden.id, base_path: at('secret') },
      { id: hidden.id, base_path: at('granted') },
    ];
    for (const dataset of names) {
      const calls = [
        () => mallory.unary(GetDataset, dataset),
        () => mallory.stream(Changes, { dataset, lanes: 1 }),
        () => mallory.unary(Lookup, { dataset, path: [] }),
        () => mallory.stream(ListDirectory, { dataset, gfid: 1 }),
        () => mallory.unary(Details, { dataset, gfid: 1 }),
        () => mallory.stream(Read, { dataset, gfid: 1, offset: 0, length: 10 }),
        () => mallory.stream(VerifyDataset, dataset),
      ];
      for (const call of calls)
        expect(await codeOf(call()), JSON.stringify(dataset)).to.equal('not_found');
    }
    const base = { id: hidden.id, root_digest: hidden.root_digest };
    const request = { dataset: { number: shown.number }, base, lanes: 1 };
    expect(await codeOf(mallory.stream(Changes, request))).to.be.oneOf([
      'not_found',
      'invalid_argument',
      'protocol_error',
    ]);
  });

  it('20, 21: writes and captures nowhere else, by no spelling of a path', async () => {
    const { CreateDataset, InspectTarget } = peerDefinition();
    const paths = [
      at('secret'),
      at('granted2'),
      at('granted', '..', 'secret'),
      Buffer.concat([at('granted'), Buffer.from('/../secret')]),
      Buffer.concat([at('granted'), Buffer.from('//../secret')]),
      Buffer.concat([at('granted'), Buffer.from('/./../secret')]),
      Buffer.concat([at('granted'), Buffer.from('\0/x')]),
      at(),
      Buffer.from('/'),
      Buffer.from('/etc'),
    ];
    const before = readdirSync(agents.root('victim'));
    for (const path of paths) {
      const create = {
        base_path: path,
        name: 'x',
        provider: 'auto',
        partial: 'allow',
        retention: {},
        request_id: 'r',
      };
      const offer = await new HostileDataset().offer(path);
      const codes = [
        await codeOf(mallory.stream(CreateDataset, create)),
        await codeOf(mallory.unary(InspectTarget, { path })),
        await codeOf(mallory.begin(offer)),
      ];
      for (const code of codes)
        expect(code, path.toString()).to.be.oneOf(['refused', 'protocol_error']);
    }
    expect(readdirSync(agents.root('victim'))).to.deep.equal(before);
    expect(readFileSync(agents.root('victim', 'secret', 'file'), 'utf8')).to.equal('secret');
  });

  it('26: a session that was begun does not outlive its grant', async () => {
    const { id } = await grant('mallory', agents.root('victim', 'inbox'), 'write');
    const dataset = new HostileDataset();
    const session = await mallory.begin(await dataset.offer(agents.root('victim', 'inbox')));
    await dm(victim(), 'grants', 'delete', id);
    const structure = dataset.structure();
    const sent = mallory.send(...withSession(session, structure));
    expect(await codeOf(sent)).to.be.oneOf(['not_found', 'refused', 'session_superseded']);
    expect(await codeOf(mallory.commit(session))).to.be.oneOf(['not_found', 'refused']);
    const again = mallory.begin(await dataset.offer(agents.root('victim', 'inbox')));
    expect(await codeOf(again)).to.equal('refused');
    expect(readdirSync(agents.root('victim'))).to.not.include('inbox');
  });

  it('every refusal is in the log, with what would allow it', () => {
    const lines = readFileSync(agents.scratch('victim.log'), 'utf8').trim().split('\n');
    const refusals = lines
      .map((line) => JSON.parse(line) as { msg: string; code: string; allow: readonly string[] })
      .filter(({ msg, code }) => msg === 'peer refused' && code === 'refused');
    expect(refusals.length).to.be.above(10);
    const wanted = `dm grants create --identity spki:[0-9a-f]{64} --root ${agents.root('victim', 'secret')} --allow write`;
    expect(refusals.flatMap(({ allow }) => allow).join('\n')).to.match(new RegExp(wanted));
    const defects = lines.filter((line) => line.includes('failed unexpectedly'));
    expect(defects).to.deep.equal([]);
  });
});
