import { expect } from 'chai';
import type { DatasetIdentity } from '../../../../src/model/dataset.js';
import { BASE_PATH, ObjectFixture } from './receive/object-fixture.js';

const YEAR_MS = 365 * 86_400_000;

describe('a backup that was made while the clock was ahead', function () {
  this.timeout(60_000);
  let fixture: ObjectFixture;

  beforeEach(() => {
    fixture = new ObjectFixture();
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

  it('is what the next rests on, and not those after it', async () => {
    const ahead = await backUp('one', YEAR_MS);
    expect(await head()).to.equal(ahead.id);
    for (const text of ['two', 'three']) {
      const { id } = await backUp(text, 0);
      expect(await head()).to.equal(id);
    }
    fixture.now = () => Date.now() + 2 * YEAR_MS;
    expect(await head()).to.equal(ahead.id);
  });
});
