import { setImmediate as turn } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { expect } from 'chai';
import { DmError } from '../../../src/model/error.js';
import { WorkerPool } from '../../../src/worker/pool.js';
import { heldSignals } from '../../support/forgotten-signals.js';

const entry = new URL('./pool-tasks.js', import.meta.url);

async function failureOf(work: Promise<unknown>): Promise<DmError> {
  try {
    await work;
  } catch (error) {
    expect(error).to.be.instanceOf(DmError);
    return error as DmError;
  }
  throw new Error('it did not fail');
}

describe('WorkerPool', () => {
  let pool: WorkerPool;
  const { signal } = new AbortController();

  beforeEach(() => {
    pool = new WorkerPool({ size: 2, entry });
  });
  afterEach(async () => {
    await pool[Symbol.asyncDispose]();
  });

  it('runs more tasks than it keeps threads', async () => {
    const results = await Promise.all(
      [1, 2, 3, 4, 5].map((input) => pool.run<number, number>('double', input, {}, signal)),
    );
    expect(results).to.deep.equal([2, 4, 6, 8, 10]);
  });

  it('starts threads ahead of the tasks, no more than it keeps', async () => {
    pool.warm(5);
    const { threadId: later } = new Worker('', { eval: true });
    const threads = () => [1, 2, 3].map(() => pool.run<null, number>('thread', null, {}, signal));
    const ids = await Promise.all(threads());
    expect(ids.filter((id) => id < later)).to.have.length(2);
  });

  it('carries code, message and data of an error', async () => {
    const error = await failureOf(pool.run('fail', 'cannot read a/b; check it', {}, signal));
    expect(error.code).to.equal('unreadable');
    expect(error.message).to.equal('cannot read a/b; check it');
    expect(error.data).to.deep.equal({ path: 'a/b', errno: 13 });
  });

  it('makes an internal error of anything else', async () => {
    const error = await failureOf(pool.run('throwPlain', null, {}, signal));
    expect(error.code).to.equal('internal');
    expect(error.message).to.contain('not one of ours');
    expect((error.cause as Error).stack).to.contain('TypeError');
  });

  it('lets the loop of a busy thread turn with each message, either way', async () => {
    const messages = (async function* () {
      for (let count = 0; count < 100; count++) yield 2;
    })();
    const input = { messages, onMessage: () => undefined };
    const turned = await pool.run<null, number, number, number>('turns', null, input, signal);
    expect(turned).to.be.at.least(300);
  });

  it('refuses a task nobody serves and a result that cannot be sent', async () => {
    expect((await failureOf(pool.run('nobody', null, {}, signal))).code).to.equal('internal');
    expect((await failureOf(pool.run('uncloneable', null, {}, signal))).code).to.equal('internal');
  });

  it('holds a task back at eight messages that were not handled', async () => {
    const stream = pool.stream<number, number, number>('count', 30, {}, signal);
    const iterator = stream.messages[Symbol.asyncIterator]();
    const seen: number[] = [];
    let settled = false;
    void stream.result.then(() => {
      settled = true;
    });
    for (let index = 0; index < 22; index++) {
      const next = await iterator.next();
      if (!next.done) seen.push(next.value);
    }
    // Eight beyond the 21 done with make 29 of 30: the task cannot have ended.
    await pool.run('double', 1, {}, signal);
    expect(settled).to.equal(false);
    for (;;) {
      const next = await iterator.next();
      if (next.done) break;
      seen.push(next.value);
    }
    expect(seen).to.deep.equal([...Array(30).keys()]);
    expect(await stream.result).to.equal(30);
  });

  it('awaits onMessage for one message at a time', async () => {
    let active = 0;
    let most = 0;
    const seen: number[] = [];
    await pool.run<number, number, number>(
      'count',
      20,
      {
        onMessage: async (message) => {
          most = Math.max(most, ++active);
          await turn();
          seen.push(message);
          active--;
        },
      },
      signal,
    );
    expect(most).to.equal(1);
    expect(seen).to.have.length(20);
  });

  it('asks for messages only eight ahead of the task', async () => {
    let asked = 0;
    async function* messages(): AsyncGenerator<string> {
      for (; asked < 100; asked++) yield `m${asked}`;
    }
    let atFirst: number | null = null;
    const last = await pool.run<null, string, string, string>(
      'lazy',
      null,
      {
        messages: messages(),
        onMessage: async () => {
          if (atFirst === null) await pool.run('double', 1, {}, signal);
          atFirst ??= asked;
        },
      },
      signal,
    );
    expect(atFirst).to.be.within(8, 10);
    expect(last).to.equal('m99');
  });

  it('keeps nothing of streams that have ended, also early', async () => {
    const { made, held } = await heldSignals(async () => {
      for (let round = 0; round < 20; round++) {
        const { messages, result } = pool.stream<number, number, number>('count', 3, {}, signal);
        for await (const _message of messages) if (round % 2 === 0) break;
        await result.catch(() => undefined);
      }
    });
    expect(made).to.be.at.least(20);
    expect(held).to.equal(0);
  });

  it('echoes a stream both ways', async () => {
    async function* numbers(): AsyncGenerator<number> {
      for (let index = 0; index < 1000; index++) yield index;
    }
    const stream = pool.stream<null, number, number, number>(
      'echo',
      null,
      { messages: numbers() },
      signal,
    );
    let next = 0;
    for await (const message of stream.messages) expect(message).to.equal(next++);
    expect(await stream.result).to.equal(1000);
  });

  it('stops a task that never leaves its loop', async () => {
    const stop = new AbortController();
    const error = await failureOf(
      pool.run<null, never, string>('spin', null, { onMessage: () => stop.abort() }, stop.signal),
    );
    expect(error.code).to.equal('cancelled');
  });

  it('stops a task that is still being loaded, and says why one cannot be', async () => {
    const stop = new AbortController();
    const stopped = failureOf(pool.run('loadedLate', null, {}, stop.signal));
    const error = await failureOf(pool.run('notLoaded', 1, {}, signal));
    expect(error.code).to.equal('internal');
    expect(error.message).to.contain('no such module');
    stop.abort();
    expect((await stopped).code).to.equal('cancelled');
  });

  it('stops a task whose stream is left early, and waits for it', async () => {
    const stream = pool.stream<number, number, number>('count', 1_000_000, {}, signal);
    for await (const message of stream.messages) if (message === 5) break;
    expect((await failureOf(stream.result)).code).to.equal('cancelled');
  });

  it('fails with the error of a message handler', async () => {
    const error = await failureOf(
      pool.run<number, number, number>(
        'count',
        1000,
        {
          onMessage: () => {
            throw new DmError('no_space', 'disk is full; free some');
          },
        },
        signal,
      ),
    );
    expect(error.code).to.equal('no_space');
  });

  it('fails with the error of the messages it was to pass on', async () => {
    async function* broken(): AsyncGenerator<number> {
      yield 1;
      throw new DmError('peer_unreachable', 'peer is gone; retry');
    }
    const error = await failureOf(
      pool.run<null, number, number, number>('echo', null, { messages: broken() }, signal),
    );
    expect(error.code).to.equal('peer_unreachable');
  });

  it('handles what a task makes of the messages before the one that failed', async () => {
    async function* broken(): AsyncGenerator<number> {
      yield 1;
      yield 2;
      throw new DmError('peer_unreachable', 'peer is gone; retry');
    }
    const handled: number[] = [];
    const options = {
      messages: broken(),
      window: 2,
      onMessage: (message: number) => void handled.push(message),
    };
    const error = await failureOf(
      pool.run<null, number, number, number>('thrice', null, options, signal),
    );
    expect(error.code).to.equal('peer_unreachable');
    expect(handled).to.deep.equal([1, 1, 1, 2, 2, 2]);
  });

  it('replaces a crashed thread and fails only its task', async () => {
    const warnings: string[] = [];
    const own = new WorkerPool(
      { size: 1, entry },
      { log: { warn: (_fields, message) => warnings.push(message) } },
    );
    const error = await failureOf(own.run('crash', null, {}, signal));
    expect(error.code).to.equal('internal');
    expect(error.message).to.contain('crashed on purpose');
    expect(await own.run<number, number>('double', 4, {}, signal)).to.equal(8);
    expect(warnings).to.have.length(1);
    await own[Symbol.asyncDispose]();
  });

  it('moves transferred buffers instead of copying them', async () => {
    let received = 0;
    const left = await pool.run<number, number, ArrayBuffer>(
      'transferUp',
      1 << 20,
      {
        onMessage: (message) => {
          received = message.byteLength;
        },
      },
      signal,
    );
    expect([received, left]).to.deep.equal([1 << 20, 0]);

    const input = new ArrayBuffer(100);
    const message = new ArrayBuffer(10);
    async function* messages(): AsyncGenerator<ArrayBuffer> {
      yield message;
    }
    const length = await pool.run<ArrayBuffer, number, never, ArrayBuffer>(
      'lengthOf',
      input,
      { transfer: [input], messages: messages(), transferOf: (buffer) => [buffer] },
      signal,
    );
    expect([length, input.byteLength, message.byteLength]).to.deep.equal([110, 0, 0]);
  });

  it('never lets streaming tasks starve one another', async () => {
    const streams = Array.from({ length: 10 }, () =>
      pool.stream<number, number, number>('count', 20, {}, signal),
    );
    const iterators = streams.map((stream) => stream.messages[Symbol.asyncIterator]());
    for (let index = 0; index < 20; index++) {
      const values = await Promise.all(iterators.map((iterator) => iterator.next()));
      expect(values.map((next) => next.value)).to.deep.equal(Array(10).fill(index));
    }
    await Promise.all(iterators.map((iterator) => iterator.next()));
    await Promise.all(streams.map((stream) => stream.result));
  });

  it('queues beyond 64 threads and goes on', async () => {
    const results = await Promise.all(
      Array.from({ length: 80 }, (_, index) =>
        pool.run<number, number>('double', index, {}, signal),
      ),
    );
    expect(results[79]).to.equal(158);
  });

  it('fails what runs and what comes when it is closed', async () => {
    const running = failureOf(pool.run('spin', null, {}, signal));
    await pool[Symbol.asyncDispose]();
    expect((await running).code).to.equal('shutting_down');
    expect((await failureOf(pool.run('double', 1, {}, signal))).code).to.equal('shutting_down');
  });
});
