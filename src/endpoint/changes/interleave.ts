/**
 * Items of several iterables as they come, each iterable's in its order; asks for one
 * ahead of each. When one fails, or the caller leaves, `stop` is called (it is to make the
 * others end soon) and they are waited for.
 */
export async function* interleave<T>(
  sources: readonly AsyncIterable<T>[],
  stop: () => void,
): AsyncGenerator<T, void> {
  const iterators = sources.map((source) => source[Symbol.asyncIterator]());
  const pending = new Map<number, Promise<{ index: number; result: IteratorResult<T> }>>();
  const ask = (index: number): void => {
    const iterator = iterators[index];
    if (iterator === undefined) return;
    const next = iterator.next().then((result) => ({ index, result }));
    // It may fail while the caller is busy with another item; the race below then tells.
    next.catch(() => undefined);
    pending.set(index, next);
  };
  for (const index of iterators.keys()) ask(index);
  try {
    while (pending.size > 0) {
      const { index, result } = await Promise.race(pending.values());
      pending.delete(index);
      if (result.done) continue;
      ask(index);
      yield result.value;
    }
  } finally {
    stop();
    const left = [...pending.values()];
    await Promise.allSettled([...iterators.map((iterator) => iterator.return?.()), ...left]);
  }
}
