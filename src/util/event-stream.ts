/**
 * Events of a producer that cannot wait (a progress callback) as an async iterable. Meant for
 * few and small events: the queue is not bounded.
 */
export class EventStream<T> implements AsyncIterable<T> {
  readonly #events: T[] = [];
  #ended = false;
  #error: { readonly cause: unknown } | null = null;
  #wake: (() => void) | null = null;

  push(event: T): void {
    this.#events.push(event);
    this.#wake?.();
  }

  end(): void {
    this.#ended = true;
    this.#wake?.();
  }

  /** The iteration throws `error` after the events so far. */
  fail(error: unknown): void {
    this.#error = { cause: error };
    this.end();
  }

  async *[Symbol.asyncIterator](): AsyncIterator<T> {
    for (;;) {
      const event = this.#events.shift();
      if (event !== undefined) {
        yield event;
      } else if (this.#ended) {
        if (this.#error) throw this.#error.cause;
        return;
      } else {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
        this.#wake = null;
      }
    }
  }
}

/**
 * The events of `work`, which starts at once, and what it ends with;
 * throws what it throws after its events.
 */
export async function* eventsOf<T, R>(
  work: (push: (event: T) => void) => Promise<R>,
): AsyncGenerator<T, R> {
  const events = new EventStream<T>();
  const result = work((event) => events.push(event));
  result.then(
    () => events.end(),
    (error: unknown) => events.fail(error),
  );
  yield* events;
  return await result;
}
