import { expect } from 'chai';
import { trimWhenLarge } from '../../../../../src/endpoint/local/sys/trim-when-large.js';
import { MEBIBYTE } from '../../../../support/resident-memory.js';

describe('giving back what is free of a large process', () => {
  /** What each look finds; whether it trims, by which the process becomes `freed` smaller. */
  function looks(found: readonly number[], freed: number): boolean[] {
    let size = 0;
    let trims = 0;
    const look = trimWhenLarge({
      rss: () => size,
      trim: () => {
        trims++;
        size -= freed * MEBIBYTE;
      },
    });
    return found.map((mebibytes) => {
      const before = trims;
      size = mebibytes * MEBIBYTE;
      look();
      return trims > before;
    });
  }

  it('is not done while it is small', () => {
    expect(looks([100, 200, 255], 10)).to.deep.equal([false, false, false]);
  });

  it('is done when it becomes large, and again when it has grown by 16 MiB', () => {
    expect(looks([300, 295, 305, 306], 10)).to.deep.equal([true, false, false, true]);
  });

  it('is done again at once when it had been small meanwhile', () => {
    expect(looks([420, 150, 270], 10)).to.deep.equal([true, false, true]);
  });

  it('is left for the next look when the size is not known', () => {
    let size: number | null = null;
    let trims = 0;
    const look = trimWhenLarge({ rss: () => size, trim: () => void trims++ });
    look();
    expect(trims).to.equal(0);
    size = 300 * MEBIBYTE;
    look();
    expect(trims).to.equal(1);
  });
});
