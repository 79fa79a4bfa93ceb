import { expect } from 'chai';
import { diffMaps } from '../../../src/catalog/diff-maps.js';
import { MapReader } from '../../../src/catalog/map-reader.js';
import { parseMapRoot } from '../../../src/catalog/map-root.js';
import type { Mutation } from '../../../src/catalog/map-types.js';
import { encodeEntryKey, encodeEntryValue } from '../../../src/catalog/maps/entries.js';
import { MAPS } from '../../../src/catalog/maps/map-params.js';
import { InternalPage } from '../../../src/catalog/node-page.js';
import { PageReader } from '../../../src/catalog/page-reader.js';
import { hashKey } from '../../../src/catalog/page-rule.js';
import type { PageRef, PageSource } from '../../../src/catalog/page-store.js';
import { DmError } from '../../../src/model/error.js';
import type { Gfid } from '../../../src/model/ids.js';
import { diff, MapBench, SMALL } from './map-helpers.js';

function entry(number: number): Mutation {
  const parent = BigInt(1 + Math.floor(number / 20)) as Gfid;
  const key = encodeEntryKey(parent, Buffer.from(`file-${number}`));
  return { key, value: encodeEntryValue(BigInt(number + 2) as Gfid, 'file') };
}

function entries(count: number): Mutation[] {
  const all = Array.from({ length: count }, (_, i) => entry(i));
  return all.sort((a, b) => Buffer.compare(a.key, b.key));
}

