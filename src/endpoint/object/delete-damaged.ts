import { DmError } from '../../model/error.js';
import type { DatasetId } from '../../model/ids.js';
import { plainTree } from '../../repository/plain-path.js';
import type { DatasetRef } from '../source.js';
import { BasePaths } from './base-paths.js';
import type { DeleteModules } from './delete-dataset.js';
import { deleteRecord } from './deletions.js';
import { ofOneOnly } from './passed-over.js';
import { readNumber } from './read-number.js';
import { openRepository, type Repository, type RepositoryModules } from './repository.js';
import { readDataset, recordKeyOf } from './repository-datasets.js';
import { sessionPath } from './session-path.js';

/**
 * Deletes the record of a dataset that cannot be read: what only that needs is garbage then, for the next prune. False, and
 * nothing is deleted, when there is no such record in what the secret opens. Errors: `corrupt` for that of a plain copy, which
 * alone names its objects.
 */
export async function deleteDamagedDataset(
  ref: DatasetRef,
  secret: Uint8Array | null,
  modules: DeleteModules & RepositoryModules,
  signal: AbortSignal,
): Promise<boolean> {
  const { store, sessions } = modules;
  for (const { path, id } of await placesOf(ref, modules, signal)) {
    const repository = await opened(path, secret, modules, signal);
    const key = repository && (await recordKeyOf(repository.layout, id, modules, signal));
    if (repository === null || key === null || !(await isDamaged(repository, key, store, signal))) {
      continue;
    }
    const { layout } = repository;
    if (plainTree(path) !== null) {
      throw new DmError(
        'corrupt',
        `record ${key}, which names the objects of the plain copy, cannot be read; put it back from another copy or version of the store, or delete all below ${layout.plainTree} with the tools of the store`,
      );
    }
    await sessions.exclusively(sessionPath(path), () =>
      deleteRecord(key, { layout, store }, signal),
    );
    return true;
  }
  return false;
}

async function placesOf(
  ref: DatasetRef,
  { store }: DeleteModules,
  signal: AbortSignal,
): Promise<{ readonly path: Uint8Array; readonly id: DatasetId }[]> {
  if ('number' in ref) {
    const numbered = await readNumber(store, ref.number, signal);
    return numbered === null ? [] : [{ path: numbered.basePath, id: numbered.dataset }];
  }
  const { paths } = await new BasePaths().list(store, signal);
  return paths.map((path) => ({ path, id: ref.id }));
}

async function opened(
  path: Uint8Array,
  secret: Uint8Array | null,
  modules: RepositoryModules,
  signal: AbortSignal,
): Promise<Repository | null> {
  try {
    return await openRepository(path, secret, modules, signal);
  } catch (error) {
    ofOneOnly(error);
    return null;
  }
}

async function isDamaged(
  repository: Repository,
  key: string,
  store: RepositoryModules['store'],
  signal: AbortSignal,
): Promise<boolean> {
  try {
    await readDataset(repository, key, { store }, signal);
    return false;
  } catch (error) {
    ofOneOnly(error);
    return true;
  }
}
