import type { PackId } from '../../../catalog/page-store.js';
import type { DatasetWarning } from '../../../model/dataset.js';
import { type ExtendLocksModules, extendLocks, type NewDataset } from '../lock/extend-locks.js';
import { LockPeriod } from '../lock/lock-period.js';
import type { StoredPack } from '../lock/needed-locks.js';
import { extendPlainLocks } from '../lock/plain-locks.js';
import { PlainDone } from './plain-done.js';
import type { UploadedPacks } from './uploaded-packs.js';
import type { UsablePacks } from './usable-packs.js';

/** The index run of a session; null when there is none. */
export interface StoredRun {
  readonly run: PackId | null;
  readonly bytes: number;
  readonly lockedUntilMs: number;
}

export interface KeepLockedModules extends ExtendLocksModules {
  readonly uploaded: UploadedPacks;
}

/** What the session put beside data packs. */
export interface SessionObjects {
  readonly pagePacks: readonly PackId[];
  readonly index: StoredRun;
  readonly basePath: Uint8Array;
}

/**
 * Locks, or keeps locked, what the datasets of the repository and the one about to be need. Returns what the new one is to say: that the
 * store refuses is no reason to have no backup.
 */
export async function keepLocked(
  dataset: NewDataset,
  { pagePacks, index, basePath }: SessionObjects,
  usable: UsablePacks,
  modules: KeepLockedModules,
  signal: AbortSignal,
): Promise<DatasetWarning[]> {
  const { repository, store, uploaded, work, log } = modules;
  const period = LockPeriod.of(store);
  if (period === null) return [];
  const packs = {
    data: withLocks(usable.data, uploaded),
    pages: withLocks(merged(usable.pages, [...pagePacks].sort()), uploaded),
    runs: new Map(index.run === null ? [] : [[index.run, index.lockedUntilMs]]),
  };
  const { plainTree } = repository.layout;
  const plain = { done: new PlainDone(work), store, period };
  const refused =
    (await extendLocks(dataset, packs, period, modules, signal)) ??
    (plainTree === null ? null : await extendPlainLocks(dataset.expiresAtMs, plain, signal));
  if (refused === null) return [];
  log.warn(
    { repository: repository.layout.prefix, reason: refused.message },
    'object lock could not be extended: what older backups share with new ones can be deleted when their first lock ends; give the credentials the right to PutObjectRetention, and the bucket object lock in the mode of the account',
  );
  return [{ path: basePath, code: 'lock_not_extended' }];
}

function* withLocks(packs: Iterable<PackId>, uploaded: UploadedPacks): Generator<StoredPack, void> {
  for (const id of packs) yield { id, lockedUntilMs: uploaded.lockedUntilMs(id) };
}

/** Both ascend; each id once. */
function* merged(ids: Iterable<PackId>, few: readonly PackId[]): Generator<PackId, void> {
  let at = 0;
  for (const id of ids) {
    for (; at < few.length && (few[at] as PackId) < id; at++) yield few[at] as PackId;
    if (few[at] === id) at++;
    yield id;
  }
  yield* few.slice(at);
}
