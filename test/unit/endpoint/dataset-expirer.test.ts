import { expect } from 'chai';
import { type ExpiryProgress, expireDatasets } from '../../../src/endpoint/dataset-expirer.js';
import { sampleDataset } from '../../support/datasets.js';

const NOW = 10_000;
const signal = new AbortController().signal;

describe('expiry of datasets', () => {
  it('leaves what was locked while older ones were removed', async () => {
    const datasets = [1, 2, 3].map((number) => sampleDataset(number, { expiresAtMs: NOW - 1 }));
    const locks = new Map<number, string[]>();
    const expired: number[] = [];
    const { locked } = await expireDatasets(
      {
        async *list() {
          yield* datasets;
        },
        lockedBy: async ({ number }) => locks.get(number) ?? [],
        remove: async ({ number }) => {
          if (number === 1) locks.set(2, ['policy 7 (late)']);
          return 0;
        },
        now: async () => NOW,
      },
      (progress: ExpiryProgress) => expired.push(...progress.expired.map(({ number }) => number)),
      signal,
    );
    expect(expired).to.deep.equal([1, 3]);
    expect(locked.map(({ number, lockedBy }) => [number, ...lockedBy])).to.deep.equal([
      [2, 'policy 7 (late)'],
    ]);
  });
});
