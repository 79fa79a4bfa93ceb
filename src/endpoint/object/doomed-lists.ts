import { type DoomedList, parseDoomedList } from '../../repository/doomed-list.js';
import type { ObjectStore } from '../../repository/object-store.js';
import { getObject, keysBelow } from './get-object.js';
import type { Repository } from './repository.js';

export interface StoredDoomedList {
  readonly key: string;
  readonly list: DoomedList;
}

/** What prunes are about to delete, and what the last one deleted, oldest first. */
export async function doomedLists(
  { layout }: Repository,
  store: ObjectStore,
  signal: AbortSignal,
): Promise<StoredDoomedList[]> {
  const lists: StoredDoomedList[] = [];
  for await (const key of keysBelow(store, layout.doomed, signal)) {
    const bytes = await getObject(store, key, signal);
    if (bytes === null) continue;
    lists.push({ key, list: parseDoomedList(bytes.toString(), `doomed list ${key}`) });
  }
  return lists;
}

/**
 * Key of the newest list, or "". The newest one is never deleted and epochs only count up: as long as it is the
 * same, no prune has chosen packs.
 */
export async function newestDoomed(
  { layout }: Repository,
  store: ObjectStore,
  signal: AbortSignal,
): Promise<string> {
  let newest = '';
  for await (const key of keysBelow(store, layout.doomed, signal)) newest = key;
  return newest;
}
