import { asDmError, DmError } from '../model/error.js';
import { onAbort } from '../util/on-abort.js';
import { MessageQueue } from './message-queue.js';
import { WINDOW } from './thread-messages.js';
import { type TaskRun, WorkerThread } from './worker-thread.js';

/** Threads a pool never goes beyond; further tasks wait. */
const MAX_THREADS = 64;

export interface WorkerPoolOptions {
  /** Threads kept when there is nothing to do; 0 keeps none. */
  readonly size: number;
  /** Module that calls `serveTasks`. */
  readonly entry: URL;
}

export interface WorkerPoolModules {
  readonly log?: { warn(fields: object, message: string): void };
}

export interface RunOptions<Up, Down> {
  /** Messages in flight each way; 8 unless given. Less for large ones. */
  readonly window?: number;
  /** One message at a time, in order; the task may be `window` messages ahead of it, and waits then. */
  readonly onMessage?: (message: Up) => Promise<void> | void;
  /** Given to the task as it asks for them, `window` ahead at most. */
  readonly messages?: AsyncIterable<Down>;
  /** Buffers of the input that move to the task without a copy and are gone here. */
  readonly transfer?: readonly ArrayBuffer[];
  /** Likewise for each of `messages`. */
  readonly transferOf?: (message: Down) => ArrayBuffer[];
}

export interface TaskStream<Result, Up> {
  /** To be iterated once; leaving it early stops the task. Fails as `result` does. */
  readonly messages: AsyncIterable<Up>;
  /** Settles when the task has stopped, which needs `messages` to be read to their end. */
  readonly result: Promise<Result>;
}

/**
 * Worker threads that run named tasks, one task per thread at a time. Streaming tasks wait for each
 * other (the lanes of a copy, its source and its target), so a busy pool starts a further thread rather than
 * let a task queue behind one that waits for it; only beyond 64 threads do tasks queue.
 */
export class WorkerPool implements AsyncDisposable {
  readonly #options: WorkerPoolOptions;
  readonly #modules: WorkerPoolModules;
  readonly #idle: WorkerThread[] = [];
  readonly #waiting: ((thread: WorkerThread) => void)[] = [];
  readonly #running = new Set<Promise<unknown>>();
  readonly #closed = new AbortController();
  #threads = 0;

  constructor(options: WorkerPoolOptions, modules: WorkerPoolModules = {}) {
    this.#options = options;
    this.#modules = modules;
  }

  /** Starts threads until `count` are idle or at work, so that the first tasks need not wait for them to load. */
  warm(count: number): void {
    while (this.#threads < Math.min(count, this.#options.size)) this.#idle.push(this.#start());
  }

  /**
   * Runs a task to its end. After an abort it fails with `cancelled` (or the DmError the signal was aborted
   * with), once the task has stopped. A crashed thread fails its task with `internal` and is replaced.
   */
  async run<Input, Result, Up = never, Down = never>(
    task: string,
    input: Input,
    options: RunOptions<Up, Down>,
    signal: AbortSignal,
  ): Promise<Result> {
    const { onMessage, messages, transfer, transferOf, window } = options;
    const run: TaskRun = {
      task,
      input,
      transfer: transfer ?? [],
      window: window ?? WINDOW,
      onMessage: (message) => onMessage?.(message as Up),
      messages: messages ?? null,
      transferOf: (message) => transferOf?.(message as Down) ?? [],
    };
    const result = this.#run(run, AbortSignal.any([signal, this.#closed.signal]));
    this.#running.add(result);
    try {
      return (await result) as Result;
    } finally {
      this.#running.delete(result);
    }
  }

  /** Runs a task and hands over its messages as they are asked for. */
  stream<Input, Result, Up, Down = never>(
    task: string,
    input: Input,
    options: Omit<RunOptions<Up, Down>, 'onMessage'>,
    signal: AbortSignal,
  ): TaskStream<Result, Up> {
    const left = new AbortController();
    let taken: (() => void) | null = null;
    const queue = new MessageQueue<Up>(() => taken?.());
    const onMessage = (message: Up): Promise<void> =>
      new Promise((resolve) => {
        taken = resolve;
        queue.push(message);
      });
    const both = AbortSignal.any([signal, left.signal]);
    // A consumer that left cannot take: the message it never asked for must not hold up the end.
    const waking = onAbort(both, () => taken?.());
    const result = this.run<Input, Result, Up, Down>(task, input, { ...options, onMessage }, both);
    const ended = result
      .then(
        () => queue.close(),
        (error) => queue.fail(error),
      )
      .finally(() => waking[Symbol.dispose]());
    async function* messages(): AsyncGenerator<Up, void, undefined> {
      try {
        yield* queue;
      } finally {
        left.abort();
        await ended;
      }
    }
    return { messages: messages(), result };
  }

  /** Stops every task, waits for them and ends the threads. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed.abort(new DmError('shutting_down', 'the worker pool is closing'));
    await Promise.allSettled(this.#running);
    await Promise.all(this.#idle.splice(0).map((thread) => thread.stop()));
  }

  async #run(run: TaskRun, signal: AbortSignal): Promise<unknown> {
    const thread = await this.#acquire(run.task, signal);
    try {
      return await thread.run(run, signal);
    } finally {
      this.#release(thread);
    }
  }

  async #acquire(task: string, signal: AbortSignal): Promise<WorkerThread> {
    if (signal.aborted) throw asDmError(signal.reason, `worker task ${task}`);
    const idle = this.#idle.pop();
    if (idle !== undefined) return idle;
    if (this.#threads < MAX_THREADS) return this.#start();
    return await new Promise((resolve, reject) => {
      const abort = (): void => {
        this.#waiting.splice(this.#waiting.indexOf(take), 1);
        reject(asDmError(signal.reason, `worker task ${task}`));
      };
      const take = (thread: WorkerThread): void => {
        signal.removeEventListener('abort', abort);
        resolve(thread);
      };
      this.#waiting.push(take);
      signal.addEventListener('abort', abort, { once: true });
    });
  }

  #start(): WorkerThread {
    this.#threads++;
    return new WorkerThread(this.#options.entry, (thread, error) => {
      this.#threads--;
      const at = this.#idle.indexOf(thread);
      if (at >= 0) this.#idle.splice(at, 1);
      this.#modules.log?.warn({ err: error }, 'worker thread is replaced');
    });
  }

  #release(thread: WorkerThread): void {
    const next = this.#waiting.shift();
    if (next !== undefined) {
      next(thread.dead ? this.#start() : thread);
    } else if (!thread.dead) {
      if (this.#closed.signal.aborted || this.#idle.length >= this.#options.size) {
        this.#threads--;
        void thread.stop();
      } else this.#idle.push(thread);
    }
  }
}
