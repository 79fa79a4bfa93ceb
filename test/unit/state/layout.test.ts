import { expect } from 'chai';
import { StateDatabase } from '../../../src/state/database.js';
import type { StateLayout } from '../../../src/state/layout.js';
import { TempDirectory } from '../../support/temp-directory.js';
import { collect, failureOf } from '../rpc/peer-pair.js';

const TWO: StateLayout = {
  version: 2,
  migrations: new Map([
    [
      1,
      async function* (database) {
        for await (const [key, value] of database.entries('old/')) {
          yield { delete: key };
          yield { put: key.replace('old/', 'new/'), value };
        }
      },
    ],
  ]),
};

describe('a state of an older layout', () => {
  let directory: TempDirectory;
  let path = '';
  beforeEach(async () => {
    directory = new TempDirectory();
    path = directory.join('db');
    await using database = await StateDatabase.open(path);
    await database.write([{ put: 'old/a', value: 1 }]);
  });
  afterEach(() => directory[Symbol.dispose]());

  const contents = async (at: string, layout?: StateLayout) => {
    await using database = await StateDatabase.open(at, layout);
    return Object.fromEntries(await collect(database.entries('')));
  };

  it('is copied before it is changed, and the older program can go back to the copy', async () => {
    expect(await contents(path, TWO)).to.deep.equal({ 'meta/schema': 2, 'new/a': 1 });
    expect(await contents(`${path}.layout-1`)).to.deep.equal({ 'meta/schema': 1, 'old/a': 1 });
    expect(await contents(path, TWO)).to.deep.equal({ 'meta/schema': 2, 'new/a': 1 });
  });

  it('is refused by a program that is older, and stays as it is', async () => {
    await contents(path, TWO);
    expect((await failureOf(StateDatabase.open(path))).code).to.equal('state_version');
    expect(await contents(path, TWO)).to.deep.equal({ 'meta/schema': 2, 'new/a': 1 });
  });

  it('stays as it is when changing it fails', async () => {
    const broken: StateLayout = {
      version: 2,
      migrations: new Map([
        [
          1,
          async function* () {
            yield { delete: 'old/a' };
            throw new Error('defect');
          },
        ],
      ]),
    };
    const opened = StateDatabase.open(path, broken);
    expect(
      await opened.then(
        () => 'opened',
        (error: Error) => error.message,
      ),
    ).to.equal('defect');
    expect(await contents(path)).to.deep.equal({ 'meta/schema': 1, 'old/a': 1 });
    const gap = { version: 3, migrations: TWO.migrations };
    expect((await failureOf(StateDatabase.open(path, gap))).code).to.equal('state_version');
  });
});
