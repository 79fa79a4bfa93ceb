import { expect } from 'chai';
import { Semaphore } from '../../../src/util/semaphore.js';

const { signal } = new AbortController();

describe('Semaphore', () => {
  it('lets so many run at once, in the order of asking, also after failures', async () => {
    const semaphore = new Semaphore(3);
    const order: number[] = [];
    let running = 0;
    let most = 0;
    const results = await Promise.allSettled(
      Array.from({ length: 20 }, (_, index) =>
        semaphore.run(async () => {
          order.push(index);
          most = Math.max(most, ++running);
          await new Promise((resolve) => setImmediate(resolve));
          running--;
          if (index % 5 === 0) throw new Error('failed');
        }, signal),
      ),
    );
    expect(most).to.equal(3);
    expect(order).to.deep.equal(Array.from({ length: 20 }, (_, index) => index));
    expect(results.filter(({ status }) => status === 'rejected')).to.have.length(4);
  });

  it('forgets who is aborted while waiting, and takes nobody else their turn', async () => {
    const semaphore = new Semaphore(1);
    let finish = () => {};
    const first = semaphore.run(() => new Promise<void>((resolve) => (finish = resolve)), signal);
    const stop = new AbortController();
    let ran = false;
    const aborted = semaphore.run(async () => {
      ran = true;
    }, stop.signal);
    const third = semaphore.run(async () => 'third', signal);
    stop.abort(new Error('stopped'));
    expect(await aborted.catch((error: Error) => error.message)).to.equal('stopped');
    finish();
    await first;
    expect(await third).to.equal('third');
    expect(ran).to.equal(false);
  });
});
