import { PageReader } from '../../../catalog/page-reader.js';
import { asDmError, DmError } from '../../../model/error.js';
import { datasetOfKey, numberKey } from '../../../repository/object-layout.js';
import { ObjectPagePacks } from '../../../repository/object-page-packs.js';
import type { ObjectStore } from '../../../repository/object-store.js';
import type { RepositoryMaps } from '../../../repository/repository-record.js';
import { lookAhead } from '../../../util/look-ahead.js';
import { keysBelow } from '../get-object.js';
import { idsIn, type WorkDirectory } from '../receive/work-directory.js';
import { pagesInOrder } from '../references/referenced-packs.js';
import type { Repository } from '../repository.js';
import { readDataset } from '../repository-datasets.js';
import { LedgerCursor, type LedgerEntry, LockLedger } from './lock-ledger.js';
import type { LockPeriod } from './lock-period.js';
import { type LongDataset, LongLocks } from './long-locks.js';
import { type LiveRecord, type NeededLock, neededLocks, type StoredPack } from './needed-locks.js';

const PARALLEL = 8;
const PAGE_BYTES = 2 * 1024 * 1024;

/** The dataset whose record is about to be put. */
export interface NewDataset {
  readonly key: string;
  readonly number: number;
  readonly maps: RepositoryMaps;
  readonly expiresAtMs: number | null;
  /** Of its number; 0 when that was given earlier. */
  readonly lockedUntilMs: number;
}

export interface ExtendLocksModules {
  readonly repository: Repository;
  readonly store: ObjectStore;
  readonly work: WorkDirectory;
  readonly log: { warn(fields: object, message: string): void };
}

/**
 * Sees to it that everything the datasets of a repository need, old or new, stays locked for the lock period from now on, and
 * what the new one needs until that expires. Only locks that end earlier cost requests. `packs` are those in the store that no prune is
 * about to delete. The record of the new one is the caller's to lock. Returns null, or why the store refuses: then some locks end early.
 */
export async function extendLocks(
  dataset: NewDataset,
  packs: {
    readonly data: Iterable<StoredPack>;
    readonly pages: Iterable<StoredPack>;
    readonly runs: ReadonlyMap<string, number>;
  },
  period: LockPeriod,
  modules: ExtendLocksModules,
  signal: AbortSignal,
): Promise<DmError | null> {
  const { repository, store, work } = modules;
  const ledger = new LockLedger(work.locks);
  await using cursor = new LedgerCursor(ledger);
  const nowMs = await store.now(signal);
  const { records, long } = await liveRecords(dataset, { cursor, nowMs, period }, modules, signal);
  using pages = new ObjectPagePacks({ directory: work.pages }, { keys: repository.keys });
  const local = new PageReader({ cacheBytes: PAGE_BYTES }, { source: pages });
  const { maps, expiresAtMs } = dataset;
  if (expiresAtMs !== null && isLong(expiresAtMs, nowMs, period)) {
    long.push({ maps, expiresAtMs, pages: local });
  }
  using longLocks = await LongLocks.of(
    long,
    {
      directory: work.spill,
      damaged: (error) =>
        modules.log.warn(
          { repository: repository.layout.prefix, reason: error.message },
          'a page of a backup cannot be read: what it names may be locked for a shorter time than its dataset stays',
        ),
    },
    signal,
  );
  const runs = idsIn(work.indexRuns)
    .sort()
    .map((id) => ({ id, lockedUntilMs: packs.runs.get(id) ?? 0 }));
  const needed = neededLocks(
    { nowMs, period, records, runs, packs },
    { repository, ledger: cursor, long: longLocks },
    signal,
  );
  const extending = ledger.replace(extended(needed, { period, repository, store }, signal));
  return await unlessRefused(extending, signal);
}

/**
 * Null, or why the store refuses to extend locks. Errors: `target_changed` when an object is gone.
 */
