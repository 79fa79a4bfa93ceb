import { expect } from 'chai';
import { governHeapGrowth } from '../../../src/util/heap-growth.js';
import { until } from '../../support/e2e-until.js';
import { MEBIBYTE } from '../../support/resident-memory.js';

describe('the growth of heaps', () => {
  it('is wide while the process is small, and narrow while it is large', async () => {
    let rss = 100 * MEBIBYTE;
    const flags: string[] = [];
    const modules = { rss: () => rss, setFlag: (flag: string) => void flags.push(flag) };
    {
      using _heaps = governHeapGrowth({ lookEveryMs: 1 }, modules);
      expect(flags).to.deep.equal(['--heap-growing-percent=150']);
      rss = 250 * MEBIBYTE;
      await until('it is set narrow', async () => flags.length === 2);
      rss = 200 * MEBIBYTE;
      await until('it is set wide again', async () => flags.length === 3);
    }
    expect(flags.slice(1)).to.deep.equal([
      '--heap-growing-percent=50',
      '--heap-growing-percent=150',
    ]);
  });

  it('is set once as long as nothing changes', async () => {
    let looks = 0;
    const flags: string[] = [];
    const modules = { rss: () => ++looks, setFlag: (flag: string) => void flags.push(flag) };
    using _heaps = governHeapGrowth({ lookEveryMs: 1 }, modules);
    await until('it has looked some times', async () => looks > 5);
    expect(flags).to.have.length(1);
  });

  it('stays as it is while the size is not known, and begins narrow', async () => {
    let looks = 0;
    let rss: number | null = null;
    const flags: string[] = [];
    const modules = {
      rss: () => {
        looks++;
        return rss;
      },
      setFlag: (flag: string) => void flags.push(flag),
    };
    using _heaps = governHeapGrowth({ lookEveryMs: 1 }, modules);
    expect(flags).to.deep.equal(['--heap-growing-percent=50']);
    rss = 100 * MEBIBYTE;
    await until('it is set wide', async () => flags.length === 2);
    rss = null;
    const before = looks;
    await until('it has looked again', async () => looks > before + 2);
    expect(flags).to.have.length(2);
  });
});
