import { execFileSync } from 'node:child_process';
import { expect } from 'chai';
import { MEBIBYTE } from '../../support/resident-memory.js';

const MODULE = new URL('../../../src/util/young-generation.js', import.meta.url);

/** Makes objects that live for a while, with a thread that begins meanwhile, and says how large the young space became. */
function script(isKept: boolean): string {
  return `
    import { Worker } from 'node:worker_threads';
    import { getHeapSpaceStatistics } from 'node:v8';
    import { keepYoungGenerationSmall } from ${JSON.stringify(MODULE.href)};
    if (${isKept}) keepYoungGenerationSmall({ lookEveryMs: 5 });
    let largest = 0;
    let living = [];
    async function work(rounds) {
      for (let round = 0; round < rounds; round++) {
        for (let i = 0; i < 50000; i++) {
          living.push({ i, of: [i] });
          if (living.length > 60000) living = [];
        }
        const space = getHeapSpaceStatistics().find((one) => one.space_name === 'new_space');
        largest = Math.max(largest, space.space_size);
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    }
    await work(20);
    const thread = new Worker('', { eval: true });
    await new Promise((resolve) => thread.once('exit', resolve));
    await new Promise((resolve) => setTimeout(resolve, 20));
    await work(60);
    console.log(largest);
  `;
}

function largestYoungSpace(isKept: boolean): number {
  const words = ['--input-type=module', '--eval', script(isKept)];
  return Number(execFileSync(process.execPath, words, { encoding: 'utf8' }));
}

describe('the young generation', function () {
  this.timeout(30_000);

  it('stays small, also when threads begin', () => {
    expect(largestYoungSpace(true)).to.be.at.most(4 * MEBIBYTE);
  });

  it('would grow otherwise', () => {
    expect(largestYoungSpace(false)).to.be.at.least(16 * MEBIBYTE);
  });
});
