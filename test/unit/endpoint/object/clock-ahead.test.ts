import { expect } from 'chai';
import { NewestRecords } from '../../../../src/endpoint/object/newest-record.js';
import type { DatasetIdentity } from '../../../../src/model/dataset.js';
import { PruneFixture } from './prune/prune-fixture.js';
import { BASE_PATH } from './receive/object-fixture.js';

const YEAR_MS = 365 * 86_400_000;

describe('a backup that was made while the clock was ahead', function () {
  this.timeout(60_000);
  let fixture: PruneFixture;

  beforeEach(() => {
    fixture = new PruneFixture();
  });
  afterEach(() => fixture[Symbol.asyncDispose]());

  async function backUp(text: string, ahead: number): Promise<DatasetIdentity> {
    fixture.now = () => Date.now() + ahead;
    fixture.copy.sh(`echo ${text} > file`);
    const { dataset } = await fixture.backUp();
    if (dataset === null) throw new Error('no dataset was made');
    return dataset;
  }
  async function head(): Promise<string | undefined> {
    const target = await fixture.makeTarget();
    const state = await target.inspect(Buffer.from(BASE_PATH), fixture.signal);
    return state.head?.id;
  }

  it('hides from nobody that one after it is gone', async () => {
    const log: string[] = [];
    const newest = new NewestRecords(
      { workPath: fixture.workPath, store: 'file:///store' },
      { log: { warn: (_fields, message) => void log.push(message) } },
    );
    fixture.trust = { newest };
    await backUp('one', YEAR_MS);
    await backUp('two', 0);
    await backUp('three', 0);
    const warnings = async (): Promise<string[]> => (await fixture.warningsOfDatasets()).flat();
    expect(await warnings()).to.deep.equal([]);
    // The one that lies ahead is behind it in the order of keys.
    await fixture.deleteRecord(1);
    expect(await warnings()).to.deep.equal(['newer_dataset_missing']);
    expect(log).to.have.length(1);
  });

  it('is what the next rests on, and not those after it', async () => {
    const ahead = await backUp('one', YEAR_MS);
    expect(await head()).to.equal(ahead.id);
    for (const text of ['two', 'three']) {
      const { id } = await backUp(text, 0);
      expect(await head()).to.equal(id);
    }
    const { id } = await backUp('four', 0);
    fixture.now = () => Date.now() + 2 * YEAR_MS;
    expect(await head()).to.equal(id);
  });
});
