import { expect } from 'chai';
import { LaneQueue } from '../../../../src/endpoint/receive/lane-queue.js';
import { DmError } from '../../../../src/model/error.js';

describe('lane queue', () => {
  it('wakes every producer that waited for room', async () => {
    const queue = new LaneQueue<string>();
    const produce = async (name: string) => {
      for (let item = 0; item < 50; item++) await queue.send(`${name}${item}`);
    };
    const producers = Promise.all([produce('a'), produce('b'), produce('c')]);
    void producers.then(() => queue.end());
    const seen: string[] = [];
    for await (const item of queue) {
      seen.push(item);
      // Lets every producer run into the full queue before the next item is taken.
      await new Promise((resolve) => setImmediate(resolve));
    }
    await producers;
    expect(seen).to.have.length(150);
    for (const name of ['a', 'b', 'c']) {
      const own = seen.filter((item) => item.startsWith(name));
      expect(own).to.deep.equal(Array.from({ length: 50 }, (_, item) => `${name}${item}`));
    }
  });

  it('fails every producer that waits, and the consumer', async () => {
    const queue = new LaneQueue<number>();
    const sends = Array.from({ length: 12 }, (_, item) => queue.send(item));
    queue.fail(new DmError('cancelled', 'stopped; nothing to do'));
    const codes = (await Promise.allSettled(sends)).map((send) =>
      send.status === 'rejected' ? (send.reason as DmError).code : 'sent',
    );
    expect(codes.slice(3)).to.deep.equal(Array(9).fill('cancelled'));
    expect(await queue.next().catch((error: DmError) => error.code)).to.equal('cancelled');
  });
});
