/**
 * A value that is often at hand already: callers in hot paths await it only when it is a promise.
 */
export type MaybePromise<T> = T | Promise<T>;

/** `next(value)`, at once when the value is at hand. */
export function andThen<T, R>(
  value: MaybePromise<T>,
  next: (value: T) => MaybePromise<R>,
): MaybePromise<R> {
  return value instanceof Promise ? value.then(next) : next(value);
}
