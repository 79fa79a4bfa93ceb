import type { PackId } from '../../../catalog/page-store.js';
import type { ObjectPackKind } from '../../../repository/object-layout.js';
import type { Repository } from '../repository.js';
import type { LedgerCursor } from './lock-ledger.js';
import type { LockPeriod } from './lock-period.js';
import type { LongLock, LongLocks } from './long-locks.js';

/** Something that datasets need, and until when. */
export interface NeededLock {
  /** In the ledger. */
  readonly name: string;
  /** Of objects, which are locked alike. */
  readonly keys: readonly string[];
  /** Of the dataset whose record it is; else 0. */
  readonly number: number;
  readonly neededUntilMs: number;
  /** As far as is known; 0: not at all. */
  readonly lockedUntilMs: number;
}

/** The record of a dataset, and its number. */
export interface LiveRecord {
  readonly key: string;
  /** Of the objects that are there of it: record and number. */
  readonly keys: readonly string[];
  readonly number: number;
  readonly expiresAtMs: number | null;
  readonly lockedUntilMs: number;
}

/** A pack or run that is in the store; `lockedUntilMs` when the session that is at work put it, else 0. */
export interface StoredPack {
  readonly id: PackId;
  readonly lockedUntilMs: number;
}

export interface NeededLocksOptions {
  readonly nowMs: number;
  readonly period: LockPeriod;
  /** Ascending by key. */
  readonly records: readonly LiveRecord[];
  /** Each ascending by id. */
  readonly runs: Iterable<StoredPack>;
  readonly packs: Readonly<Record<ObjectPackKind, Iterable<StoredPack>>>;
}

export interface NeededLocksModules {
  readonly repository: Repository;
  readonly ledger: LedgerCursor;
  readonly long: LongLocks;
}

/** Everything of a repository that is to stay locked, ascending by name. `format.json` is not among it. */
export async function* neededLocks(
  { nowMs, period, records, runs, packs }: NeededLocksOptions,
  { repository, ledger, long }: NeededLocksModules,
  signal: AbortSignal,
): AsyncGenerator<NeededLock, void> {
  const { layout } = repository;
  const usual = period.needed(nowMs, null);
  for (const { key, keys, number, expiresAtMs, lockedUntilMs } of records) {
    yield {
      name: key.slice(layout.prefix.length),
      keys,
      number,
      neededUntilMs: period.needed(nowMs, expiresAtMs),
      lockedUntilMs,
    };
  }
  const one = async (key: string, pack: StoredPack, neededUntilMs: number): Promise<NeededLock> => {
    const name = key.slice(layout.prefix.length);
    const known = (await ledger.find(name))?.lockedUntilMs ?? 0;
    const lockedUntilMs = Math.max(known, pack.lockedUntilMs);
    return { name, keys: [key], number: 0, neededUntilMs, lockedUntilMs };
  };
  for (const run of runs) yield await one(layout.indexRun(run.id), run, usual);
  for (const kind of ['data', 'pages'] as const) {
    const longer = new Ascending(long.packs(kind, signal));
    for (const pack of packs[kind]) {
      const until = await longer.find(pack.id);
      yield await one(layout.pack(kind, pack.id), pack, Math.max(usual, until));
    }
  }
}

/** Looks up, in ascending order, what comes in ascending order. */
class Ascending {
  readonly #locks: AsyncGenerator<LongLock, void>;
  #at: LongLock | null = null;
  #ended = false;

  constructor(locks: AsyncGenerator<LongLock, void>) {
    this.#locks = locks;
  }

  /** 0 where there is none. */
  async find(pack: PackId): Promise<number> {
    while (!this.#ended && (this.#at === null || this.#at.pack < pack)) {
      const next = await this.#locks.next();
      this.#ended = next.done === true;
      this.#at = next.done === true ? null : next.value;
    }
    return this.#at?.pack === pack ? this.#at.untilMs : 0;
  }
}
