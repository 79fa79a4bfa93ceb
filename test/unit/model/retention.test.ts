import { expect } from 'chai';
import fc from 'fast-check';
import type { DatasetInfo } from '../../../src/model/dataset.js';
import { parseTreeId } from '../../../src/model/ids.js';
import { overdueDatasets } from '../../../src/model/retention.js';
import { sampleDataset } from '../../support/datasets.js';

const NOW = 1_000_000;
const numbers = (datasets: readonly DatasetInfo[]) => datasets.map(({ number }) => number);

describe('overdue datasets', () => {
  it('are those whose period is over and that are not among the newest of their tree', () => {
    const over = { expiresAtMs: NOW, reserve: 2 };
    const datasets = [1, 2, 3, 4].map((number) => sampleDataset(number, over));
    expect(numbers(overdueDatasets(datasets, NOW))).to.deep.equal([1, 2]);
    expect(numbers(overdueDatasets(datasets, NOW - 1))).to.deep.equal([]);
  });

  it('never are those without a period', () => {
    const datasets = [1, 2].map((number) => sampleDataset(number, { expiresAtMs: null }));
    expect(overdueDatasets(datasets, Number.MAX_SAFE_INTEGER)).to.deep.equal([]);
  });

  it('are counted for each tree and base path, without what a repair has kept', () => {
    const over = { expiresAtMs: 0, reserve: 1 };
    const other = { ...over, tree: parseTreeId('22'.repeat(16)) };
    const datasets = [
      sampleDataset(1, over),
      sampleDataset(2, { ...over, name: 'pre-repair' }),
      sampleDataset(3, { ...over, name: 'pre-repair' }),
      sampleDataset(4, other),
      sampleDataset(5, { ...over, basePath: Buffer.from('/elsewhere') }),
    ];
    expect(numbers(overdueDatasets(datasets, NOW))).to.deep.equal([]);
    const next = [...datasets, sampleDataset(6, over)];
    expect(numbers(overdueDatasets(next, NOW))).to.deep.equal([1, 2, 3]);
  });

  it('leave the newest `reserve` of any set, and never grow by more reserve', () => {
    const some = fc.array(fc.record({ ago: fc.integer({ min: -5, max: 5 }), reserve: fc.nat(6) }), {
      maxLength: 12,
    });
    fc.assert(
      fc.property(some, fc.nat(6), (kinds, more) => {
        const of = (extra: number) =>
          kinds.map(({ ago, reserve }, at) =>
            sampleDataset(at + 1, { expiresAtMs: NOW - ago, reserve: reserve + extra }),
          );
        const gone = new Set(numbers(overdueDatasets(of(0), NOW)));
        for (const [at, { ago, reserve }] of kinds.entries()) {
          const newer = kinds.length - 1 - at;
          expect(gone.has(at + 1)).to.equal(ago >= 0 && newer >= reserve);
        }
        for (const number of numbers(overdueDatasets(of(more), NOW))) {
          expect(gone.has(number)).to.equal(true);
        }
      }),
    );
  });
});
