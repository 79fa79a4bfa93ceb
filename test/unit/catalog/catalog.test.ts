import { expect } from 'chai';
import { applyMutations } from '../../../src/catalog/apply-mutations.js';
import { Catalog } from '../../../src/catalog/catalog.js';
import {
  type CatalogRoots,
  EMPTY_ROOTS,
  parseCatalogRoots,
} from '../../../src/catalog/catalog-roots.js';
import type { Mutation } from '../../../src/catalog/map-types.js';
import { encodeEntryKey, encodeEntryValue } from '../../../src/catalog/maps/entries.js';
import { encodeException } from '../../../src/catalog/maps/exceptions.js';
import { encodeGfidKey } from '../../../src/catalog/maps/gfid-key.js';
import { encodeInode } from '../../../src/catalog/maps/inodes.js';
import { encodeLinkKey, LINK_VALUE } from '../../../src/catalog/maps/links.js';
import { MAPS } from '../../../src/catalog/maps/map-params.js';
import { encodeSide } from '../../../src/catalog/maps/side.js';
import { MemoryPageStore } from '../../../src/catalog/memory-page-store.js';
import { PageReader } from '../../../src/catalog/page-reader.js';
import { DmError } from '../../../src/model/error.js';
import { type Gfid, ROOT_GFID } from '../../../src/model/ids.js';
import type { FileType, Inode } from '../../../src/model/inode.js';
import { inBatches } from './map-helpers.js';

const g = (number: number) => BigInt(number) as Gfid;

function inode(type: FileType, parent: Gfid, name: Uint8Array, nlink = 1): Inode {
  return {
    type,
    mode: 0o644,
    uid: 1000,
    gid: 100,
    userName: 'anna',
    groupName: 'users',
    rdevMajor: 0,
    rdevMinor: 0,
    size: type === 'file' ? 5n : 0n,
    mtimeNs: 1_700_000_000_123_456_789n,
    btimeNs: 0n,
    flags: 0,
    xattrs: [],
    symlinkTarget: Buffer.alloc(0),
    version: type === 'file' ? 77n : 0n,
    parent,
    name,
    nlink,
  };
}

/**
 * /docs/\xff (3, also /again), /docs/sub/ (4, with 300 files), /docs (2); 5
 * is below a parent that is not there.
 */
async function sample(): Promise<Catalog> {
  const store = new MemoryPageStore();
  const pages = new PageReader({}, { source: store });
  const odd = Buffer.of(0xff);
  const inodes: [Gfid, Inode][] = [
    [ROOT_GFID, inode('dir', ROOT_GFID, Buffer.alloc(0))],
    [g(2), inode('dir', ROOT_GFID, Buffer.from('docs'))],
    [g(3), inode('file', g(2), odd, 2)],
    [g(4), inode('dir', g(2), Buffer.from('sub'))],
    [g(5), inode('file', g(99), Buffer.from('lost'))],
    [g(6), inode('dir', g(7), Buffer.from('a'))],
    [g(7), inode('dir', g(6), Buffer.from('b'))],
  ];
  for (let i = 0; i < 300; i++) {
    inodes.push([g(100 + i), inode('file', g(4), Buffer.from(`f${String(i).padStart(3, '0')}`))]);
  }
  const entries: Mutation[] = inodes
    .filter(([gfid]) => gfid !== ROOT_GFID)
    .map(([gfid, { parent, name, type }]) => ({
      key: encodeEntryKey(parent, name),
      value: encodeEntryValue(gfid, type),
    }));
  const again = Buffer.from('again');
  entries.push({ key: encodeEntryKey(ROOT_GFID, again), value: encodeEntryValue(g(3), 'file') });
  const build = (params: (typeof MAPS)[keyof typeof MAPS], mutations: Mutation[]) => {
    const sorted = mutations.sort((a, b) => Buffer.compare(a.key, b.key));
    const options = { params, base: null, mutations: inBatches(sorted, 50) };
    return applyMutations(options, { pages, sink: store });
  };
  const roots: CatalogRoots = {
    ...EMPTY_ROOTS,
    entries: await build(MAPS.entries, entries),
    inodes: await build(
      MAPS.inodes,
      inodes.map(([gfid, value]) => ({ key: encodeGfidKey(gfid), value: encodeInode(value) })),
    ),
    links: await build(MAPS.links, [
      { key: encodeLinkKey(g(3), ROOT_GFID, again), value: LINK_VALUE },
    ]),
    side: await build(MAPS.side, [
      { key: encodeGfidKey(g(3)), value: encodeSide({ atimeNs: 1n, ctimeNs: 2n }) },
    ]),
    exceptions: await build(MAPS.exceptions, [
      {
        key: encodeGfidKey(g(3)),
        value: encodeException({ code: 'unreadable', message: Buffer.from('EACCES') }),
      },
    ]),
  };
  return new Catalog(parseCatalogRoots(JSON.parse(JSON.stringify(roots))), { pages });
}

