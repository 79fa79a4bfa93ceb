import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { expect } from 'chai';
import type { DmError } from '../../src/model/error.js';
import type { Offer } from '../../src/rpc/generated/peer/datamover/v1/Offer.js';
import type { WriteRequest } from '../../src/rpc/generated/peer/datamover/v1/WriteRequest.js';
import { peerDefinition } from '../../src/rpc/proto.js';
import { TestAgents } from '../support/e2e-agents.js';
import { dmJson } from '../support/e2e-dm.js';
import { noise } from '../support/e2e-trees.js';
import { content, END, gfid, HostileDataset, wholeFile, withSession } from './hostile-dataset.js';
import { HostilePeer } from './hostile-peer.js';
import { withstands } from './withstands.js';

const MEBIBYTE = 1_048_576;
const MAX_BYTES = 8 * MEBIBYTE;
/** Names and metadata of a copy, which are not counted against the limit. */
const METADATA_BYTES = 16 * MEBIBYTE;
/** One content batch of it fits into a message. */
const FILE_BYTES = MEBIBYTE;

describe('a peer that takes more than its share, or sends what was before', function () {
  this.timeout(180_000);
  let agents: TestAgents;
  let peer: HostilePeer;
  let next = 0;

  before('start an agent with limits', async () => {
    agents = await TestAgents.open({
      agents: [{ name: 'victim', extra: [`--peer-max-bytes=${MAX_BYTES}`] }],
      accounts: false,
    });
    peer = await HostilePeer.connect(agents.agent('victim'));
  });
  after('stop it', async () => {
    peer?.[Symbol.dispose]();
    await agents?.[Symbol.asyncDispose]();
  });

  const { logged } = withstands({ agents: () => agents, name: 'victim' });
  const freshTarget = () => agents.root('victim', `target-${next++}`);
  const diskBytes = () =>
    Number(
      execFileSync('du', ['-sB1', agents.root('victim')], { encoding: 'utf8' }).split('\t')[0],
    );
  async function refusalOf(work: Promise<unknown>): Promise<string> {
    return work.then(
      () => 'nothing',
      (error: DmError) => error.code,
    );
  }

  /** A dataset of files of 1 MiB with what brings them. */
  function large(files: number, tree?: string): { dataset: HostileDataset; bring: WriteRequest[] } {
    const dataset = new HostileDataset(tree);
    const bring: WriteRequest[] = [];
    for (let at = 0; at < files; at++) {
      const id = gfid(64 * at + 2);
      dataset.add(id, `f${at}`, 'file', { size: BigInt(FILE_BYTES) });
      bring.push(content((writer) => wholeFile(writer, id, noise(FILE_BYTES, at))));
    }
    return { dataset, bring };
  }
  const send = (session: string, dataset: HostileDataset, bring: readonly WriteRequest[]) =>
    peer.send(...withSession(session, dataset.structure(), ...bring, END));
  async function receive(dataset: HostileDataset, bring: readonly WriteRequest[], offer: Offer) {
    const session = await peer.begin(offer);
    await send(session, dataset, bring);
    await peer.commit(session);
  }

  it('52: an old dataset that is sent again, and an increment of one, are refused', async () => {
    const target = freshTarget();
    const tree = 'ab'.repeat(16);
    const datasets = [1, 2, 3].map((count) => {
      const dataset = new HostileDataset(tree);
      for (let id = 0; id < count; id++) dataset.add(gfid(64 * id + 2), `d${id}`, 'dir');
      return dataset;
    });
    const [first, second, third] = datasets as [HostileDataset, HostileDataset, HostileDataset];
    const offerAfter = async (base: HostileDataset | null, dataset: HostileDataset) => {
      const offer = await dataset.offer(target);
      if (base === null) return offer;
      const { id, root_digest } = (await base.offer(target)).dataset ?? {};
      return { ...offer, base: { id: id ?? '', root_digest: root_digest ?? '' } };
    };
    await receive(first, [], await offerAfter(null, first));
    const session = await peer.begin(await offerAfter(first, second));
    await peer.send(...withSession(session, second.structureAfter(first), END));
    await peer.commit(session);
    const names = readdirSync(target);
    expect(names).to.have.members(['d0', 'd1']);
    for (const [what, base, dataset] of [
      ['the first again', null, first],
      ['the second, as it came', first, second],
      ['another increment of the first', first, third],
    ] as const) {
      // What stands there already is told so, and no byte of it is taken.
      const code = await refusalOf(
        offerAfter(base, dataset).then(async (offer) => {
          const replayed = await peer.begin(offer);
          await peer.send(...withSession(replayed, dataset.structureAfter(base ?? first), END));
          await peer.commit(replayed);
        }),
      );
      if (dataset === second) expect(code, what).to.be.oneOf(['nothing', 'already_exists']);
      else expect(code, what).to.equal('diverged');
      expect(readdirSync(target), what).to.deep.equal(names);
    }
    await logged('diverged');
  });

  it('54: sizes that lie, and trees without end, fill the disk no further than the limit', async () => {
    const before = diskBytes();
    const codes: string[] = [];
    for (let at = 0; at < 12; at++) {
      const { dataset, bring } = large(1);
      codes.push(
        await refusalOf(
          dataset.offer(freshTarget()).then((offer) => receive(dataset, bring, offer)),
        ),
      );
    }
    // It says of each that it holds nothing.
    expect(codes.slice(0, 8)).to.deep.equal(Array(8).fill('nothing'));
    expect(new Set(codes.slice(8))).to.deep.equal(new Set(['quota_exceeded']));
    await logged('quota_exceeded');
    expect(diskBytes() - before).to.be.lessThan(MAX_BYTES + METADATA_BYTES);
    using other = await HostilePeer.connect(agents.agent('victim'), { name: 'other' });
    const { dataset, bring } = large(1);
    const session = await other.begin(await dataset.offer(freshTarget()));
    await other.send(...withSession(session, dataset.structure(), ...bring, END));
    await other.commit(session);
  });

  it('54: copies that are begun and never ended fill the disk no further than the limit', async () => {
    using greedy = await HostilePeer.connect(agents.agent('victim'), { name: 'greedy' });
    const before = diskBytes();
    const codes: string[] = [];
    for (let at = 0; at < 12; at++) {
      const { dataset, bring } = large(3);
      const begun = dataset.offer(freshTarget()).then((offer) => greedy.begin(offer));
      codes.push(
        await refusalOf(
          begun.then((session) =>
            greedy.send(...withSession(session, dataset.structure(), ...bring, END)),
          ),
        ),
      );
    }
    expect(codes).to.include('nothing');
    expect(codes).to.include('quota_exceeded');
    await logged('quota_exceeded');
    expect(diskBytes() - before).to.be.lessThan(2 * MAX_BYTES + METADATA_BYTES);
  });

  it('25: a tree that is received here has no datasets made of it, by no peer', async () => {
    const target = freshTarget();
    const dataset = new HostileDataset().add(gfid(2), 'd', 'dir');
    using honest = await HostilePeer.connect(agents.agent('victim'), { name: 'turning' });
    const session = await honest.begin(await dataset.offer(target));
    await honest.send(...withSession(session, dataset.structure(), END));
    await honest.commit(session);
    const request = {
      base_path: Buffer.from(target),
      ...{ name: 'x', provider: 'auto', partial: 'allow', retention: {}, request_id: 'r' },
    };
    const made = async () => {
      for await (const _ of honest.stream(peerDefinition().CreateDataset, request));
    };
    expect(await refusalOf(made())).to.equal('in_use');
    await logged('in_use');
    // Nor is anything received into what datasets are made of.
    const own = agents.root('victim', 'own');
    mkdirSync(own);
    writeFileSync(`${own}/file`, 'own');
    const create = peerDefinition().CreateDataset;
    for await (const _ of honest.stream(create, { ...request, base_path: Buffer.from(own) }));
    for (const path of [own, `${own}/below`]) {
      const back = new HostileDataset().add(gfid(2), 'd', 'dir');
      const code = await refusalOf(back.offer(path).then((offer) => honest.begin(offer)));
      expect(code, path).to.equal('target_forbidden');
      await logged('target_forbidden');
    }
    expect(readdirSync(own)).to.deep.equal(['file']);
    expect(readFileSync(`${own}/file`, 'utf8')).to.equal('own');
    expect(existsSync(`${own}/below`)).to.equal(false);
    const listed = await dmJson<object[]>(agents.agent('victim'), 'jobs', 'list');
    expect(listed).to.deep.equal([]);
  });
});
