import { expect } from 'chai';
import { applyMutations } from '../../../src/catalog/apply-mutations.js';
import type { MapRoot } from '../../../src/catalog/map-root.js';
import type { Mutation } from '../../../src/catalog/map-types.js';
import { encodeBinding } from '../../../src/catalog/maps/bindings.js';
import { encodeContentKey, encodeContentValue } from '../../../src/catalog/maps/content.js';
import { encodeEntryKey, encodeEntryValue } from '../../../src/catalog/maps/entries.js';
import { encodeException } from '../../../src/catalog/maps/exceptions.js';
import { encodeInode } from '../../../src/catalog/maps/inodes.js';
import { encodeLinkKey } from '../../../src/catalog/maps/links.js';
import { MAPS } from '../../../src/catalog/maps/map-params.js';
import { encodeSide } from '../../../src/catalog/maps/side.js';
import { MemoryPageStore } from '../../../src/catalog/memory-page-store.js';
import { PageReader } from '../../../src/catalog/page-reader.js';
import { hashKey, type MapParams } from '../../../src/catalog/page-rule.js';
import { parsePackId } from '../../../src/catalog/page-store.js';
import { rootDigest } from '../../../src/catalog/root-digest.js';
import type { Gfid } from '../../../src/model/ids.js';
import type { Inode } from '../../../src/model/inode.js';
import { inBatches, numbers } from './map-helpers.js';

/*
 * The formats as they are on disk. When a test here fails, what older releases wrote can no longer
 * be read or compared: raise the format version, or undo the change.
 */

const g = (number: number) => BigInt(number) as Gfid;

const HASHES = [2872998923, 444641715, 2847811638];

const INODE = [
  '015b00000000000000020123456789abcdeff0a20417979cfe3d85cd15a003e8076402077265706f7274ff04',
  '616e6e6105757365727316345785d8a00000400206757365722e610006757365722e620200ff',
].join('');

const DEVICE = [
  '0704000000000000000200800000000000000000000000000000010000000000000000a003e8076402077265',
  '706f7274ff08ac02',
].join('');

const SYMLINK = '0320000000000000000200ffffffffffffffffa003e8076402077265706f7274ff042e2e2f78';

const RECORDS = [
  '00000000000001026e',
  '000000000000000302',
  '000000000000000300000000000000026e',
  '000000000000000300011170',
  '00',
  '0000000000000001ffffffffffffffff',
  '0a756e7265616461626c656e6f',
  '0000000000000005000000070000000000000008000000000000000b00000000000000060000000000000009000000000000000a',
];

const LEAF = [
  '00000048800000264c0100000000000209000000000000000161120000000000000002020900000000000000',
  '02628320dc5baf4fcf8a9df43e8cd886e86f5d3649d3fdfa2644fdcacfe785cfc49b17200100010203040506',
  '0708090a0b0c0d0e0f0100209110',
  'e14e33256902340bd9936bf7d6d6da77',
].join('');

const ROOT_DIGEST = 'f621376bb32ad470b0d69c56bf83ae664f35aae6764173499c325135c841e5b1';

const ROOTS = {
  entries: ['31efdce283c336c9b7876ef1d90ceaebb2c742a3417f0e27053f52f1f6a0b340', 3, 178],
  inodes: ['ec6660d3e92782d7b421d7ea43dc68ce53f3cc952ea268d868e4ed1ed55d0343', 3, 431],
  links: ['21d919c2929865fb022c89c6227cb2bdc587065a38fc154aa571739977d3f203', 3, 170],
  content: ['6a00c96da8ca952f492d68995790f2df4e668be9005e2f9cc267fa35451f6a69', 3, 171],
  side: ['ccd282f11c7ba431d96fdf9377fe178328c8e2d9fb1aaafc6e237797068a5b88', 2, 114],
  exceptions: ['73e9a457b5005751ba19bf8dd6ded40345663d9e98ba13f24b721d7b8d354dac', 3, 474],
  bindings: ['7443189b56c07960cd041b7863ec694a0b5ec7ae66dbddb1aaa2f366bc3ec34c', 3, 206],
  inodeIndex: ['0e6aaa6e8ca1851b6435d1a640b5e0aac6aa4205e259809c0f5f05c166446e5c', 3, 78],
};

const INTERNAL = [
  '000000da8000003649010100000000060101cd3f1c588fc93d671aace7bc7abd46faae20a653c3c5f3f33a54',
  '0fd4a289f1c3020103e622fe7fa9de11359ca54fc197072fc33434b8e16b5897274aad902280dbf500020105',
  '28c2b8f41c2e489759117c0f9f910b1597709589a5ec0305ae2f77dcab1c41c4020108c61e8114c1e3c6f338',
  'ab1a9fc6c3ae085b4c1951f5537014904072d02da6411803010a77f9558c4db724046c5515fe791bc4ea47d5',
  '7b23d49c3b929dfb5c6105846b1802010b992fe0a14b2c8176bd1150136be6818ca59629aba2f1681b01ee13',
  '01ebf253c40101000102030405060708090a0b0c0d0e0f0600201800381800501800681c00840118009c0114',
  '4baa0177eb3850fb660aa46c6b89560e',
].join('');

