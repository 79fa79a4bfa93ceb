import { truncateSync, writeFileSync } from 'node:fs';
import { blake3 } from '@napi-rs/blake-hash';
import { expect } from 'chai';
import { Catalog } from '../../../../../src/catalog/catalog.js';
import { encodeContentKey } from '../../../../../src/catalog/maps/content.js';
import { decodeInode } from '../../../../../src/catalog/maps/inodes.js';
import { PageReader } from '../../../../../src/catalog/page-reader.js';
import { LEAF_BYTES, MAX_PAYLOAD_BYTES } from '../../../../../src/endpoint/change-payload.js';
import type { ChangeBatch } from '../../../../../src/endpoint/change-stream.js';
import type { DatasetRecord } from '../../../../../src/endpoint/local/layout/dataset-record.js';
import type { ChangesRequest, DatasetReader } from '../../../../../src/endpoint/source.js';
import { DmError } from '../../../../../src/model/error.js';
import type { Gfid } from '../../../../../src/model/ids.js';
import { PagePacks } from '../../../../../src/repository/page-packs.js';
import { TestReceiver } from './receiver.js';
import { gfidOf, type TestFile, type TestTree, TreeFixture } from './tree-fixture.js';

const { signal } = new AbortController();
const BASELINE: ChangesRequest = { base: null, subpaths: [], lanes: 1, resume: null };

/** Bytes that differ from place to place; `seed` makes another content. */
function noise(length: number, seed: number): Buffer {
  const bytes = Buffer.alloc(length);
  let state = seed * 2654435761 + 1;
  for (let at = 0; at < length; at += 4) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    bytes.writeUInt32LE(state, Math.min(at, Math.max(length - 4, 0)));
    if (length < 4) break;
  }
  return bytes;
}

function file(gfid: number, version: number, bytes: Buffer, links: string[] = []): TestFile {
  return { gfid, version, bytes, links };
}

const LARGE = noise(5 * 16 * LEAF_BYTES + 12_345, 1);
const SPARSE = Buffer.concat([
  noise(8192, 2),
  Buffer.alloc(40 * LEAF_BYTES),
  noise(5000, 3),
  Buffer.alloc(2 * LEAF_BYTES),
]);
const FIRST: TestTree = {
  large: file(100, 1, LARGE),
  sparse: file(200, 1, SPARSE),
  empty: file(201, 1, Buffer.alloc(0)),
  'dir/a': file(300, 1, noise(8000, 4)),
  'dir/b': file(301, 1, noise(100, 5), ['dir/sub/b-too', 'other/b']),
  'dir/sub/c': file(302, 1, noise(70_000, 6)),
  'other/d': file(303, 1, noise(10, 7)),
};

function edited(): TestTree {
  const large = Buffer.from(LARGE);
  noise(100, 8).copy(large, 3 * LEAF_BYTES + 50);
  noise(5000, 9).copy(large, 40 * LEAF_BYTES - 10);
  return {
    ...FIRST,
    large: file(100, 2, large),
    sparse: file(200, 2, SPARSE.subarray(0, 3 * LEAF_BYTES + 7)),
    // Written anew under another gfid and renamed into place.
    'dir/a': file(400, 2, Buffer.concat([noise(8000, 4), noise(500, 10)])),
    'other/d': file(303, 2, Buffer.alloc(0)),
    'dir/new': file(401, 2, noise(3 * LEAF_BYTES, 11)),
  };
}

function contentsOf(tree: TestTree): Map<string, Buffer> {
  const contents = new Map<string, Buffer>();
  for (const { gfid, version, bytes } of Object.values(tree)) {
    if (bytes !== null) contents.set(`${gfid}.${version}`, bytes);
  }
  return contents;
}

function expectContents(receiver: TestReceiver, tree: TestTree): void {
  for (const [key, bytes] of contentsOf(tree)) {
    expect(receiver.contents.get(key)?.equals(bytes), key).to.equal(true);
  }
}

async function failureOf(work: Promise<unknown>): Promise<DmError> {
  try {
    await work;
  } catch (error) {
    expect(error).to.be.instanceOf(DmError);
    return error as DmError;
  }
  throw new Error('it did not fail');
}

