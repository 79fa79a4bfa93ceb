/**
 * What a piece of data-plane work sees of the thread that runs it. A task is an async function
 * that does its file work synchronously, talks only through `io`, and is registered by name in
 * the worker's entry file.
 */
export interface TaskIo<Up, Down> {
  /**
   * Hands a message to the thread that started the task. Resolves when the bounded queue has room,
   * so awaiting it is the back-pressure. ArrayBuffers in `transfer` move without a copy and are gone here afterwards.
   */
  emit(message: Up, transfer?: ArrayBuffer[]): Promise<void>;
  /** Messages from the thread that started the task, in order; ends when it has closed its side. */
  readonly incoming: AsyncIterable<Down>;
  /** Aborts when the caller gave up; a task checks it at least every few milliseconds of work. */
  readonly signal: AbortSignal;
}

export type Task<Input, Result, Up = never, Down = never> = (
  input: Input,
  io: TaskIo<Up, Down>,
) => Promise<Result>;
