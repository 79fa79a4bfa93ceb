import { expect } from 'chai';
import { progressStream } from '../../../src/rpc/progress-stream.js';

const add = (a: number, b: number) => a + b;

describe('progress stream', () => {
  it('merges what a slow consumer has not seen, and ends with the result', async () => {
    const stream = progressStream<number, string>(async (report) => {
      for (let i = 1; i <= 100; i++) report(i);
      return 'done';
    }, add);
    expect(await stream.next()).to.deep.equal({ done: false, value: 5_050 });
    expect(await stream.next()).to.deep.equal({ done: true, value: 'done' });
  });

  it('gives single reports to a consumer that waits', async () => {
    let report: (value: number) => void = () => undefined;
    let finish: (value: string) => void = () => undefined;
    const stream = progressStream<number, string>((to) => {
      report = to;
      return new Promise((resolve) => {
        finish = resolve;
      });
    }, add);
    const first = stream.next();
    await Promise.resolve();
    report(1);
    expect((await first).value).to.equal(1);
    const second = stream.next();
    await Promise.resolve();
    finish('end');
    expect(await second).to.deep.equal({ done: true, value: 'end' });
  });

  it('shows the last report before a failure', async () => {
    const stream = progressStream<number, string>(async (report) => {
      report(7);
      throw new Error('it failed');
    }, add);
    expect((await stream.next()).value).to.equal(7);
    const failed = await stream.next().catch((error: Error) => error.message);
    expect(failed).to.equal('it failed');
  });
});
