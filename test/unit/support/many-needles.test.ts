import { expect } from 'chai';
import fc from 'fast-check';
import { ManyNeedles } from '../../support/many-needles.js';

const needle = fc.uint8Array({ minLength: 4, maxLength: 60 });

describe('many byte strings that are looked for at once', () => {
  it('are found wherever they lie', () => {
    const around = fc.uint8Array({ maxLength: 200 });
    fc.assert(
      fc.property(
        fc.array(needle, { minLength: 1, maxLength: 20 }),
        fc.nat(),
        around,
        around,
        (all, which, before, after) => {
          const needles = new ManyNeedles();
          for (const one of all) needles.add(one);
          const held = all[which % all.length] as Uint8Array;
          expect(needles.mayBeIn(Buffer.concat([before, held, after]))).to.equal(true);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('are not found where nothing is like them', () => {
    const needles = new ManyNeedles();
    for (let index = 0; index < 200; index++) needles.add(Buffer.alloc(48, `needle ${index}`));
    expect(needles.mayBeIn(Buffer.alloc(100_000, 'hay'))).to.equal(false);
    expect(needles.mayBeIn(Buffer.alloc(0))).to.equal(false);
  });

  it('of less than four bytes may be anywhere', () => {
    const needles = new ManyNeedles();
    needles.add(Buffer.from('abc'));
    expect(needles.mayBeIn(Buffer.alloc(10))).to.equal(true);
  });
});
