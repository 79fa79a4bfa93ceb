import { expect } from 'chai';
import { stretchPassphrase } from '../../../src/util/stretch-passphrase.js';

const SALT = Buffer.alloc(16, 1);
const COST = { N: 131_072, r: 8, p: 1 };
const KEY_MEBIBYTES = 128;

describe('keys of passphrases', () => {
  it('take the memory of one, however many are made, and a failure stops no other', async function () {
    this.timeout(60_000);
    const before = process.memoryUsage.rss();
    let most = 0;
    const timer = setInterval(() => {
      most = Math.max(most, process.memoryUsage.rss() - before);
    }, 10);
    const impossible = stretchPassphrase('secret', SALT, 32, { ...COST, N: 3 });
    const keys = [1, 2, 3].map((n) => stretchPassphrase(`secret ${n % 2}`, SALT, 32, COST));
    const failure = await impossible.catch((error: Error) => error);
    const [first, second, third] = await Promise.all(keys);
    clearInterval(timer);
    expect(failure).to.be.instanceOf(Error);
    expect(first).to.deep.equal(third).and.not.deep.equal(second);
    expect(most / 1_048_576).to.be.within(KEY_MEBIBYTES / 2, 1.5 * KEY_MEBIBYTES);
  });
});
