import { expect } from 'chai';
import { StateDatabase } from '../../../src/state/database.js';
import { PeerLocks } from '../../../src/state/peer-locks.js';
import { sampleDataset } from '../../support/datasets.js';
import { TempDirectory } from '../../support/temp-directory.js';

const DAY_MS = 86_400_000;
const { id, basePath } = sampleDataset(1);
const path = Buffer.from(basePath).toString('base64');

describe('locks that peers hold', () => {
  let directory: TempDirectory;
  let database: StateDatabase;
  let now = 0;
  const open = () => PeerLocks.open({ database, now: () => now });

  beforeEach(async () => {
    directory = new TempDirectory();
    database = await StateDatabase.open(directory.join('db'));
    now = 1_700_000_000_000;
  });
  afterEach(async () => {
    await database[Symbol.asyncDispose]();
    directory[Symbol.dispose]();
  });

  it('are one for each holder, and outlive a restart', async () => {
    const locks = await open();
    const other = sampleDataset(2).id;
    await locks.hold({ owner: 'a', holder: 'policy-1', id: other, basePath: path });
    await locks.hold({ owner: 'a', holder: 'policy-1', id, basePath: path });
    await locks.hold({ owner: 'b', holder: 'policy-1', id, basePath: path });
    for (const those of [locks, await open()]) {
      expect(those.lockedBy(other, basePath)).to.deep.equal([]);
      expect(those.lockedBy(id, basePath)).to.have.members(['peer a policy-1', 'peer b policy-1']);
      expect(those.lockedBy(id, Buffer.from('/elsewhere'))).to.deep.equal([]);
    }
    expect(await locks.unlock(id, basePath)).to.have.length(2);
    expect((await open()).lockedBy(id, basePath)).to.deep.equal([]);
  });

  it('lapse 30 days after the last contact, and not before', async () => {
    const locks = await open();
    await locks.hold({ owner: 'a', holder: 'policy-1', id, basePath: path });
    now += 29 * DAY_MS;
    await locks.heardOf('a');
    now += 29 * DAY_MS;
    expect(locks.lockedBy(id, basePath)).to.have.length(1);
    expect((await open()).lockedBy(id, basePath)).to.have.length(1);
    now += 2 * DAY_MS;
    expect(locks.lockedBy(id, basePath)).to.deep.equal([]);
    expect((await open()).lockedBy(id, basePath)).to.deep.equal([]);
    await locks.heardOf('a');
    expect(locks.lockedBy(id, basePath)).to.have.length(1);
  });

  it('are not more than some for one peer that asks for all at once', async () => {
    const locks = await open();
    const all = Array.from({ length: 600 }, (_, number) =>
      locks.hold({ owner: 'a', holder: `policy-${number}`, id, basePath: path }),
    );
    const held = (await Promise.allSettled(all)).filter(({ status }) => status === 'fulfilled');
    expect(held).to.have.length(256);
    expect((await open()).lockedBy(id, basePath)).to.have.length(256);
  });

  it('are not more than some for one peer', async () => {
    const locks = await open();
    const hold = (owner: string, number: number) =>
      locks.hold({ owner, holder: `policy-${number}`, id, basePath: path });
    for (let number = 0; number < 256; number++) await hold('a', number);
    await hold('a', 0);
    await hold('b', 0);
    const refused = await hold('a', 256).then(
      () => null,
      (error: { code: string }) => error.code,
    );
    expect(refused).to.equal('quota_exceeded');
  });
});
