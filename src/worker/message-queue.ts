/**
 * An ordered queue between one producer, who never waits, and one consumer. What bounds it is the
 * credit of its producer. `onTaken` runs when the consumer asks for the next item after it was given one: the
 * item is then done with.
 */
export class MessageQueue<T> implements AsyncIterableIterator<T> {
  readonly #items: T[] = [];
  readonly #onTaken: () => void;
  #end: { readonly error: unknown } | null = null;
  #wake: (() => void) | null = null;
  #held = false;

  constructor(onTaken: () => void) {
    this.#onTaken = onTaken;
  }

  push(item: T): void {
    this.#items.push(item);
    this.#wake?.();
  }

  /** Ends the queue behind what it holds; with an error, `next` fails with it there. */
  close(error: unknown = null): void {
    this.#end ??= { error };
    this.#wake?.();
  }

  /** Ends the queue now and forgets what it holds. */
  fail(error: unknown): void {
    this.#items.length = 0;
    this.#end = { error };
    this.#wake?.();
  }

  async next(): Promise<IteratorResult<T, undefined>> {
    this.#release();
    for (;;) {
      if (this.#items.length > 0) {
        this.#held = true;
        return { done: false, value: this.#items.shift() as T };
      }
      if (this.#end !== null) {
        if (this.#end.error !== null) throw this.#end.error;
        return { done: true, value: undefined };
      }
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      this.#wake = null;
    }
  }

  async return(): Promise<IteratorResult<T, undefined>> {
    this.#release();
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #release(): void {
    if (!this.#held) return;
    this.#held = false;
    this.#onTaken();
  }
}
