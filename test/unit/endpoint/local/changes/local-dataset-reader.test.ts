import { expect } from 'chai';
import type { DatasetReader, DirectoryEntry } from '../../../../../src/endpoint/source.js';
import { DmError } from '../../../../../src/model/error.js';
import { type Gfid, ROOT_GFID } from '../../../../../src/model/ids.js';
import { gfidOf, TreeFixture } from './tree-fixture.js';

const { signal } = new AbortController();
const LARGE = Buffer.alloc(3_000_000, 'large file ');

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
  } catch (error) {
    if (error instanceof DmError) return error.code;
    throw error;
  }
  return 'no failure';
}

describe('LocalSource and LocalDatasetReader', () => {
  let fixture: TreeFixture;
  let reader: DatasetReader;

  before(async () => {
    fixture = new TreeFixture();
    const names = Object.fromEntries(
      Array.from({ length: 600 }, (_, index) => [
        `many/${String(index).padStart(4, '0')}`,
        { gfid: 5000 + index, version: 1, bytes: Buffer.from(`${index}`) },
      ]),
    );
    await fixture.addDataset(
      7,
      {
        ...names,
        'dir/large': { gfid: 100, version: 1, bytes: LARGE, links: ['dir/alias'] },
        denied: { gfid: 101, version: 1, bytes: null, size: 5 },
      },
      { 101: 'cannot read denied' },
    );
    await fixture.addDataset(3, {});
    reader = await fixture.source.open({ number: 7 }, signal);
  });
  after(async () => {
    await reader[Symbol.asyncDispose]();
    await fixture.close();
  });

  function names(entries: readonly DirectoryEntry[]): string[] {
    return entries.map(({ name }) => Buffer.from(name).toString());
  }

  async function readAll(gfid: Gfid, offset: bigint, length: bigint): Promise<Buffer> {
    return Buffer.concat(await collect(reader.read(gfid, offset, length, signal)));
  }

  it('lists datasets by number, filtered', async () => {
    const { source, tree } = fixture;
    const numbers = async (filter: object): Promise<number[]> =>
      (await collect(source.listDatasets(filter, signal))).map(({ number }) => number);
    expect(await numbers({})).to.deep.equal([3, 7]);
    expect(await numbers({ tree: tree.tree, basePath: tree.basePath })).to.deep.equal([3, 7]);
    expect(await numbers({ basePath: Buffer.from('/elsewhere') })).to.deep.equal([]);
    expect(await codeOf(source.open({ number: 8 }, signal))).to.equal('not_found');
    expect(reader.info.number).to.equal(7);
    expect(reader.info.exceptions).to.equal(1);
  });

  it('looks up paths', async () => {
    const path = [Buffer.from('dir'), Buffer.from('alias')];
    const found = await reader.lookup(path, signal);
    expect(found?.gfid).to.equal(gfidOf(100));
    expect(found?.inode.size).to.equal(BigInt(LARGE.length));
    expect((await reader.lookup([], signal))?.gfid).to.equal(ROOT_GFID);
    expect(await reader.lookup([Buffer.from('dir'), Buffer.from('none')], signal)).to.equal(null);
  });

  it('lists a directory in pages, and behind a name', async () => {
    const many = await reader.lookup([Buffer.from('many')], signal);
    const gfid = many?.gfid ?? ROOT_GFID;
    const pages = await collect(reader.list(gfid, null, signal));
    expect(pages.length).to.be.above(1);
    expect(names(pages.flat())).to.have.length(600);
    const rest = await collect(reader.list(gfid, Buffer.from('0597'), signal));
    expect(names(rest.flat())).to.deep.equal(['0598', '0599']);
    expect(await codeOf(collect(reader.list(gfidOf(100), null, signal)))).to.equal(
      'invalid_argument',
    );
  });

  it('tells names, times and exceptions', async () => {
    const large = await reader.details(gfidOf(100), signal);
    expect(large.names.map(({ name }) => Buffer.from(name).toString())).to.deep.equal([
      'large',
      'alias',
    ]);
    expect(large.side?.ctimeNs).to.equal(100n);
    expect(large.exception).to.equal(null);
    const denied = await reader.details(gfidOf(101), signal);
    expect(denied.exception).to.deep.equal({ code: 'unreadable', message: 'cannot read denied' });
    expect(await codeOf(reader.details(gfidOf(99), signal))).to.equal('not_found');
  });

  it('reads any range, in chunks of 1 MiB at most', async () => {
    for (const [offset, length] of [
      [0, LARGE.length],
      [1, 10],
      [65_530, 2_000_000],
      [2_999_990, 1_000_000],
      [5_000_000, 10],
      [100, 0],
    ] as const) {
      const bytes = await readAll(gfidOf(100), BigInt(offset), BigInt(length));
      expect(bytes.equals(LARGE.subarray(offset, offset + length))).to.equal(true);
    }
    for (const chunk of await collect(reader.read(gfidOf(100), 7n, 1n << 40n, signal))) {
      expect(chunk.length).to.be.at.most(1 << 20);
    }
    expect(await codeOf(readAll(ROOT_GFID, 0n, 1n))).to.equal('invalid_argument');
    expect(await codeOf(readAll(gfidOf(101), 0n, 1n))).to.equal('unreadable');
  });
});
