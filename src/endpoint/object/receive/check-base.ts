import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ObjectStore } from '../../../repository/object-store.js';
import { PackSet } from '../../../repository/pack-set.js';
import { writeDurably } from '../../../util/durable-file.js';
import type { WorkerPool } from '../../../worker/pool.js';
import type { Task } from '../../../worker/task.js';
import { lockOfNew } from '../lock/lock-period.js';
import type { Repository } from '../repository.js';
import { findLostPacks, type LostPacks } from './lost-packs.js';
import { ObjectWorkspace } from './object-workspace.js';
import { OBJECT_RECEIVE_TASKS, type ObjectCheckInput } from './task-input.js';
import type { WorkDirectory } from './work-directory.js';

const LOST_FILE = 'lost-packs';

/** See findLostPacks: what the base of a session lacks. */
export const objectCheckBaseTask: Task<ObjectCheckInput, LostPacks> = async (input, { signal }) => {
  using workspace = new ObjectWorkspace(input);
  const { base } = workspace.session;
  if (base === null) return { data: [], pages: [] };
  const { data, pages } = input.stored;
  const there = { data: new PackSet(data), pages: new PackSet(pages) };
  return await findLostPacks(base.record.maps, there, workspace, signal);
};

export interface CheckBaseModules {
  readonly pool: WorkerPool;
  readonly repository: Repository;
  readonly store: ObjectStore;
  readonly work: WorkDirectory;
  readonly log: { warn(fields: object, message: string): void };
}

/**
 * Looks whether everything that the base refers to is in the store. Puts lost page packs again, which are here. Returns the
 * data packs that are lost.
 */
export async function checkBase(
  input: ObjectCheckInput,
  keepMs: number | null,
  { pool, repository, store, work, log }: CheckBaseModules,
  signal: AbortSignal,
): Promise<LostPacks['data']> {
  const { data, pages } = await pool.run<ObjectCheckInput, LostPacks>(
    OBJECT_RECEIVE_TASKS.checkBase,
    input,
    {},
    signal,
  );
  for (const pack of pages) {
    const bytes = await readFile(join(work.pages, pack));
    const retainUntilMs = await lockOfNew(store, keepMs, signal);
    await store.put(repository.layout.pack('pages', pack), bytes, { retainUntilMs }, signal);
  }
  const what = { repository: repository.layout.prefix };
  if (pages.length > 0) {
    log.warn(
      { ...what, packs: pages },
      'page packs of a backup were gone from the store, and were put again from the copies here',
    );
  }
  if (data.length > 0) {
    log.warn(
      { ...what, packs: data },
      'data packs of a backup are gone from the store: what the new dataset needs of them is read and stored again; older datasets stay damaged until `dm object repair --from-account` finds their files',
    );
  }
  return data;
}

/** Whether a session was begun knowing that just these data packs are lost. */
export function beganWithLost(work: WorkDirectory, lost: LostPacks['data']): boolean {
  try {
    return readFileSync(join(work.session, LOST_FILE), 'utf8') === lost.join('\n');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return lost.length === 0;
    throw error;
  }
}

export function saveLost(work: WorkDirectory, lost: LostPacks['data']): void {
  if (lost.length > 0) writeDurably(work.session, LOST_FILE, lost.join('\n'));
}
