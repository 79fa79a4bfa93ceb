/**
 * The items of a stream. Rejects with the signal's reason as soon as it aborts, even
 * when the stream itself pays no attention to it.
 */
export async function* untilAborted<T>(
  items: AsyncIterable<T>,
  signal: AbortSignal,
): AsyncGenerator<T> {
  signal.throwIfAborted();
  const iterator = items[Symbol.asyncIterator]();
  let abort: () => void = () => undefined;
  const aborted = new Promise<never>((_, reject) => {
    abort = () => reject(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
  });
  // The race below hears of it; without a race under way nobody has to.
  aborted.catch(() => undefined);
  let ended = false;
  try {
    for (;;) {
      const result = await Promise.race([iterator.next(), aborted]);
      if (result.done) {
        ended = true;
        return;
      }
      yield result.value;
    }
  } finally {
    signal.removeEventListener('abort', abort);
    // Not awaited after an abort: a stream that is stuck would never come back.
    if (!ended) iterator.return?.().then(undefined, () => undefined);
  }
}
