import type { ThreadError } from './thread-error.js';

/** Messages in flight each way between a task and the thread that started it, unless it says otherwise. */
export const WINDOW = 8;

/** What the pool tells a worker. One task at a time: everything after `start` is about that task. */
export type ToWorker =
  | {
      readonly type: 'start';
      readonly task: string;
      readonly input: unknown;
      /** Messages in flight each way. */
      readonly window: number;
      /** One Int32: not 0 once the caller gave up; read by the task without an event-loop turn. */
      readonly abortFlag: SharedArrayBuffer;
    }
  | { readonly type: 'down'; readonly message: unknown }
  | { readonly type: 'downEnd' }
  | { readonly type: 'downError'; readonly error: ThreadError }
  /** One `up` message was consumed. */
  | { readonly type: 'credit' }
  /** The abort flag was set: wakes a task that waits. */
  | { readonly type: 'abort' };

/** What a worker tells the pool. `result` and `error` end the task. */
export type FromWorker =
  | { readonly type: 'up'; readonly message: unknown }
  /** One `down` message was consumed. */
  | { readonly type: 'credit' }
  | { readonly type: 'result'; readonly value: unknown }
  | { readonly type: 'error'; readonly error: ThreadError };
