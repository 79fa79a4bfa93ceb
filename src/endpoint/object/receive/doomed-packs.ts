import type { PackId } from '../../../catalog/page-store.js';
import { parseDoomedList } from '../../../repository/doomed-list.js';
import type { ObjectStore } from '../../../repository/object-store.js';
import { getObject, keysBelow } from '../get-object.js';
import type { Repository } from '../repository.js';

/** What prunes are about to delete. */
export interface DoomedPacks {
  /** Changes whenever a prune begins or ends. */
  readonly state: string;
  /** Data packs and page packs. */
  readonly packs: readonly PackId[];
}

export async function readDoomed(
  { layout }: Repository,
  store: ObjectStore,
  signal: AbortSignal,
): Promise<DoomedPacks> {
  const packs: PackId[] = [];
  const keys: string[] = [];
  for await (const key of keysBelow(store, layout.doomed, signal)) {
    const bytes = await getObject(store, key, signal);
    if (bytes === null) continue;
    keys.push(key);
    const list = parseDoomedList(bytes.toString(), `doomed list ${key}`);
    for (const { pack } of list.packs) packs.push(pack);
  }
  return { state: keys.join('\n'), packs };
}
