import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { applyMutations } from '../../../src/catalog/apply-mutations.js';
import { MapReader } from '../../../src/catalog/map-reader.js';
import { PageReader } from '../../../src/catalog/page-reader.js';
import { type PageLocator, parsePackId } from '../../../src/catalog/page-store.js';
import { DmError } from '../../../src/model/error.js';
import { PagePacks } from '../../../src/repository/page-packs.js';
import { inBatches, SMALL } from '../catalog/map-helpers.js';

const digest = Buffer.alloc(32);

function codeOf(action: () => unknown): string {
  try {
    action();
    return 'no error';
  } catch (error) {
    if (error instanceof DmError) return error.code;
    throw error;
  }
}

describe('page packs', () => {
  let directory: string;
  const openPacks: PagePacks[] = [];
  const open = async (options: { packBytes?: number; maxOpenPacks?: number } = {}) => {
    const packs = await PagePacks.open({ directory, ...options });
    openPacks.push(packs);
    return packs;
  };
  beforeEach(() => {
    directory = join(mkdtempSync(join(tmpdir(), 'packs-')), 'packs', 'pages');
  });
  afterEach(async () => {
    for (const packs of openPacks.splice(0)) await packs.close();
    rmSync(join(directory, '..', '..'), { recursive: true });
  });

  it('takes one write buffer for all that are opened one after the other, and none to read', async () => {
    const opened = 20;
    const before = process.memoryUsage().arrayBuffers;
    for (let count = 0; count < opened; count++) {
      await using packs = await open();
      packs.append(Buffer.alloc(1_000, count));
      await open();
    }
    const grown = process.memoryUsage().arrayBuffers - before;
    expect(grown).to.be.lessThan((opened / 4) * 512 * 1_024);
  });

  it('reads what is still in the buffer, and others read it after a flush', async () => {
    const packs = await open();
    const other = await open();
    const frames = [1, 2, 3].map((number) => Buffer.alloc(1000 * number, number));
    const locators = frames.map((frame) => packs.append(frame));
    locators.forEach((locator, i) => {
      expect(packs.read({ digest, locator })).to.deep.equal(frames[i]);
    });
    expect(codeOf(() => other.read({ digest, locator: locators[0] as PageLocator }))).to.equal(
      'corrupt',
    );
    packs.flush();
    locators.forEach((locator, i) => {
      expect(other.read({ digest, locator })).to.deep.equal(frames[i]);
      expect(packs.read({ digest, locator })).to.deep.equal(frames[i]);
    });
  });

  it('makes no file before the first append, then private ones with a header, and rotates', async () => {
    const packs = await open({ packBytes: 100_000, maxOpenPacks: 2 });
    expect(readdirSync(directory)).to.deep.equal([]);
    const frames = Array.from({ length: 50 }, (_, i) => Buffer.alloc(10_000 + i, i));
    const locators = frames.map((frame) => packs.append(frame));
    await packs.sync();
    const names = readdirSync(directory).sort();
    expect(names).to.deep.equal([...packs.ownPacks].sort());
    expect(names).to.have.length(6);
    for (const name of names) {
      const path = join(directory, name);
      expect(statSync(path).mode & 0o777).to.equal(0o600);
      expect(statSync(path).size).to.be.at.most(100_000);
      const header = readFileSync(path).subarray(0, 32);
      expect(header.toString('hex')).to.equal(`444d50414745530a0000000200000000${name}`);
    }
    const other = await open({ maxOpenPacks: 2 });
    locators.forEach((locator, i) => {
      expect(other.read({ digest, locator })).to.deep.equal(frames[i]);
    });
    const descriptors = readdirSync('/proc/self/fd').length;
    for (const locator of locators) other.read({ digest, locator });
    expect(readdirSync('/proc/self/fd').length).to.equal(descriptors);
  });

  it('stores frames larger than its buffer and than a pack', async () => {
    const packs = await open({ packBytes: 100_000 });
    const frames = [Buffer.alloc(50, 1), Buffer.alloc(3_000_000, 2), Buffer.alloc(60, 3)];
    const locators = frames.map((frame) => packs.append(frame));
    await packs.sync();
    locators.forEach((locator, i) => {
      expect(packs.read({ digest, locator })).to.deep.equal(frames[i]);
    });
  });

  it('keeps a map that another reader finds again', async () => {
    const packs = await open({ packBytes: 20_000 });
    const mutations = Array.from({ length: 3000 }, (_, i) => ({
      key: Buffer.from(String(i).padStart(6, '0')),
      value: Buffer.alloc(i % 700 === 0 ? 5000 : 20, i),
    }));
    const options = { params: SMALL, base: null, mutations: inBatches(mutations, 100) };
    const pages = new PageReader({}, { source: packs });
    const root = await applyMutations(options, { pages, sink: packs });
    await Promise.all([packs.sync(), packs.sync()]);
    const reader = new MapReader(new PageReader({}, { source: await open() }), root);
    for (const { key, value } of mutations) expect(await reader.get(key)).to.deep.equal(value);
  });

  it('calls missing, cut, foreign and misplaced pages corrupt', async () => {
    const packs = await open();
    const locator = packs.append(Buffer.alloc(1000, 1));
    await packs.sync();
    const path = join(directory, locator.pack);
    const bytes = readFileSync(path);
    const reading = async (at: Partial<PageLocator> = {}) => {
      const reader = await open();
      return codeOf(() => reader.read({ digest, locator: { ...locator, ...at } }));
    };
    expect(await reading()).to.equal('no error');
    expect(await reading({ pack: parsePackId('0'.repeat(32)) })).to.equal('corrupt');
    expect(await reading({ offset: 0 })).to.equal('corrupt');
    expect(await reading({ length: 2 ** 31 })).to.equal('corrupt');
    expect(await reading({ offset: 1e15 })).to.equal('corrupt');
    truncateSync(path, 900);
    expect(await reading()).to.equal('corrupt');
    for (const at of [0, 11, 31]) {
      const damaged = Buffer.from(bytes);
      damaged[at] = (damaged[at] as number) ^ 1;
      writeFileSync(path, damaged);
      expect(await reading(), `byte ${at}`).to.equal('corrupt');
    }
  });

  it('discards its own packs only', async () => {
    const kept = await open();
    kept.append(Buffer.alloc(10));
    await kept.sync();
    const packs = await open({ packBytes: 1000 });
    for (let i = 0; i < 5; i++) packs.append(Buffer.alloc(600));
    await packs.discard();
    expect(readdirSync(directory)).to.deep.equal([...kept.ownPacks]);
    expect(codeOf(() => packs.append(Buffer.alloc(1)))).to.equal('internal');
  });

  it('never goes on after a failed write', async () => {
    const packs = await open();
    rmSync(directory, { recursive: true });
    expect(codeOf(() => packs.append(Buffer.alloc(10)))).to.equal('io_error');
    const error = await packs.sync().catch((reason: unknown) => reason);
    expect(error).to.be.instanceOf(DmError).with.property('code', 'io_error');
    expect(codeOf(() => packs.append(Buffer.alloc(10)))).to.equal('io_error');
  });

  it('discards what is still in the buffer without writing it', async () => {
    const packs = await open();
    packs.append(Buffer.alloc(1000, 1));
    const path = join(directory, packs.ownPacks[0] ?? '');
    const size = () => statSync(path, { throwIfNoEntry: false })?.size;
    expect(size()).to.equal(0);
    const sizes: (number | undefined)[] = [];
    const discarded = packs.discard();
    sizes.push(size());
    await discarded;
    expect([...sizes, size()]).to.deep.equal([0, undefined]);
  });
});
