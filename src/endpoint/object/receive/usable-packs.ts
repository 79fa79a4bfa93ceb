import { type PackId, parsePackId } from '../../../catalog/page-store.js';
import type { ObjectPackKind } from '../../../repository/object-layout.js';
import type { ObjectStore } from '../../../repository/object-store.js';
import { PackSet } from '../../../repository/pack-set.js';
import { doomedLists } from '../doomed-lists.js';
import { keysBelow } from '../get-object.js';
import type { Repository } from '../repository.js';

/** Packs that new datasets may name: they are in the store, and no prune is about to delete them. */
export interface UsablePacks extends Readonly<Record<ObjectPackKind, PackSet>> {
  /** Key of the newest doomed list that they were checked against, or "". */
  readonly doomed: string;
}

/** The lists are read before the packs: a pack deleted in between is not there, and its list may be gone. */
export async function usablePacks(
  repository: Repository,
  store: ObjectStore,
  signal: AbortSignal,
): Promise<UsablePacks> {
  const lists = await doomedLists(repository, store, signal);
  const of = (kind: ObjectPackKind): Promise<PackSet> => {
    const doomed = new Set(lists.flatMap(({ list }) => list.packs[kind]));
    return PackSet.of(storedPacks(kind, doomed));
  };
  async function* storedPacks(kind: ObjectPackKind, doomed: ReadonlySet<PackId>) {
    const prefix = repository.layout.packs(kind);
    for await (const key of keysBelow(store, prefix, signal)) {
      const name = key.slice(prefix.length);
      if (!/^[0-9a-f]{32}$/.test(name)) continue;
      const pack = parsePackId(name);
      if (!doomed.has(pack)) yield pack;
    }
  }
  return { doomed: lists.at(-1)?.key ?? '', data: await of('data'), pages: await of('pages') };
}
