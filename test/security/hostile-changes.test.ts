import { lstatSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { expect } from 'chai';
import { encodeEntryKey } from '../../src/catalog/maps/entries.js';
import { encodeGfidKey } from '../../src/catalog/maps/gfid-key.js';
import type { DmError } from '../../src/model/error.js';
import { ROOT_GFID } from '../../src/model/ids.js';
import type { WriteRequest } from '../../src/rpc/generated/peer/datamover/v1/WriteRequest.js';
import { TestAgents } from '../support/e2e-agents.js';
import { content, END, gfid, HostileDataset, wholeFile, withSession } from './hostile-dataset.js';
import { HostilePeer } from './hostile-peer.js';
import { withstands } from './withstands.js';

const REFUSALS = ['protocol_error', 'corrupt', 'dataset_incomplete'];
const TEXT = Buffer.from('text');

describe('changes of a received tree that reach for more', function () {
  this.timeout(120_000);
  let agents: TestAgents;
  let peer: HostilePeer;
  let base: HostilePeerBase;
  let target = '';

  interface HostilePeerBase {
    readonly dataset: HostileDataset;
    readonly identity: { readonly id: string; readonly root_digest: string };
  }

  before('start an agent, with a received tree and files beside it', async () => {
    agents = await TestAgents.open({ agents: [{ name: 'victim' }], accounts: false });
    peer = await HostilePeer.connect(agents.agent('victim'));
    target = agents.root('victim', 'target');
    mkdirSync(agents.root('victim', 'beside'));
    writeFileSync(agents.root('victim', 'beside', 'file'), 'untouched');
    const other = new HostileDataset().add(gfid(77), 'other', 'file', { size: 4n });
    await receive(other, agents.root('victim', 'other'), null, other.structure(), 77);
    const dataset = tree();
    await receive(dataset, target, null, dataset.structure(), 3);
    const { root_digest = '' } = (await dataset.offer(target)).dataset ?? {};
    base = { dataset, identity: { id: dataset.id, root_digest } };
  });
  after('stop it', async () => {
    peer?.[Symbol.dispose]();
    await agents?.[Symbol.asyncDispose]();
  });
  afterEach('nothing has changed', () => {
    expect(readFileSync(`${target}/d/f`, 'utf8')).to.equal('text');
    expect(readFileSync(agents.root('victim', 'beside', 'file'), 'utf8')).to.equal('untouched');
    expect(lstatSync(agents.root('victim', 'beside', 'file')).nlink).to.equal(1);
    expect(lstatSync(agents.root('victim', 'other', 'other')).nlink).to.equal(1);
    const names = readdirSync(agents.root('victim')).sort();
    expect(names).to.deep.equal(['.datamover', 'beside', 'other', 'target']);
  });

  const { logged } = withstands({ agents: () => agents, name: 'victim' });

  function tree(id?: string): HostileDataset {
    return new HostileDataset(id)
      .add(gfid(2), 'd', 'dir')
      .add(gfid(3), 'f', 'file', { parent: gfid(2), size: 4n });
  }

  async function receive(
    dataset: HostileDataset,
    path: string,
    from: HostilePeerBase | null,
    structure: WriteRequest,
    file: number | null,
  ): Promise<void> {
    const offer = await dataset.offer(path, from === null ? {} : { base: from.identity });
    const session = await peer.begin(offer);
    const files = file === null ? [] : [content((to) => wholeFile(to, gfid(file), TEXT))];
    try {
      await peer.send(...withSession(session, structure, ...files, END));
      await peer.commit(session);
    } catch (error) {
      await peer.abort(session);
      throw error;
    }
  }

  async function expectRefused(dataset: HostileDataset, structure: WriteRequest): Promise<void> {
    const error = await receive(dataset, target, base, structure, null).then(
      () => null,
      (failure: DmError) => failure,
    );
    expect(error, 'it was accepted').to.not.equal(null);
    expect(error?.code, error?.message).to.be.oneOf(REFUSALS);
    if (error?.code !== 'dataset_incomplete') await logged('protocol_error', 'corrupt');
  }

  describe('35: hard links', () => {
    const linked = (id: number, change: (dataset: HostileDataset) => void) => () => {
      const dataset = tree(base.dataset.tree);
      dataset.entry(ROOT_GFID, 'link', gfid(id), 'file').link(gfid(id), ROOT_GFID, 'link');
      change(dataset);
      return dataset;
    };
    for (const [what, make] of [
      ['to a file that was never sent', linked(99, () => undefined)],
      ['to a file of another received tree', linked(77, () => undefined)],
      ['to a directory', linked(2, () => undefined)],
      ['to a file that says it has one name', linked(3, () => undefined)],
      [
        'to a path with ..',
        linked(3, (dataset) => void dataset.entry(ROOT_GFID, '../beside/file', gfid(3), 'file')),
      ],
      [
        'of a name that is not in the tree',
        () => tree(base.dataset.tree).link(gfid(3), ROOT_GFID, 'nowhere'),
      ],
    ] as const) {
      it(`${what}: refused`, async () => {
        const dataset = make();
        await expectRefused(dataset, dataset.structureAfter(base.dataset));
      });
    }
  });

  describe('36: deletions', () => {
    const dKey = encodeEntryKey(ROOT_GFID, Buffer.from('d'));
    /** The tree without some of its records, and a root digest that says so. */
    const without = (...keys: readonly Uint8Array[]) => {
      const dataset = tree(base.dataset.tree);
      for (const puts of [dataset.entries, dataset.inodes]) {
        const left = puts.filter(
          ({ key }) => !keys.some((gone) => Buffer.compare(gone, key) === 0),
        );
        puts.splice(0, puts.length, ...left);
      }
      return dataset;
    };
    for (const [what, keys] of [
      ['of the root', [encodeGfidKey(ROOT_GFID)]],
      ['of a directory whose files stay', [dKey]],
      [
        'of a directory and its inode, with a file that stays in it',
        [dKey, encodeGfidKey(gfid(2))],
      ],
      ['of an inode whose name stays', [encodeGfidKey(gfid(3))]],
    ] as const) {
      it(`${what}: refused`, async () => {
        const dataset = without(...keys);
        await expectRefused(dataset, dataset.structureAfter(base.dataset));
      });
    }

    it('of everything, with a file in the place of the root: refused', async () => {
      const dataset = new HostileDataset(base.dataset.tree);
      dataset.inodes.length = 0;
      dataset.inode(ROOT_GFID, 'file', { name: Buffer.alloc(0), size: 4n });
      await expectRefused(dataset, dataset.structureAfter(base.dataset));
    });

    it('of names that are not in the tree delete nothing', async () => {
      const structure = content((writer) => {
        writer.map('entries');
        for (const name of ['..', '../beside/file', 'beside']) {
          writer.delete(encodeEntryKey(ROOT_GFID, Buffer.from(name)));
        }
      });
      const batch = { ...structure.batch, phase: 'PHASE_STRUCTURE' as const };
      await receive(tree(base.dataset.tree), target, base, { batch }, null);
    });
  });
});
