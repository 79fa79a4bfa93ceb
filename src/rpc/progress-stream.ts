/**
 * The reports of `run` as a stream that ends with its result. A consumer slower
 * than the reports sees them merged, so that nothing piles up. Leaving early does
 * not stop `run`: abort what it listens to.
 */
export async function* progressStream<Progress, Result>(
  run: (report: (progress: Progress) => void) => Promise<Result>,
  merge: (older: Progress, newer: Progress) => Progress,
): AsyncGenerator<Progress, Result> {
  let waiting: Progress | null = null;
  let wake: () => void = () => undefined;
  let ended = false;
  const result = run((progress) => {
    waiting = waiting === null ? progress : merge(waiting, progress);
    wake();
  }).finally(() => {
    ended = true;
    wake();
  });
  // The result is awaited only behind the last report; until then its failure is nobody's yet.
  result.catch(() => undefined);
  for (;;) {
    const progress: Progress | null = waiting;
    waiting = null;
    if (progress !== null) yield progress;
    else if (ended) return await result;
    else
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
  }
}

/** Each item as any number of others; the result stays. */
export async function* mapped<From, To, Result>(
  items: AsyncGenerator<From, Result>,
  map: (item: From) => readonly To[],
): AsyncGenerator<To, Result> {
  for (;;) {
    const next = await items.next();
    if (next.done) return next.value;
    yield* map(next.value);
  }
}
