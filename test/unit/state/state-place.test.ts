import { cpSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { expect } from 'chai';
import { StateDatabase } from '../../../src/state/database.js';
import { TempDirectory } from '../../support/temp-directory.js';
import { collect, failureOf } from '../rpc/peer-pair.js';

describe('a state that is gone while it is open', () => {
  let directory: TempDirectory;
  let database: StateDatabase;
  let path = '';
  beforeEach(async () => {
    directory = new TempDirectory();
    path = directory.join('db');
    database = await StateDatabase.open(path);
    await database.write([{ put: 'a', value: 1 }]);
  });
  afterEach(async () => {
    await database[Symbol.asyncDispose]();
    directory[Symbol.dispose]();
  });

  const refusesAll = async () => {
    const written = await failureOf(database.write([{ put: 'a', value: 2 }]));
    expect(written.code).to.equal('state_lost');
    expect(written.message).to.contain(path);
    for (const read of [
      database.get('a'),
      database.getMany(['a']),
      collect(database.entries('a')),
      database.check(),
    ]) {
      expect((await failureOf(read)).code).to.equal('state_lost');
    }
  };

  it('takes and gives nothing after it was deleted', async () => {
    rmSync(path, { recursive: true });
    await refusesAll();
  });

  it('takes and gives nothing after its files were deleted', async () => {
    rmSync(path, { recursive: true });
    mkdirSync(path);
    await refusesAll();
  });

  it('takes and gives nothing while another stands in its place, and goes on where it was', async () => {
    renameSync(path, `${path}.away`);
    cpSync(`${path}.away`, path, { recursive: true });
    await refusesAll();
    rmSync(path, { recursive: true });
    renameSync(`${path}.away`, path);
    await database.write([{ put: 'b', value: 3 }]);
    expect(await database.getMany(['a', 'b'])).to.deep.equal([1, 3]);
  });
});