async function errorOf(action: () => unknown): Promise<DmError> {
  try {
    await action();
  } catch (error) {
    if (error instanceof DmError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('catalog maps: pages', () => {
  it('sparse mutations read and write only the paths to them', async () => {
    const bench = new MapBench(MAPS.entries);
    const root = await bench.apply(null, entries(50_000));
    const built = bench.store.appends;
    const changes = [100, 20_000, 40_000].map((number) => ({
      key: entry(number).key,
      value: encodeEntryValue(7n as Gfid, 'dir'),
    }));
    changes.sort((a, b) => Buffer.compare(a.key, b.key));
    const reads = bench.store.reads;
    const changed = await bench.apply(root, changes);
    expect(bench.store.appends - built).to.be.within(4, 12);
    expect(bench.store.reads - reads).to.be.at.most(12);
    expect(await diff({ bench, root }, { bench, root: changed })).to.have.length(3);
  });

  it('a lone leaf left over at the end of a high tree becomes the root', async () => {
    const bench = new MapBench();
    const all = entries(1500);
    for (let size = 600; size <= all.length; size++) {
      const root = await bench.apply(null, all.slice(0, size));
      if (root === null) throw new Error('the map is empty');
      const top = await bench.pages.root(root);
      if (!(top instanceof InternalPage) || root.height !== 3) continue;
      const last = await bench.pages.child(top, top.count - 1);
      if (last.count > 1) continue;
      const kept = size - last.entries;
      const gone = all.slice(0, kept).map(({ key }) => ({ key, value: null }));
      const scratch = await new MapBench().apply(null, all.slice(kept, size));
      const left = await bench.apply(root, gone);
      expect(left?.height).to.equal(1);
      expect(left?.digest).to.equal(scratch?.digest);
      return;
    }
    expect.fail('no size gave a last page with one child');
  });

  it('mutations that change nothing give the same root and write no page', async () => {
    const bench = new MapBench(MAPS.entries);
    const root = await bench.apply(null, entries(5000));
    const built = bench.store.appends;
    const nothing = [entry(3), { key: Buffer.from('absent'), value: null }];
    expect(await bench.apply(root, nothing)).to.deep.equal(root);
    expect(bench.store.appends).to.equal(built);
  });

  it('leaves have 4 to 8 KiB on average and no page is beyond the maximum', async () => {
    const bench = new MapBench(MAPS.entries);
    const sizes: number[] = [];
    const append = bench.store.append.bind(bench.store);
    bench.store.append = (frame) => {
      if (frame[8] === 0x4c) sizes.push(frame.length);
      return append(frame);
    };
    await bench.apply(null, entries(50_000));
    const average = sizes.reduce((sum, size) => sum + size, 0) / sizes.length;
    expect(average).to.be.within(3500, 8192);
    expect(Math.max(...sizes)).to.be.below(512 * 50);
  });

  it('keys chosen to end every page, or none, cannot make tiny or giant pages', async () => {
    const threshold = Math.floor(2 ** 32 / (128 - 32));
    const chosen = (ends: boolean) => {
      const keys: Mutation[] = [];
      for (let i = 0; keys.length < 3000; i++) {
        const key = Buffer.from(`name-${String(i).padStart(8, '0')}`);
        const low = hashKey(0x811c9dc5, key, 0, key.length) < threshold;
        if (low === ends) keys.push({ key, value: Buffer.of(1) });
      }
      return keys;
    };
    for (const [ends, pages] of [
      [true, Math.ceil(3000 / 32)],
      [false, Math.ceil(3000 / 512)],
    ] as const) {
      const bench = new MapBench({ name: 'hostile', leafEntries: 128 });
      let leaves = 0;
      const append = bench.store.append.bind(bench.store);
      bench.store.append = (frame) => {
        if (frame[8] === 0x4c) leaves++;
        return append(frame);
      };
      await bench.apply(null, chosen(ends));
      expect(leaves).to.equal(pages);
    }
  });

  it('refuses mutations that do not ascend, within a batch and from one to the next', async () => {
    const bench = new MapBench();
    const [a, b] = [entry(1), entry(2)];
    for (const order of [
      [b, a],
      [a, a],
    ]) {
      for (const batch of [1, 2]) {
        const error = await errorOf(() => bench.apply(null, order, batch));
        expect(error.code).to.equal('invalid_argument');
      }
    }
  });

  it('refuses empty and oversized keys and values', async () => {
    const bench = new MapBench();
    for (const mutation of [
      { key: Buffer.alloc(0), value: Buffer.of(1) },
      { key: Buffer.alloc(1025), value: Buffer.of(1) },
      { key: Buffer.of(1), value: Buffer.alloc(16 * 1024 * 1024 + 1) },
    ]) {
      const error = await errorOf(() => bench.apply(null, [mutation]));
      expect(error.code).to.equal('invalid_argument');
    }
  });

  it('roots survive JSON, and bad ones are refused', async () => {
    const root = await new MapBench().apply(null, entries(100));
    expect(parseMapRoot(JSON.parse(JSON.stringify(root)))).to.deep.equal(root);
    expect(parseMapRoot(null)).to.equal(null);
    for (const bad of [
      undefined,
      7,
      [],
      {},
      { ...root, digest: 'XY' },
      { ...root, count: 0 },
      { ...root, height: 65 },
      { ...root, count: 1.5 },
      { ...root, locator: { ...root?.locator, offset: -1 } },
      { ...root, locator: { ...root?.locator, pack: '../../etc/passwd' } },
    ]) {
      expect((await errorOf(() => parseMapRoot(bad))).code).to.equal('corrupt');
    }
  });

  it('long values do not pile up in one batch of a range or a difference', async () => {
    const bench = new MapBench(MAPS.entries);
    const long = Array.from({ length: 20 }, (_, i) => ({
      key: Buffer.of(i),
      value: Buffer.alloc(1 << 20, i),
    }));
    const root = await bench.apply(null, long);
    const before = { pages: bench.pages, root: null };
    const after = { pages: bench.pages, root };
    const lengths = async (batches: AsyncIterable<readonly unknown[]>) => {
      const all: number[] = [];
      for await (const batch of batches) all.push(batch.length);
      return all;
    };
    expect(await lengths(new MapReader(bench.pages, root).range())).to.deep.equal([4, 4, 4, 4, 4]);
    expect(await lengths(diffMaps({ before, after }))).to.deep.equal([4, 4, 4, 4, 4]);
  });

  it('works the same when pages come late', async () => {
    const bench = new MapBench(SMALL);
    const root = await bench.apply(null, entries(2000));
    const late: PageSource = { read: async (ref: PageRef) => bench.store.read(ref) };
    const reader = new MapReader(new PageReader({ cacheBytes: 0 }, { source: late }), root);
    expect(await reader.get(entry(1234).key)).to.deep.equal(entry(1234).value);
    const both = await Promise.all([reader.get(entry(3).key), reader.get(entry(4).key)]);
    expect(both).to.deep.equal([entry(3).value, entry(4).value]);
    let count = 0;
    for await (const batch of reader.range()) count += batch.length;
    expect(count).to.equal(2000);
  });
});
