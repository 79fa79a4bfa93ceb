import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import type { Mutation } from '../../../../../src/catalog/map-types.js';
import { decodeContentKey, decodeContentValue } from '../../../../../src/catalog/maps/content.js';
import { encodeGfidKey } from '../../../../../src/catalog/maps/gfid-key.js';
import { decodeToken, encodeToken } from '../../../../../src/endpoint/changes/change-token.js';
import { interleave } from '../../../../../src/endpoint/changes/interleave.js';
import {
  DigestSpill,
  mergeSpills,
} from '../../../../../src/endpoint/local/changes/digest-spill.js';
import type { LocalTreeId } from '../../../../../src/endpoint/local/layout/local-tree.js';
import { OpenDatasets } from '../../../../../src/endpoint/local/open-datasets.js';
import { laneOf } from '../../../../../src/endpoint/receive/lane.js';
import { DmError } from '../../../../../src/model/error.js';
import { type Gfid, parseDatasetId } from '../../../../../src/model/ids.js';

const gfids = fc.bigInt(1n, (1n << 64n) - 1n).map((value) => value as Gfid);

describe('laneOf', () => {
  it('is (gfid >> 6) modulo the lanes, for every gfid', () => {
    fc.assert(
      fc.property(gfids, fc.integer({ min: 1, max: 16 }), (gfid, lanes) => {
        expect(laneOf(encodeGfidKey(gfid), lanes)).to.equal(Number((gfid >> 6n) % BigInt(lanes)));
      }),
    );
  });
});

describe('lane tokens', () => {
  it('give back the position', () => {
    const offset = fc.option(fc.nat({ max: Number.MAX_SAFE_INTEGER }));
    fc.assert(
      fc.property(gfids, offset, fc.integer({ min: 1, max: 16 }), (gfid, at, lanes) => {
        const position = { gfid, offset: at };
        expect(decodeToken(encodeToken(lanes, position), lanes)).to.deep.equal(position);
      }),
    );
  });

  it('are protocol_error when they are anything else', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 20 }), (token) => {
        try {
          decodeToken(token, 2);
        } catch (error) {
          expect(error).to.be.instanceOf(DmError).with.property('code', 'protocol_error');
        }
      }),
    );
    const token = encodeToken(3, { gfid: 5n as Gfid, offset: 0 });
    expect(() => decodeToken(token, 2)).to.throw(/3 lanes, not 2/);
  });
});

describe('DigestSpill', () => {
  it('merges the lanes in order, without what was rewound', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'dm-spill-'));
    const paths = [join(folder, '0'), join(folder, '1'), join(folder, '2')];
    const spills = paths.map((path) => new DigestSpill(path));
    const [first, second] = spills as [DigestSpill, DigestSpill];
    for (let leaf = 0; leaf < 3000; leaf++) first.add(1n as Gfid, leaf, Buffer.alloc(32, leaf));
    const early = second.mark();
    second.add(2n as Gfid, 0, null);
    second.rewind(early);
    second.add(3n as Gfid, 0, null);
    const late = first.mark();
    for (let leaf = 0; leaf < 3000; leaf++) first.add(4n as Gfid, leaf, null);
    first.rewind(late);
    first.add(5n as Gfid, 9, Buffer.alloc(32, 7));
    for (const spill of spills) expect(spill.close()).to.equal(null);
    const merged: Mutation[] = [];
    for await (const batch of mergeSpills(paths)) merged.push(...batch);
    rmSync(folder, { recursive: true });
    expect(merged).to.have.length(3002);
    const tail = merged.slice(2999).map(({ key, value }) => {
      const { gfid, leaf } = decodeContentKey(key);
      return [Number(gfid), leaf, value && decodeContentValue(value)?.[0]];
    });
    expect(tail).to.deep.equal([
      [1, 2999, 2999 % 256],
      [3, 0, undefined],
      [5, 9, 7],
    ]);
  });
});

describe('interleave', () => {
  async function* numbers(from: number, count: number): AsyncGenerator<number> {
    for (let index = 0; index < count; index++) yield from + index;
  }

  it('gives every item, each source in its order', async () => {
    const seen: number[] = [];
    const sources = [numbers(0, 5), numbers(100, 0), numbers(200, 3)];
    for await (const item of interleave(sources, () => undefined)) seen.push(item);
    expect(seen.filter((item) => item < 100)).to.deep.equal([0, 1, 2, 3, 4]);
    expect(seen.filter((item) => item >= 200)).to.deep.equal([200, 201, 202]);
  });

  it('stops the others when one fails', async () => {
    async function* failing(): AsyncGenerator<number> {
      yield 1;
      throw new Error('broken lane');
    }
    let stopped = false;
    let closed = false;
    async function* endless(): AsyncGenerator<number> {
      try {
        while (!stopped) yield 2;
      } finally {
        closed = true;
      }
    }
    let failure: unknown = null;
    try {
      for await (const item of interleave([endless(), failing()], () => {
        stopped = true;
      })) {
        expect(item).to.be.within(1, 2);
      }
    } catch (error) {
      failure = error;
    }
    expect(failure).to.be.instanceOf(Error).with.property('message', 'broken lane');
    expect(closed).to.equal(true);
  });
});

describe('OpenDatasets', () => {
  const tree = '0123456789abcdef' as LocalTreeId;
  const id = parseDatasetId('0'.repeat(32));

  it('keeps a dataset from being deleted while anyone reads it', () => {
    const holds = new OpenDatasets();
    const one = holds.hold(tree, id);
    const other = holds.hold(tree, id);
    one[Symbol.dispose]();
    one[Symbol.dispose]();
    expect(() => holds.claimForDelete(tree, id))
      .to.throw(DmError)
      .with.property('code', 'in_use');
    other[Symbol.dispose]();
    const claim = holds.claimForDelete(tree, id);
    expect(() => holds.hold(tree, id))
      .to.throw(DmError)
      .with.property('code', 'not_found');
    expect(() => holds.claimForDelete(tree, id)).to.throw(DmError);
    claim[Symbol.dispose]();
    expect(holds.isHeld(tree, id)).to.equal(false);
    holds.hold(tree, id)[Symbol.dispose]();
  });
});
