import { threadId } from 'node:worker_threads';
import { DmError } from '../../../src/model/error.js';
import { serveable, serveTasks } from '../../../src/worker/serve.js';
import type { Task, TaskIo } from '../../../src/worker/task.js';

const double: Task<number, number> = async (input) => input * 2;

const thread: Task<null, number> = async () => threadId;

const count: Task<number, number, number> = async (input, io) => {
  for (let index = 0; index < input; index++) await io.emit(index);
  return input;
};

const echo: Task<null, number, number, number> = async (_input, io) => {
  let seen = 0;
  for await (const message of io.incoming) {
    seen++;
    await io.emit(message);
  }
  return seen;
};

const thrice: Task<null, number, number, number> = async (_input, io) => {
  for await (const message of io.incoming) {
    for (let time = 0; time < 3; time++) await io.emit(message);
  }
  return 0;
};

const fail: Task<string, never> = async (input) => {
  throw new DmError('unreadable', input, { data: { path: 'a/b', errno: 13 } });
};

const throwPlain: Task<null, never> = async () => {
  throw new TypeError('not one of ours');
};

const spin: Task<null, never, string> = async (_input, io) => {
  await io.emit('spinning');
  for (;;) io.signal.throwIfAborted();
};

const crash: Task<null, never> = async () => {
  setImmediate(() => {
    throw new Error('crashed on purpose');
  });
  return new Promise(() => undefined);
};

/** Sends a buffer up by transfer and says what is left of it here. */
const transferUp: Task<number, number, ArrayBuffer> = async (input, io) => {
  const buffer = new ArrayBuffer(input);
  await io.emit(buffer, [buffer]);
  return buffer.byteLength;
};

const lengthOf: Task<ArrayBuffer, number, never, ArrayBuffer> = async (input, io) => {
  let length = input.byteLength;
  for await (const message of io.incoming) length += message.byteLength;
  return length;
};

/** Takes one message, then nothing until the first of nine messages up has been handled. */
const lazy: Task<null, string, string, string> = async (_input, io) => {
  const incoming = io.incoming[Symbol.asyncIterator]();
  await incoming.next();
  for (let index = 0; index < 9; index++) await io.emit('took one');
  let last = '';
  for (;;) {
    const next = await incoming.next();
    if (next.done) return last;
    last = next.value;
  }
};

const uncloneable: Task<null, unknown> = async (_input, _io: TaskIo<never, never>) => () => 1;

/** Listens, as something that waits does, and never looks. */
const listen: Task<null, never> = (_input, { signal }) =>
  new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason));
  });

/** How often the loop of the thread turns while it takes messages, each of which keeps it busy so long, and sends two for each. */
const turns: Task<null, number, number, number> = async (_input, io) => {
  let turned = 0;
  const turn = (): void => {
    turned++;
    next = setImmediate(turn);
  };
  let next = setImmediate(turn);
  for await (const busyMs of io.incoming) {
    const end = performance.now() + busyMs;
    while (performance.now() < end);
    for (let time = 0; time < 2; time++) await io.emit(time);
  }
  clearImmediate(next);
  return turned;
};

serveTasks({
  turns: serveable(async () => turns),
  double: serveable(async () => double),
  thread: serveable(async () => thread),
  count: serveable(async () => count),
  echo: serveable(async () => echo),
  thrice: serveable(async () => thrice),
  fail: serveable(async () => fail),
  throwPlain: serveable(async () => throwPlain),
  spin: serveable(async () => spin),
  crash: serveable(async () => crash),
  transferUp: serveable(async () => transferUp),
  lengthOf: serveable(async () => lengthOf),
  lazy: serveable(async () => lazy),
  uncloneable: serveable(async () => uncloneable),
  loadedLate: serveable(async () => {
    await new Promise((resolve) => setTimeout(resolve, 300));
    return listen;
  }),
  notLoaded: serveable(async (): Promise<typeof double> => {
    throw new TypeError('no such module');
  }),
});
