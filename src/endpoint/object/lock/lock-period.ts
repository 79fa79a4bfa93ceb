import type { ObjectStore } from '../../../repository/object-store.js';

/** By so many parts of the period locks last longer than they must: each is extended that much more seldom. */
const RESERVE = 4;

/** How long what datasets need is locked, in an account that locks at all. Times are of the store's clock. */
export class LockPeriod {
  readonly #periodMs: number;

  constructor(options: { periodMs: number }) {
    this.#periodMs = options.periodMs;
  }

  /** Null where the account locks nothing. */
  static of({ capabilities }: Pick<ObjectStore, 'capabilities'>): LockPeriod | null {
    const { lockPeriodMs } = capabilities;
    return lockPeriodMs === 0 ? null : new LockPeriod({ periodMs: lockPeriodMs });
  }

  /** Until when something must be locked at least that datasets need until `expiresAtMs`, or for an unknown time. */
  needed(nowMs: number, expiresAtMs: number | null): number {
    return Math.max(nowMs + this.#periodMs, expiresAtMs ?? 0);
  }

  /** Until when it is locked when its lock is made or extended. */
  until(neededMs: number): number {
    return Math.ceil(neededMs + this.#periodMs / RESERVE);
  }
}

/** The lock of an object that is put now for a dataset that stays for `keepMs`, or for an unknown time; 0: none. */
export async function lockOfNew(
  store: ObjectStore,
  keepMs: number | null,
  signal: AbortSignal,
): Promise<number> {
  const period = LockPeriod.of(store);
  if (period === null) return 0;
  const nowMs = await store.now(signal);
  return period.until(period.needed(nowMs, keepMs === null ? null : nowMs + keepMs));
}
