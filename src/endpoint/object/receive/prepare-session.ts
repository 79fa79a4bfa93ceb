import type { PackId } from '../../../catalog/page-store.js';
import { asDmError } from '../../../model/error.js';
import type { ObjectStore } from '../../../repository/object-store.js';
import { newTableMemory } from '../../../repository/segment-table.js';
import type { WorkerPool } from '../../../worker/pool.js';
import type { Offer } from '../../target.js';
import type { Repository } from '../repository.js';
import type { StoredDataset } from '../stored-dataset.js';
import { beganWithLost, checkBase, saveLost } from './check-base.js';
import { areKnownThere } from './known-packs.js';
import { fetchPages } from './local-copies.js';
import { openIndex } from './open-index.js';
import { openSession } from './open-session.js';
import { PlainDone } from './plain-done.js';
import { keepMsOf } from './publish-dataset.js';
import type { ObjectSession } from './session-record.js';
import type { ObjectTaskInput } from './task-input.js';
import { memoryOf, type UsablePacks, usablePacks } from './usable-packs.js';
import type { WorkDirectory } from './work-directory.js';

export interface PrepareModules {
  readonly repository: Repository;
  readonly store: ObjectStore;
  readonly work: WorkDirectory;
  readonly pool: WorkerPool;
  readonly log: { warn(fields: object, message: string): void };
}

export interface PreparedSession {
  readonly session: ObjectSession;
  readonly input: ObjectTaskInput;
  /** In plain objects that an interrupted attempt has put. */
  readonly plainBytes: number;
}

/** Opens the session of an offer, and makes what this agent keeps of the repository fit for it. */
export async function prepareSession(
  offer: Offer,
  base: StoredDataset | null,
  modules: PrepareModules,
  signal: AbortSignal,
): Promise<PreparedSession> {
  const { repository, work, store } = modules;
  work.make();
  let session = openSession(offer, base, repository, work);
  const { packs, memory, plainBytes } = await usableAtStart(repository, work, store, signal);
  const isKnown = base === null || packs === null || areKnownThere(work, base.record, packs.stored);
  if (base !== null) {
    // Pages that are gone from the store may be nowhere else.
    const options = { own: session.pagePacks, keepAbsent: !isKnown };
    await fetchPages(repository, work, options, modules, signal);
  }
  const hasSegments = base !== null && base.record.maps.segments !== null;
  await openIndex(repository, work, { hasSegments }, modules, signal);
  const input = {
    work: work.path,
    repository: repository.format.repository,
    master: repository.master,
    table: newTableMemory(),
    usable: memory,
    isBaseLacking: false,
  };
  const check = async (): Promise<readonly PackId[]> => {
    if (isKnown) return [];
    const checked = { ...input, stored: memoryOf(packs.stored) };
    return await checkBase(checked, keepMsOf(session), modules, signal);
  };
  let lost: readonly PackId[];
  try {
    lost = await check();
  } catch (error) {
    if (asDmError(error, 'checking the base').code !== 'corrupt') throw error;
    // A copy here that was damaged is gone now; the store has it perhaps.
    await fetchPages(
      repository,
      work,
      { own: session.pagePacks, keepAbsent: true },
      modules,
      signal,
    );
    lost = await check();
  }
  if (!beganWithLost(work, lost)) {
    work.removeSession();
    session = openSession(offer, base, repository, work);
    saveLost(work, lost);
  }
  return { session, input: { ...input, isBaseLacking: lost.length > 0 }, plainBytes };
}

/** What a session may rely on: data packs, or of a plain copy the objects that are there; `packs` is null then. */
async function usableAtStart(
  repository: Repository,
  work: WorkDirectory,
  store: ObjectStore,
  signal: AbortSignal,
): Promise<{ packs: UsablePacks | null; memory: SharedArrayBuffer; plainBytes: number }> {
  const { layout } = repository;
  if (layout.plainTree === null) {
    const packs = await usablePacks(repository, store, signal);
    return { packs, memory: packs.data.memory, plainBytes: 0 };
  }
  const { objects, bytes } = await new PlainDone(work).there({ layout, work }, store, signal);
  return { packs: null, memory: objects.memory, plainBytes: bytes };
}