const texts = (names: readonly Uint8Array[] | null) =>
  names?.map((name) => Buffer.from(name).toString('latin1')) ?? null;

describe('catalog', () => {
  let catalog: Catalog;
  before(async () => {
    catalog = await sample();
  });

  it('finds entries and inodes', async () => {
    expect(await catalog.lookup(ROOT_GFID, Buffer.from('docs'))).to.deep.equal({
      gfid: 2n,
      type: 'dir',
    });
    expect(await catalog.lookup(ROOT_GFID, Buffer.from('doc'))).to.equal(null);
    expect((await catalog.inode(g(3)))?.nlink).to.equal(2);
    expect(await catalog.inode(g(50))).to.equal(null);
    expect(await catalog.sideTimes(g(3))).to.deep.equal({ atimeNs: 1n, ctimeNs: 2n });
    expect(await catalog.sideTimes(g(4))).to.equal(null);
    expect((await catalog.exception(g(3)))?.code).to.equal('unreadable');
  });

  it('lists one directory only, in order, and goes on behind a name', async () => {
    const list = async (parent: Gfid, after?: string) => {
      const names: string[] = [];
      const options = after === undefined ? {} : { after: Buffer.from(after) };
      for await (const batch of catalog.list(parent, options)) {
        names.push(...batch.map(({ name }) => Buffer.from(name).toString('latin1')));
      }
      return names;
    };
    expect(await list(ROOT_GFID)).to.deep.equal(['again', 'docs']);
    expect(await list(g(2))).to.deep.equal(['sub', '\xff']);
    expect(await list(g(4))).to.have.length(300);
    expect(await list(g(4), 'f297')).to.deep.equal(['f298', 'f299']);
    expect(await list(g(3))).to.deep.equal([]);
  });

  it('knows all names of an inode and the path of its first', async () => {
    const names = await catalog.namesOf(g(3));
    expect(texts(names.map(({ name }) => name))).to.deep.equal(['\xff', 'again']);
    expect(names.map(({ parent }) => parent)).to.deep.equal([2n, 1n]);
    expect(await catalog.namesOf(g(50))).to.deep.equal([]);
    expect(texts(await catalog.pathOf(g(101)))).to.deep.equal(['docs', 'sub', 'f001']);
    expect(await catalog.pathOf(ROOT_GFID)).to.deep.equal([]);
    expect(await catalog.pathOf(g(50))).to.equal(null);
  });

  it('calls a missing or circular chain of parents corrupt', async () => {
    for (const gfid of [g(5), g(6)]) {
      const error = await catalog.pathOf(gfid).catch((reason: unknown) => reason);
      expect(error).to.be.instanceOf(DmError).with.property('code', 'corrupt');
    }
  });

  it('resolves paths', async () => {
    const path = (...names: string[]) => names.map((name) => Buffer.from(name, 'latin1'));
    expect(await catalog.resolvePath([])).to.deep.equal({ gfid: 1n, type: 'dir' });
    expect((await catalog.resolvePath(path('docs', '\xff')))?.gfid).to.equal(3n);
    expect(await catalog.resolvePath(path('docs', 'none', 'x'))).to.equal(null);
  });

  it('has a root digest of entries, inodes and links alone', () => {
    const { pages } = { pages: new PageReader({}, { source: new MemoryPageStore() }) };
    const plain = new Catalog({ ...catalog.roots, side: null, exceptions: null }, { pages });
    expect(plain.rootDigest).to.equal(catalog.rootDigest);
    for (const map of ['entries', 'inodes', 'links'] as const) {
      const other = new Catalog({ ...catalog.roots, [map]: null }, { pages });
      expect(other.rootDigest).to.not.equal(catalog.rootDigest);
    }
    expect(catalog.contentDigest).to.equal(null);
  });
});
