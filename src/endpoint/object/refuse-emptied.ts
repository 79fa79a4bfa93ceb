import { DmError } from '../../model/error.js';

import { RepositoryLayout } from '../../repository/object-layout.js';
import type { ObjectStore } from '../../repository/object-store.js';
import { escapePath } from '../../util/escape.js';
import { keysBelow } from './get-object.js';
import type { NewestRecords } from './newest-record.js';

/**
 * Refuses to begin a backup anew in a store without a single object when this agent has seen a dataset of it there: the
 * directory is where a disk is to be mounted, or it is another store. Throws `store_unreachable`, which jobs wait for.
 */
export async function refuseEmptied(
  basePath: Uint8Array,
  modules: { readonly store: ObjectStore; readonly newest?: NewestRecords },
  signal: AbortSignal,
): Promise<void> {
  const { store, newest } = modules;
  const layout = new RepositoryLayout(basePath);
  const lost = (await newest?.lostNewest(layout, null, { store }, signal)) ?? null;
  if (lost === null) return;
  for await (const _ of keysBelow(store, '', signal)) return;
  throw new DmError(
    'store_unreachable',
    `the store is empty, and dataset ${lost} of ${escapePath(basePath)} was in it: mount its file system, or give the account its store back; if it was emptied on purpose, put a file or an object named "emptied" into it`,
  );
}
