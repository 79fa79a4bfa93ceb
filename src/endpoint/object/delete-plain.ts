import { decodeGfidKey } from '../../catalog/maps/gfid-key.js';
import { inodeType } from '../../catalog/maps/inodes.js';
import { DmError } from '../../model/error.js';
import type { ObjectStore } from '../../repository/object-store.js';
import { MasterKeys } from './master-keys.js';
import { RepositoryReader } from './read/repository-reader.js';
import { openRepository } from './repository.js';
import { readDataset } from './repository-datasets.js';

const BATCH = 1000;

/**
 * Deletes the plain objects that the dataset with this record names; others at its place stay. The mark of the copy goes before
 * them, so that nobody takes the dataset for whole when this breaks off. May be done again: its record is to be deleted after it.
 * Errors: `corrupt` when its pages cannot be read.
 */
export async function deletePlainObjects(
  basePath: Uint8Array,
  recordKey: string,
  { store }: { readonly store: ObjectStore },
  signal: AbortSignal,
): Promise<void> {
  const masters = new MasterKeys();
  const repository = await openRepository(basePath, null, { store, masters }, signal);
  const stored = repository && (await readDataset(repository, recordKey, { store }, signal));
  if (repository === null || stored === null) {
    throw new DmError('not_found', `the catalog of ${recordKey} is not in this object account`);
  }
  const reader = new RepositoryReader({ repository, store }, signal);
  const { catalog, plain } = reader.maps(stored.record.maps);
  await store.delete([repository.layout.plainMark], signal);
  let keys: string[] = [];
  for await (const batch of catalog.inodes.range({}, signal)) {
    for (const { key, value } of batch) {
      if (inodeType(value) !== 'file') continue;
      keys.push(await plain.keyOf(catalog, decodeGfidKey(key)));
      if (keys.length < BATCH) continue;
      await store.delete(keys, signal);
      keys = [];
    }
  }
  if (keys.length > 0) await store.delete(keys, signal);
}
