import type { DmError } from '../../model/error.js';

/** Items that a producer may be ahead of the consumer. */
const AHEAD = 4;

/** A bounded queue between producers, who wait while it is full, and one consumer. */
export class LaneQueue<T> implements AsyncIterableIterator<T> {
  readonly #items: T[] = [];
  #ended = false;
  #failure: DmError | null = null;
  #wakeConsumer: () => void = () => undefined;
  readonly #waitingProducers: (() => void)[] = [];

  /** Resolves when there is room again; fails with what `fail` was given. */
  async send(item: T): Promise<void> {
    if (this.#failure !== null) throw this.#failure;
    this.#items.push(item);
    this.#wakeConsumer();
    while (this.#items.length >= AHEAD && this.#failure === null) {
      await new Promise<void>((resolve) => {
        this.#waitingProducers.push(resolve);
      });
    }
    if (this.#failure !== null) throw this.#failure;
  }

  /** Ends the queue behind what it holds. */
  end(): void {
    this.#ended = true;
    this.#wakeConsumer();
  }

  /** Both sides fail from now on. */
  fail(error: DmError): void {
    this.#failure ??= error;
    this.#wakeConsumer();
    this.#wakeProducers();
  }

  async next(): Promise<IteratorResult<T, undefined>> {
    for (;;) {
      if (this.#failure !== null) throw this.#failure;
      const item = this.#items.shift();
      this.#wakeProducers();
      if (item !== undefined) return { done: false, value: item };
      if (this.#ended) return { done: true, value: undefined };
      await new Promise<void>((resolve) => {
        this.#wakeConsumer = resolve;
      });
    }
  }

  /** All of them look again: waking only the last would leave the others asleep for good. */
  #wakeProducers(): void {
    for (const wake of this.#waitingProducers.splice(0)) wake();
  }

  async return(): Promise<IteratorResult<T, undefined>> {
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
