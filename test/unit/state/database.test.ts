import { expect } from 'chai';
import { Level } from 'level';
import type { DmError } from '../../../src/model/error.js';
import { StateDatabase } from '../../../src/state/database.js';
import { TempDirectory } from '../../support/temp-directory.js';

const codeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => '',
    (error: DmError) => error.code,
  );

describe('state database after a write has failed', () => {
  const { batch, open } = Level.prototype;
  let folder: TempDirectory;
  let database: StateDatabase;
  let opened = 0;

  beforeEach(async () => {
    folder = new TempDirectory();
    database = await StateDatabase.open(`${folder.path}/db`);
    await database.write([{ put: 'a', value: 1 }]);
    opened = 0;
    Object.assign(Level.prototype, {
      open(this: Level, ...words: Parameters<typeof open>) {
        opened++;
        return open.apply(this, words);
      },
    });
  });
  afterEach(async () => {
    Object.assign(Level.prototype, { batch, open });
    await database[Symbol.asyncDispose]();
    folder[Symbol.dispose]();
  });

  /** As LevelDB fails when a sync has failed: at that write, and at each until it is opened again. */
  function breakSync(): void {
    const openedThen = opened;
    Object.assign(Level.prototype, {
      batch(this: Level, ...words: []) {
        if (opened > openedThen) return batch.apply(this, words);
        return Promise.reject(new Error('IO error: fdatasync failed'));
      },
    });
  }

  it('takes the next one, for it is opened anew, and has what it had', async () => {
    breakSync();
    expect(await codeOf(database.write([{ put: 'a', value: 2 }]))).to.equal('io_error');
    expect(await database.get('a')).to.equal(1);
    await Promise.all(['b', 'c'].map((key) => database.write([{ put: key, value: 3 }])));
    expect(await database.getMany(['a', 'b', 'c'])).to.deep.equal([1, 3, 3]);
    expect(opened).to.equal(1);
    await database.write([{ delete: 'b' }]);
    expect(opened).to.equal(1);
  });

  it('fails as long as it cannot be opened, reads too, and is there again when it can', async () => {
    breakSync();
    expect(await codeOf(database.write([{ put: 'a', value: 2 }]))).to.equal('io_error');
    Level.prototype.open = () => Promise.reject(new Error('IO error: no such device'));
    expect(await codeOf(database.write([{ put: 'a', value: 2 }]))).to.equal('io_error');
    expect(await codeOf(database.get('a'))).to.equal('io_error');
    Object.assign(Level.prototype, { batch, open });
    expect(await database.get('a')).to.equal(1);
    await database.write([{ put: 'a', value: 2 }]);
    expect(await database.get('a')).to.equal(2);
  });

  it('is not opened anew once it was closed', async () => {
    await database[Symbol.asyncDispose]();
    expect(await codeOf(database.get('a'))).to.equal('shutting_down');
    expect(opened).to.equal(0);
    database = await StateDatabase.open(`${folder.path}/db`);
  });
});
