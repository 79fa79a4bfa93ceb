import { setImmediate as loopTurn } from 'node:timers/promises';
import { type MessagePort, parentPort } from 'node:worker_threads';
import { DmError } from '../model/error.js';
import { Credit } from './credit.js';
import { MessageQueue } from './message-queue.js';
import { SharedAbort } from './shared-abort.js';
import type { Task, TaskIo } from './task.js';
import { parseError, serialiseError } from './thread-error.js';
import type { FromWorker, ToWorker } from './thread-messages.js';

type AnyTask = Task<unknown, unknown, unknown, unknown>;
/** Loads the modules of a task, of which each thread has its own copy: only those of what it runs. */
type TaskLoader = () => Promise<AnyTask>;

/** A task with its types forgotten, as the table of `serveTasks` keeps it. The caller of the pool names the types again. */
export function serveable<Input, Result, Up, Down>(
  load: () => Promise<Task<Input, Result, Up, Down>>,
): TaskLoader {
  return load as unknown as TaskLoader;
}

/** Makes this worker thread run the given tasks, one at a time, for the pool that started it. */
export function serveTasks(tasks: Readonly<Record<string, TaskLoader>>): void {
  if (parentPort === null) {
    throw new DmError('internal', 'tasks are served by worker threads only');
  }
  const port = parentPort;
  let running: RunningTask | null = null;
  port.on('message', (message: ToWorker) => {
    if (message.type !== 'start') {
      running?.receive(message);
      return;
    }
    const current = new RunningTask(message, port);
    running = current;
    const load = Object.hasOwn(tasks, message.task) ? tasks[message.task] : undefined;
    void current.run(message.task, load, message.input);
  });
}

/**
 * Lets the thread's event loop turn once behind each message. As long as messages wait, up to a thousand are handed over without
 * that, and what native code made for objects that are gone, a digest for each file, is only freed in a turn.
 */
async function* turning<T>(messages: AsyncIterable<T>): AsyncGenerator<T, void> {
  for await (const message of messages) {
    yield message;
    await loopTurn();
  }
}

class RunningTask {
  readonly #port: MessagePort;
  readonly #abort: SharedAbort;
  readonly #credit: Credit;
  readonly #incoming = new MessageQueue<unknown>(() => this.#post({ type: 'credit' }));
  #over = false;

  constructor(start: Extract<ToWorker, { type: 'start' }>, port: MessagePort) {
    this.#port = port;
    this.#credit = new Credit(start.window);
    this.#abort = new SharedAbort(start.abortFlag);
    const { signal } = this.#abort;
    signal.addEventListener('abort', () => {
      this.#credit.fail(signal.reason);
      this.#incoming.fail(signal.reason);
    });
  }

  /** Never fails: what the task raises goes to the pool. */
  async run(name: string, load: TaskLoader | undefined, input: unknown): Promise<void> {
    const { signal } = this.#abort;
    const io: TaskIo<unknown, unknown> = {
      emit: async (message, transfer = []) => {
        signal.throwIfAborted();
        await this.#credit.take();
        this.#post({ type: 'up', message }, transfer);
        await loopTurn();
      },
      incoming: turning(this.#incoming),
      signal,
    };
    let last: FromWorker;
    try {
      if (load === undefined) throw new DmError('internal', `no worker task is named "${name}"`);
      const task = await load();
      // A task listens from its first step on: it would not hear of an abort that came while it was loaded.
      signal.throwIfAborted();
      last = { type: 'result', value: await task(input, io) };
    } catch (error) {
      last = { type: 'error', error: serialiseError(error, `worker task ${name}`) };
    }
    this.#finish(name, last);
  }

  receive(message: Exclude<ToWorker, { type: 'start' }>): void {
    switch (message.type) {
      case 'down':
        this.#incoming.push(message.message);
        return;
      case 'downEnd':
        this.#incoming.close();
        return;
      case 'downError':
        this.#incoming.close(parseError(message.error));
        return;
      case 'credit':
        this.#credit.give();
        return;
      case 'abort':
        this.#abort.abort();
    }
  }

  #finish(name: string, last: FromWorker): void {
    try {
      this.#post(last);
    } catch (error) {
      // A result that cannot be cloned.
      this.#post({ type: 'error', error: serialiseError(error, `worker task ${name}`) });
    }
    this.#over = true;
  }

  #post(message: FromWorker, transfer: ArrayBuffer[] = []): void {
    if (!this.#over) this.#port.postMessage(message, transfer);
  }
}