export async function unlessRefused(
  extending: Promise<void>,
  signal: AbortSignal,
): Promise<DmError | null> {
  try {
    await extending;
    return null;
  } catch (error) {
    const problem = asDmError(error, 'extending locks');
    signal.throwIfAborted();
    if (problem.code === 'store_refused' || problem.code === 'not_supported') return problem;
    if (problem.code !== 'not_found') throw error;
    throw new DmError(
      'target_changed',
      `the backup could not be finished, because an object that it needs vanished meanwhile; it goes on when it is run again: ${problem.message}`,
      { cause: error },
    );
  }
}

/** The datasets of the repository and the new one, ascending; those that stay long and were not seen to so far are told apart. */
async function liveRecords(
  dataset: NewDataset,
  { cursor, nowMs, period }: { cursor: LedgerCursor; nowMs: number; period: LockPeriod },
  { repository, store }: ExtendLocksModules,
  signal: AbortSignal,
): Promise<{ records: LiveRecord[]; long: LongDataset[] }> {
  const { layout } = repository;
  const {
    key: newKey,
    number: newNumber,
    expiresAtMs: newExpiry,
    lockedUntilMs: newLock,
  } = dataset;
  const records: LiveRecord[] = [
    {
      key: newKey,
      keys: [numberKey(newNumber)],
      number: newNumber,
      expiresAtMs: newExpiry,
      lockedUntilMs: newLock,
    },
  ];
  const long: LongDataset[] = [];
  for await (const key of keysBelow(store, layout.datasets, signal)) {
    if (datasetOfKey(key) === null || key === newKey) continue;
    const known = await cursor.find(key.slice(layout.prefix.length));
    if (known !== null) {
      const { number, lockedUntilMs } = known;
      // Whatever of it stays longer than the period was locked together with its record.
      const keys = [key, numberKey(number)];
      records.push({ key, keys, number, expiresAtMs: null, lockedUntilMs });
      continue;
    }
    const stored = await readDataset(repository, key, { store }, signal);
    if (stored === null) continue;
    const { number, expiresAtMs, maps } = stored.record;
    const keys = [key, numberKey(number)];
    records.push({ key, keys, number, expiresAtMs, lockedUntilMs: 0 });
    if (expiresAtMs === null || !isLong(expiresAtMs, nowMs, period)) continue;
    long.push({ maps, expiresAtMs, pages: pagesInOrder({ repository, store }, signal) });
  }
  records.sort((a, b) => (a.key < b.key ? -1 : 1));
  return { records, long };
}

/** What is locked afterwards. */
async function* extended(
  needed: AsyncIterable<NeededLock>,
  { period, repository, store }: { period: LockPeriod; repository: Repository; store: ObjectStore },
  signal: AbortSignal,
): AsyncGenerator<LedgerEntry, void> {
  const extend = (key: string, neededUntilMs: number): Promise<number> =>
    store.extendLock(key, { neededUntilMs, untilMs: period.until(neededUntilMs) }, signal);
  const ensure = async (lock: NeededLock): Promise<LedgerEntry> => {
    const { name, keys, number, neededUntilMs, lockedUntilMs } = lock;
    if (lockedUntilMs >= neededUntilMs) return { name, number, lockedUntilMs };
    const found = await Promise.all(keys.map((key) => extend(key, neededUntilMs)));
    return { name, number, lockedUntilMs: Math.min(...found) };
  };
  let latest = 0;
  const upTo = async function* (): AsyncGenerator<NeededLock, void> {
    for await (const lock of needed) {
      latest = Math.max(latest, lock.neededUntilMs);
      yield lock;
    }
  };
  yield* lookAhead(upTo(), PARALLEL, ensure);
  // It is put anew with new secrets, by anybody: only the store knows.
  await extend(repository.layout.format, latest);
}

function isLong(expiresAtMs: number, nowMs: number, period: LockPeriod): boolean {
  return expiresAtMs > period.needed(nowMs, null);
}
