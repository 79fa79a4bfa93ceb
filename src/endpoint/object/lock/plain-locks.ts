import type { DmError } from '../../../model/error.js';
import type { ObjectStore } from '../../../repository/object-store.js';
import { lookAhead } from '../../../util/look-ahead.js';
import type { PlainDone } from '../receive/plain-done.js';
import { unlessRefused } from './extend-locks.js';
import type { LockPeriod } from './lock-period.js';

const PARALLEL = 8;

/**
 * Sees to it that the objects of a plain copy, some of them put long ago, stay locked for the lock
 * period from now on, and until the copy expires. Returns null, or why the store refuses: then some
 * locks end early.
 */
export async function extendPlainLocks(
  expiresAtMs: number | null,
  { done, store, period }: { done: PlainDone; store: ObjectStore; period: LockPeriod },
  signal: AbortSignal,
): Promise<DmError | null> {
  const neededUntilMs = period.needed(await store.now(signal), expiresAtMs);
  const lock = { neededUntilMs, untilMs: period.until(neededUntilMs) };
  const early = async function* (): AsyncGenerator<string, void> {
    for await (const { key, lockedUntilMs } of done.noted()) {
      if (lockedUntilMs < neededUntilMs) yield key;
    }
  };
  const extend = (key: string): Promise<number> => store.extendLock(key, lock, signal);
  const all = async (): Promise<void> => {
    for await (const _ of lookAhead(early(), PARALLEL, extend)) signal.throwIfAborted();
  };
  return await unlessRefused(all(), signal);
}
