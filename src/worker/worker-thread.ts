import { Worker } from 'node:worker_threads';
import { asDmError, DmError } from '../model/error.js';
import { Credit } from './credit.js';
import { newAbortFlag, setAbortFlag } from './shared-abort.js';
import { parseError, serialiseError } from './thread-error.js';
import type { FromWorker, ToWorker } from './thread-messages.js';

/**
 * Where the objects of a thread begin. V8 by itself lets it grow to 48, which each thread of a copy would take: tasks
 * work on buffers that they keep, and have few objects that live longer. With 12 instead of 4 copies were no faster.
 */
const YOUNG_GENERATION_MIB = 4;

/** One run of a task, with its types forgotten. */
export interface TaskRun {
  readonly task: string;
  readonly input: unknown;
  readonly transfer: readonly ArrayBuffer[];
  /** Messages in flight each way. */
  readonly window: number;
  /** Handles one message; the task may be `window` messages ahead of it. */
  readonly onMessage: (message: unknown) => Promise<void> | void;
  readonly messages: AsyncIterable<unknown> | null;
  /** Buffers that a message to the task moves along. */
  readonly transferOf: (message: unknown) => ArrayBuffer[];
}

/** One worker thread, which runs one task at a time. */
export class WorkerThread {
  readonly #worker: Worker;
  #current: CurrentTask | null = null;
  #dead = false;

  /** `onDeath` runs once when the thread ends by itself; its task has failed then. */
  constructor(entry: URL, onDeath: (thread: WorkerThread, error: DmError) => void) {
    // Descriptors opened through Node and closed by a system call would be closed again when the thread ends,
    // when their numbers belong to someone else.
    const resourceLimits = { maxYoungGenerationSizeMb: YOUNG_GENERATION_MIB };
    this.#worker = new Worker(entry, { trackUnmanagedFds: false, resourceLimits });
    this.#worker.unref();
    const die = (error: DmError): void => {
      if (this.#dead) return;
      this.#dead = true;
      void this.#worker.terminate();
      this.#current?.fail(error);
      onDeath(this, error);
    };
    const crashed = (cause: unknown): void => {
      const text = cause instanceof Error ? cause.message : String(cause);
      die(new DmError('internal', `a worker thread crashed: ${text}`, { cause }));
    };
    this.#worker.on('message', (message: FromWorker) => this.#current?.receive(message));
    this.#worker.on('messageerror', crashed);
    this.#worker.on('error', crashed);
    this.#worker.on('exit', (code) =>
      die(new DmError('internal', `a worker thread ended (${code})`)),
    );
  }

  get dead(): boolean {
    return this.#dead;
  }

  /**
   * Settles when the task has stopped, also after an abort. A failing `onMessage` or `messages` stops the
   * task and is what this fails with.
   */
  async run(run: TaskRun, signal: AbortSignal): Promise<unknown> {
    this.#worker.ref();
    const current = new CurrentTask(this.#worker, run);
    this.#current = current;
    const abort = (): void => current.abort(signal.reason);
    signal.addEventListener('abort', abort);
    if (signal.aborted) abort();
    try {
      return await current.finished;
    } finally {
      signal.removeEventListener('abort', abort);
      this.#current = null;
      this.#worker.unref();
    }
  }

  async stop(): Promise<void> {
    this.#dead = true;
    await this.#worker.terminate();
  }
}

class CurrentTask {
  readonly finished: Promise<unknown>;
  readonly #worker: Worker;
  readonly #run: TaskRun;
  readonly #abortFlag = newAbortFlag();
  readonly #credit: Credit;
  #settle: (error: DmError | null, value: unknown) => void = () => undefined;
  /** Why the caller's side gave up: more telling than the task's own answer to the abort. */
  #reason: DmError | null = null;
  /** The task was told to stop: its messages mean nothing any more. */
  #aborted = false;
  #handled: Promise<void> = Promise.resolve();
  #over = false;

  constructor(worker: Worker, run: TaskRun) {
    this.#worker = worker;
    this.#run = run;
    this.#credit = new Credit(run.window);
    this.finished = new Promise((resolve, reject) => {
      this.#settle = (error, value) => (error === null ? resolve(value) : reject(error));
    });
    this.#start();
  }

  abort(reason: unknown): void {
    if (this.#aborted || this.#over) return;
    this.#aborted = true;
    this.#reason ??= asDmError(reason, `worker task ${this.#run.task}`);
    setAbortFlag(this.#abortFlag);
    this.#credit.fail(this.#reason);
    this.#post({ type: 'abort' });
  }

  receive(message: FromWorker): void {
    switch (message.type) {
      case 'up':
        this.#handled = this.#handled.then(() => this.#handle(message.message));
        return;
      case 'credit':
        this.#credit.give();
        return;
      case 'result':
        void this.#handled.then(() => this.#end(null, message.value));
        return;
      case 'error':
        void this.#handled.then(() => this.#end(parseError(message.error), null));
    }
  }

  fail(error: DmError): void {
    this.#end(error, null);
  }

  #start(): void {
    const { task, input, window, transfer } = this.#run;
    try {
      this.#post({ type: 'start', task, input, window, abortFlag: this.#abortFlag }, transfer);
    } catch (error) {
      this.#end(asDmError(error, `worker task ${task}`), null);
      return;
    }
    void this.#send();
  }

  /** Never fails. */
  async #send(): Promise<void> {
    try {
      for await (const message of this.#run.messages ?? []) {
        await this.#credit.take();
        this.#post({ type: 'down', message }, this.#run.transferOf(message));
      }
      this.#post({ type: 'downEnd' });
    } catch (error) {
      if (this.#over || this.#reason !== null) return;
      this.#reason = asDmError(error, `input of worker task ${this.#run.task}`);
      this.#post({ type: 'downError', error: serialiseError(this.#reason, this.#run.task) });
    }
  }

  /**
   * Also when the input has failed: until the task comes to that, what it does about what came
   * before counts, and waits for credit.
   */
  async #handle(message: unknown): Promise<void> {
    if (this.#aborted) return;
    try {
      await this.#run.onMessage(message);
      this.#post({ type: 'credit' });
    } catch (error) {
      this.abort(error);
    }
  }

  #end(error: DmError | null, value: unknown): void {
    if (this.#over) return;
    this.#over = true;
    const cause = this.#reason ?? error;
    this.#credit.fail(cause ?? new DmError('cancelled', `worker task ${this.#run.task} has ended`));
    this.#settle(cause, value);
  }

  #post(message: ToWorker, transfer: readonly ArrayBuffer[] = []): void {
    if (!this.#over) this.#worker.postMessage(message, transfer);
  }
}
