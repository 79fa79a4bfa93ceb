import { randomBytes } from 'node:crypto';
import { expect } from 'chai';
import { BasePaths } from '../../../../src/endpoint/object/base-paths.js';
import { DirectoryStore } from '../../../../src/endpoint/object/store/directory/directory-store.js';
import { parseDatasetId, parseTreeId } from '../../../../src/model/ids.js';
import { serialiseNumber } from '../../../../src/repository/number-object.js';
import { numberKey, RepositoryLayout } from '../../../../src/repository/object-layout.js';
import { systemClock } from '../../../../src/util/clock.js';
import { TempDirectory } from '../../../support/temp-directory.js';

const signal = new AbortController().signal;

describe('the base paths of an object account', () => {
  let directory: TempDirectory;
  let store: DirectoryStore;
  let paths: BasePaths;

  beforeEach(async () => {
    directory = new TempDirectory();
    const options = { path: directory.path, singleWriter: false };
    store = await DirectoryStore.open(options, { clock: systemClock, randomBytes });
    paths = new BasePaths();
  });
  afterEach(async () => {
    await store[Symbol.asyncDispose]();
    directory[Symbol.dispose]();
  });

  const give = (number: number, basePath: string): Promise<void> => {
    const dataset = parseDatasetId(randomBytes(16).toString('hex'));
    const numbered = {
      basePath: Buffer.from(basePath),
      tree: parseTreeId(randomBytes(16).toString('hex')),
      dataset,
      record: new RepositoryLayout(Buffer.from(basePath)).dataset(Date.now(), dataset),
    };
    return store.put(numberKey(number), Buffer.from(serialiseNumber(numbered)), {}, signal);
  };
  const list = async (): Promise<string[]> =>
    (await paths.list(store, signal)).paths.map((path) => Buffer.from(path).toString()).sort();
  /** Bytes that were read since. */
  const readSince = async (work: () => Promise<unknown>): Promise<number> => {
    const before = store.counters.bytesReceived;
    await work();
    return store.counters.bytesReceived - before;
  };

  it('are none at first, and each is found once', async () => {
    expect(await list()).to.deep.equal([]);
    await give(1, 'one');
    await give(2, 'two/three');
    await give(3, 'one');
    expect(await list()).to.deep.equal(['one', 'two/three']);
  });

  it('are not read again, and what is new is', async () => {
    for (let number = 1; number <= 150; number++) await give(number, number < 10 ? 'one' : 'two');
    expect(await list()).to.deep.equal(['one', 'two']);
    expect(await readSince(list)).to.equal(0);
    await give(151, 'three');
    expect(await readSince(list)).to.be.within(1, 500);
    expect(await list()).to.deep.equal(['one', 'three', 'two']);
  });

  it('are found when a number comes later than the next one', async () => {
    await give(1, 'one');
    await give(3, 'three');
    expect(await list()).to.deep.equal(['one', 'three']);
    await give(2, 'two');
    expect(await list()).to.deep.equal(['one', 'three', 'two']);
  });

  it('are found beside numbers that cannot be read, which are read again each time', async () => {
    await give(1, 'one');
    await store.put(numberKey(2), Buffer.from('no number'), {}, signal);
    for (let number = 3; number <= 150; number++) await give(number, 'three');
    const damaged = async () =>
      (await paths.list(store, signal)).damaged.map(({ message }) =>
        message.slice(0, 'number '.length + numberKey(2).length),
      );
    expect(await damaged()).to.deep.equal([`number ${numberKey(2)}`]);
    expect(await damaged()).to.deep.equal([`number ${numberKey(2)}`]);
    expect(await list()).to.deep.equal(['one', 'three']);
    await give(2, 'two');
    expect(await list()).to.deep.equal(['one', 'three', 'two']);
    expect(await damaged()).to.deep.equal([]);
  });

  it('are found anew in a store that was emptied and begun again', async () => {
    for (let number = 1; number <= 120; number++) await give(number, 'one');
    expect(await list()).to.deep.equal(['one']);
    const all = Array.from({ length: 120 }, (_, index) => numberKey(index + 1));
    await store.delete(all, signal);
    await give(1, 'other');
    expect(await list()).to.deep.equal(['other']);
    await store.delete([numberKey(1)], signal);
    expect(await list()).to.deep.equal([]);
  });
});
