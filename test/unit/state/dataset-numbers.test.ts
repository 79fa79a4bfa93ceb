import { expect } from 'chai';
import { StateDatabase } from '../../../src/state/database.js';
import { DatasetNumbers } from '../../../src/state/dataset-numbers.js';
import { TempDirectory } from '../../support/temp-directory.js';

const dataset = (index: number) => ({ localTree: 'tree', id: `dataset-${index}` });
const MANY = Array.from({ length: 2_500 }, (_, index) => dataset(index));

describe('dataset numbers', () => {
  let directory: TempDirectory;
  let database: StateDatabase;
  let numbers: DatasetNumbers;

  beforeEach(async () => {
    directory = new TempDirectory();
    database = await StateDatabase.open(directory.join('db'));
    numbers = new DatasetNumbers({ database });
  });
  afterEach(async () => {
    await database[Symbol.asyncDispose]();
    directory[Symbol.dispose]();
  });

  it('are given in the order of the first asking, to many at once', async () => {
    expect(await numbers.numberOf('tree', 'dataset-7')).to.equal(1);
    const given = await numbers.numbersOf(MANY);
    expect(given[7]).to.equal(1);
    const others = given.filter((_, index) => index !== 7);
    expect(others).to.deep.equal(others.map((_, index) => index + 2));
    expect(await numbers.find(given[2_499] ?? 0)).to.deep.equal(dataset(2_499));
  });

  it('stay, and are given once to those that ask at once or twice in one list', async () => {
    const [first, second] = await Promise.all([
      numbers.numbersOf([...MANY, dataset(0)]),
      numbers.numbersOf([...MANY].reverse()),
    ]);
    expect(first[2_500]).to.equal(first[0]);
    expect([...second].reverse()).to.deep.equal(first.slice(0, 2_500));
    expect(new Set(first).size).to.equal(2_500);
    expect(await numbers.numberOf('tree', 'another')).to.equal(2_501);
    expect(await numbers.numbersOf(MANY)).to.deep.equal(first.slice(0, 2_500));
  });

  it('are known to belong to nobody before they are given', async () => {
    expect(await numbers.find(1)).to.equal(null);
    expect(await numbers.numbersOf([])).to.deep.equal([]);
  });
});
