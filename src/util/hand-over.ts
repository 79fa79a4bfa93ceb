/**
 * What `produce` emits, in order. `emit` resolves when fewer than `window` items
 * wait for the consumer. When the consumer leaves early, the signal that `produce`
 * was given aborts, and it is waited for.
 */
export async function* handOver<T>(
  produce: (emit: (item: T) => Promise<void>, signal: AbortSignal) => Promise<void>,
  window: number,
  signal: AbortSignal,
): AsyncGenerator<T, void> {
  const stop = new AbortController();
  const both = AbortSignal.any([signal, stop.signal]);
  const items: T[] = [];
  let ended = false;
  let wakeConsumer = (): void => undefined;
  let wakeProducer = (): void => undefined;
  const emit = async (item: T): Promise<void> => {
    items.push(item);
    wakeConsumer();
    while (items.length >= window && !both.aborted) {
      await new Promise<void>((resolve) => {
        wakeProducer = resolve;
      });
    }
    both.throwIfAborted();
  };
  const work = produce(emit, both).finally(() => {
    ended = true;
    wakeConsumer();
  });
  // Its failure is told when it is awaited below.
  work.catch(() => undefined);
  try {
    for (;;) {
      const item = items.shift();
      if (item !== undefined) {
        wakeProducer();
        yield item;
      } else if (ended) {
        break;
      } else {
        await new Promise<void>((resolve) => {
          wakeConsumer = resolve;
        });
      }
    }
    await work;
  } finally {
    stop.abort();
    wakeProducer();
    await work.catch(() => undefined);
  }
}
