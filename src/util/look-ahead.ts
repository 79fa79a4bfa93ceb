/** `work` of each item, in order, with up to `depth` of them begun before they are asked for. */
export async function* lookAhead<T, R>(
  items: AsyncIterable<T> | Iterable<T>,
  depth: number,
  work: (item: T) => Promise<R>,
): AsyncGenerator<R, void> {
  const begun: Promise<R>[] = [];
  try {
    for await (const item of items) {
      const result = work(item);
      // Its failure is told when its turn comes.
      result.catch(() => undefined);
      begun.push(result);
      if (begun.length < depth) continue;
      const first = begun.shift();
      if (first !== undefined) yield await first;
    }
    for (let next = begun.shift(); next !== undefined; next = begun.shift()) yield await next;
  } finally {
    await Promise.allSettled(begun);
  }
}