describe('changes of a local dataset', () => {
  let fixture: TreeFixture;

  beforeEach(() => {
    fixture = new TreeFixture();
  });
  afterEach(async () => {
    await fixture.close();
  });

  async function openReader(record: DatasetRecord): Promise<DatasetReader> {
    return fixture.source.open({ id: record.id }, signal);
  }

  async function batchesOf(
    record: DatasetRecord,
    request: Partial<ChangesRequest> = {},
  ): Promise<ChangeBatch[]> {
    const reader = await openReader(record);
    const batches: ChangeBatch[] = [];
    try {
      for await (const batch of reader.changes({ ...BASELINE, ...request }, signal)) {
        expect(batch.payload.length).to.be.below(MAX_PAYLOAD_BYTES);
        batches.push(batch);
      }
    } finally {
      await reader[Symbol.asyncDispose]();
    }
    return batches;
  }

  async function received(
    record: DatasetRecord,
    request: Partial<ChangesRequest> = {},
    base: TestReceiver | null = null,
  ): Promise<TestReceiver> {
    const receiver = new TestReceiver(base);
    for (const batch of await batchesOf(record, request)) receiver.apply(batch);
    expect(receiver.ended).to.equal(true);
    return receiver;
  }

  function baseOf(record: DatasetRecord): ChangesRequest['base'] {
    return { id: record.id, rootDigest: record.rootDigest };
  }

  it('sends a whole dataset, with all maps, in any number of lanes', async () => {
    const record = await fixture.addDataset(1, FIRST);
    for (const lanes of [1, 3, 16]) {
      const receiver = await received(record, { lanes });
      expectContents(receiver, FIRST);
      for (const map of ['entries', 'inodes', 'links', 'side'] as const) {
        expect(receiver.maps.get(map)?.size, map).to.equal(record.maps[map]?.count);
      }
      expect(receiver.failures.size).to.equal(0);
      expect(receiver.dataBytes).to.be.below(LARGE.length + 200_000);
    }
  });

  it('counts files and bytes once', async () => {
    const record = await fixture.addDataset(1, FIRST);
    const batches = await batchesOf(record, { lanes: 2 });
    const bytes = Object.values(FIRST).reduce((sum, one) => sum + (one.bytes?.length ?? 0), 0);
    expect(batches.reduce((sum, batch) => sum + batch.files, 0)).to.equal(7);
    expect(batches.reduce((sum, batch) => sum + batch.bytes, 0)).to.equal(bytes);
  });

  it('sends what differs from a base, against the file of the same name too', async () => {
    const first = await fixture.addDataset(1, FIRST);
    const tree = edited();
    const second = await fixture.addDataset(2, tree);
    const former = await received(first);
    const receiver = await received(second, { base: baseOf(first), lanes: 2 }, former);
    expectContents(receiver, tree);
    expect(receiver.maps.get('entries')).to.deep.equal(
      (await received(second)).maps.get('entries'),
    );
    expect([...receiver.finished].sort()).to.deep.equal([100, 200, 303, 400, 401]);
    // 3 blocks of the large file, the tail of the replaced one, and the new one.
    expect(receiver.dataBytes).to.be.below(3 * LEAF_BYTES + 8 * 4096);
  });

  it('goes on at every token as if it had not been interrupted', async () => {
    const first = await fixture.addDataset(1, FIRST);
    const tree = edited();
    const second = await fixture.addDataset(2, { ...tree, more: file(500, 2, noise(3e6, 12)) });
    const whole = { ...tree, more: file(500, 2, noise(3e6, 12)) };
    for (const [record, expected, request, former] of [
      [first, FIRST, {}, null],
      [second, whole, { base: baseOf(first) }, await received(first)],
    ] as const) {
      const all = (await batchesOf(record, request)).filter(({ phase }) => phase === 'content');
      expect(all.length).to.be.above(2);
      for (let taken = 1; taken <= all.length; taken++) {
        const receiver = new TestReceiver(former);
        for (const batch of all.slice(0, taken)) receiver.apply(batch);
        const token = all[taken - 1]?.token ?? null;
        const resume = { lanes: 1, structureDone: true, tokens: [token] };
        const rest = await batchesOf(record, { ...request, resume });
        expect(rest.every(({ phase }) => phase !== 'structure')).to.equal(true);
        for (const batch of rest) receiver.apply(batch);
        expectContents(receiver, expected);
        expect(receiver.finished.length).to.equal(new Set(receiver.finished).size);
      }
    }
  });

  it('sends files whole that are asked for, and nothing else', async () => {
    const first = await fixture.addDataset(1, FIRST);
    const files = [gfidOf(302), gfidOf(100), gfidOf(77)];
    const receiver = await received(first, { files, lanes: 2 });
    expect(receiver.finished.sort()).to.deep.equal([100, 302]);
    expect(receiver.maps.size).to.equal(0);
  });

  it('sends a subpath with the bare way to it, and corrects hard links', async () => {
    const record = await fixture.addDataset(1, FIRST);
    const subpaths = [Buffer.from('dir/sub'), Buffer.from('other/d')];
    const receiver = await received(record, { subpaths });
    expect(receiver.finished.sort()).to.deep.equal([301, 302, 303]);
    expect(receiver.maps.get('entries')?.size).to.equal(6);
    expect(receiver.maps.has('links')).to.equal(false);
    const encoded = receiver.maps.get('inodes')?.get(301n.toString(16).padStart(16, '0')) ?? '';
    const inode = decodeInode(Buffer.from(encoded, 'hex'));
    expect(Buffer.from(inode.name).toString()).to.equal('b-too');
    expect(inode.nlink).to.equal(1);
    expect(receiver.maps.get('side')?.size).to.equal(receiver.maps.get('inodes')?.size);
  });

  it('refuses a subpath that is not there, and requests that contradict themselves', async () => {
    const record = await fixture.addDataset(1, FIRST);
    const missing = failureOf(batchesOf(record, { subpaths: [Buffer.from('dir/none')] }));
    expect((await missing).code).to.equal('not_found');
    expect((await failureOf(batchesOf(record, { lanes: 17 }))).code).to.equal('invalid_argument');
    const resume = { lanes: 2, structureDone: true, tokens: [null, null] };
    expect((await failureOf(batchesOf(record, { resume }))).code).to.equal('invalid_argument');
    const bent = { lanes: 1, structureDone: true, tokens: [Buffer.alloc(18, 1)] };
    const wrong = failureOf(batchesOf(record, { resume: bent }));
    expect((await wrong).code).to.equal('protocol_error');
    const base = { id: record.id, rootDigest: 'ee'.repeat(32) as typeof record.rootDigest };
    expect((await failureOf(batchesOf(record, { base }))).code).to.equal('not_found');
  });

  it('reports a file that is not there, one cut short and an exception, and goes on', async () => {
    const tree = {
      ...FIRST,
      gone: { gfid: 150, version: 1, bytes: null, size: 10 },
      'dir/denied': { gfid: 310, version: 1, bytes: null, size: 10 },
    };
    const record = await fixture.addDataset(1, tree, { 310: 'cannot read dir/denied' });
    truncateSync(fixture.directory.versions.pathOf(gfidOf(100), 1n), 2 * 1024 * 1024);
    const receiver = await received(record);
    expect([...receiver.failures.keys()].sort()).to.deep.equal([100, 150, 310]);
    expect(receiver.failures.get(310)).to.equal('unreadable: cannot read dir/denied');
    expect(receiver.failures.get(100)).to.match(/^source_changing: large/);
    expect(receiver.finished).to.have.length(6);
  });

  it('sends what the base had an exception for, whole, although it did not change', async () => {
    const first = await fixture.addDataset(1, FIRST, { 302: 'was not readable' });
    const second = await fixture.addDataset(2, FIRST);
    const receiver = await received(second, { base: baseOf(first) }, await received(first));
    expect(receiver.finished).to.deep.equal([302]);
    expectContents(receiver, { 'dir/sub/c': FIRST['dir/sub/c'] as TestFile });
  });

  it('tells by leaf digests what has changed when the base has lost its bytes', async () => {
    const first = await fixture.addDataset(1, FIRST);
    const tree = edited();
    const second = await fixture.addDataset(2, tree);
    const former = await received(first);
    const whole = await received(second, { base: baseOf(first) }, former);
    for (const gfid of [100, 200]) fixture.directory.versions.remove(gfidOf(gfid), 1n);
    const receiver = await received(second, { base: baseOf(first) }, former);
    expectContents(receiver, tree);
    // Three leaves of the large file hold what was written, and one of the sparse one its new end.
    expect(receiver.dataBytes).to.be.within(whole.dataBytes, whole.dataBytes + 4 * LEAF_BYTES);
  });

  it('sends a file whole when the base has lost its bytes and no digest tells of them', async () => {
    await fixture.close();
    fixture = new TreeFixture(undefined, 'received');
    const first = await fixture.addDataset(1, FIRST);
    const tree = edited();
    const second = await fixture.addDataset(2, tree);
    const former = await received(first);
    fixture.directory.versions.remove(gfidOf(100), 1n);
    const receiver = await received(second, { base: baseOf(first) }, former);
    expectContents(receiver, tree);
    expect(receiver.dataBytes).to.be.above(LARGE.length);
  });

  it('keeps the digests that it made, and refuses bytes that no longer match them', async () => {
    const record = await fixture.addDataset(1, FIRST);
    await batchesOf(record, { lanes: 3 });
    const kept = fixture.directory.readDataset(record.id);
    expect(kept?.contentDigestState).to.equal('full');
    expect(kept?.contentDigest).to.equal(kept?.maps.content?.digest);
    const packs = await PagePacks.open({ directory: fixture.root.pagesPath });
    const catalog = new Catalog(kept?.maps ?? record.maps, {
      pages: new PageReader({}, { source: packs }),
    });
    const leafOf = async (gfid: Gfid, leaf: number): Promise<string | undefined> => {
      const value = await catalog.content.get(encodeContentKey(gfid, leaf));
      return value === null ? undefined : Buffer.from(value).toString('hex');
    };
    expect(await leafOf(gfidOf(100), 1)).to.equal(
      blake3(LARGE.subarray(LEAF_BYTES, 2 * LEAF_BYTES)).toString('hex'),
    );
    expect(await leafOf(gfidOf(200), 5)).to.equal('00');
    expect(await leafOf(gfidOf(201), 0)).to.equal(undefined);
    await packs.close();

    const damaged = Buffer.from(LARGE);
    damaged[30 * LEAF_BYTES] = (damaged[30 * LEAF_BYTES] ?? 0) ^ 1;
    writeFileSync(fixture.directory.versions.pathOf(gfidOf(100), 1n), damaged);
    const receiver = await received(kept ?? record);
    expect([...receiver.failures.keys()]).to.deep.equal([100]);
    expect(receiver.failures.get(100)).to.match(/^corrupt: large: bytes 1966080 to/);
    expect(receiver.finished).to.have.length(6);
    expect(fixture.directory.readDataset(record.id)?.contentDigestState).to.equal('full');

    const reader = await openReader(record);
    const readAll = async (): Promise<void> => {
      for await (const bytes of reader.read(gfidOf(100), 0n, 1n << 40n, signal)) {
        expect(bytes.length).to.be.at.most(1 << 20);
      }
    };
    expect((await failureOf(readAll())).code).to.equal('corrupt');
    await reader[Symbol.asyncDispose]();
  });

  it('completes the digests step by step, increment by increment', async () => {
    const first = await fixture.addDataset(1, FIRST);
    await batchesOf(first, { files: [gfidOf(100)] });
    expect(fixture.directory.readDataset(first.id)?.contentDigestState).to.equal('partial');
    await batchesOf(first);
    expect(fixture.directory.readDataset(first.id)?.contentDigestState).to.equal('full');
  });

  it('makes no digests for a received tree', async () => {
    await fixture.close();
    fixture = new TreeFixture(undefined, 'received');
    const record = await fixture.addDataset(1, FIRST);
    await batchesOf(record);
    expect(fixture.directory.readDataset(record.id)?.contentDigestState).to.equal('none');
  });

  it('tells a kept hole as a hole, though the file has zeros there now', async () => {
    const content = [
      { key: encodeContentKey(gfidOf(600), 0), value: Buffer.of(0) },
      { key: encodeContentKey(gfidOf(600), 1), value: blake3(noise(10, 1)) },
    ];
    const bytes = Buffer.concat([Buffer.alloc(LEAF_BYTES), noise(10, 1)]);
    const record = await fixture.addDataset(1, { z: file(600, 1, bytes) }, {}, content);
    writeFileSync(fixture.directory.versions.pathOf(gfidOf(600), 1n), bytes);
    const receiver = await received(record);
    expectContents(receiver, { z: file(600, 1, bytes) });
    expect(receiver.dataBytes).to.equal(10);
  });

  it('stops when it is left early, and frees the dataset', async () => {
    const record = await fixture.addDataset(1, FIRST);
    const reader = await openReader(record);
    const { localTree } = fixture.tree;
    for await (const batch of reader.changes({ ...BASELINE, lanes: 4 }, signal)) {
      if (batch.phase === 'content') break;
    }
    expect(fixture.holds.isHeld(localTree, record.id)).to.equal(true);
    await reader[Symbol.asyncDispose]();
    expect(fixture.holds.isHeld(localTree, record.id)).to.equal(false);
    using claim = fixture.holds.claimForDelete(localTree, record.id);
    expect(claim).to.not.equal(null);
    expect((await failureOf(openReader(record))).code).to.equal('not_found');
  });

  it('stops by the signal', async () => {
    const record = await fixture.addDataset(1, FIRST);
    const reader = await openReader(record);
    const stop = new AbortController();
    const run = async (): Promise<void> => {
      for await (const batch of reader.changes({ ...BASELINE, lanes: 2 }, stop.signal)) {
        if (batch.phase === 'content') stop.abort();
      }
    };
    expect((await failureOf(run())).code).to.equal('cancelled');
    await reader[Symbol.asyncDispose]();
  });
});