/** Builds with locators that do not depend on chance; gives the frames in the order of writing. */
async function build(params: MapParams, mutations: Mutation[]) {
  const store = new MemoryPageStore();
  const frames: string[] = [];
  const pack = parsePackId('000102030405060708090a0b0c0d0e0f');
  const sink = {
    append: (frame: Uint8Array) => {
      const { offset, length } = store.append(frame);
      frames.push(Buffer.from(frame).toString('hex'));
      return { pack, offset: offset + 32, length };
    },
    sync: () => store.sync(),
  };
  const sorted = mutations.sort((a, b) => Buffer.compare(a.key, b.key));
  const root: MapRoot | null = await applyMutations(
    { params, base: null, mutations: inBatches(sorted, 100) },
    { pages: new PageReader({}, { source: store }), sink },
  );
  return { root, frames };
}

const file: Inode = {
  type: 'file',
  mode: 0o640,
  uid: 1000,
  gid: 100,
  userName: 'anna',
  groupName: 'users',
  rdevMajor: 0,
  rdevMinor: 0,
  size: 70_000n,
  mtimeNs: 1_700_000_000_123_456_789n,
  btimeNs: 1_600_000_000_000_000_000n,
  flags: 64,
  xattrs: [
    { name: Buffer.from('user.b'), value: Buffer.of(0, 255) },
    { name: Buffer.from('user.a'), value: Buffer.alloc(0) },
  ],
  symlinkTarget: Buffer.alloc(0),
  version: 0x0123456789abcdefn,
  parent: g(2),
  name: Buffer.from('report\xff', 'latin1'),
  nlink: 2,
};

describe('catalog formats', () => {
  it('key hash', () => {
    const hash = (seed: number, text: string) => hashKey(seed, Buffer.from(text), 0, text.length);
    expect([hash(0x811c9dc5, ''), hash(0x811c9dc5, 'a'), hash(1, 'catalog')]).to.deep.equal(HASHES);
  });

  it('inodes', () => {
    expect(encodeInode(file).toString('hex')).to.equal(INODE);
    const device: Inode = {
      ...file,
      type: 'block',
      size: 0n,
      version: 0n,
      rdevMajor: 8,
      rdevMinor: 300,
      btimeNs: 0n,
      mtimeNs: 1n << 64n,
      flags: 0,
      xattrs: [],
      userName: '',
      groupName: '',
    };
    expect(encodeInode(device).toString('hex')).to.equal(DEVICE);
    const link: Inode = { ...device, type: 'symlink', rdevMajor: 0, rdevMinor: 0, mtimeNs: -1n };
    const symlink = encodeInode({ ...link, symlinkTarget: Buffer.from('../x') });
    expect(symlink.toString('hex')).to.equal(SYMLINK);
  });

  it('other records', () => {
    const binding = {
      ino: 5n,
      btimeNs: 6n,
      generation: 7,
      size: 8n,
      mtimeNs: 9n,
      ctimeNs: 10n,
      version: 11n,
    };
    expect([
      encodeEntryKey(g(258), Buffer.from('n')).toString('hex'),
      encodeEntryValue(g(3), 'dir').toString('hex'),
      encodeLinkKey(g(3), g(2), Buffer.from('n')).toString('hex'),
      encodeContentKey(g(3), 70_000).toString('hex'),
      Buffer.from(encodeContentValue(null)).toString('hex'),
      encodeSide({ atimeNs: 1n, ctimeNs: -1n }).toString('hex'),
      encodeException({ code: 'unreadable', message: Buffer.from('no') }).toString('hex'),
      encodeBinding(binding).toString('hex'),
    ]).to.deep.equal(RECORDS);
  });

  it('a leaf with a value of its own page, and the root digest', async () => {
    const { root, frames } = await build(MAPS.entries, [
      { key: encodeEntryKey(g(1), Buffer.from('a')), value: encodeEntryValue(g(2), 'dir') },
      { key: encodeEntryKey(g(2), Buffer.from('b')), value: Buffer.alloc(2049, 0x2a) },
    ]);
    expect(frames[0]).to.equal(`0000080900000000${'56010000'}00000801${'2a'.repeat(2049)}`);
    expect(frames.slice(1)).to.deep.equal([LEAF]);
    expect(rootDigest({ entries: root, inodes: null, links: null })).to.equal(ROOT_DIGEST);
  });

  it('pages of several levels', async () => {
    const random = numbers(2024);
    const roots: Record<string, unknown> = {};
    for (const [name, params] of Object.entries(MAPS)) {
      const mutations: Mutation[] = [];
      for (let i = 1; i <= 20_000; i++) {
        const key = encodeEntryKey(g(i), Buffer.alloc(random(5), 0x61));
        mutations.push({ key, value: Buffer.alloc(random(30), i) });
      }
      const { root, frames } = await build(params, mutations);
      roots[name] = [root?.digest, root?.height, frames.length];
    }
    expect(roots).to.deep.equal(ROOTS);
  });

  it('an internal page with its locator table', async () => {
    const mutations = Array.from({ length: 12 }, (_, i) => ({
      key: Buffer.of(i),
      value: Buffer.of(i),
    }));
    const { frames } = await build({ name: 'test', leafEntries: 4 }, mutations);
    expect(frames.at(-1)).to.equal(INTERNAL);
  });
});
