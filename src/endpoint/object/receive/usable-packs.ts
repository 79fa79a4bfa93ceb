import { type PackId, parsePackId } from '../../../catalog/page-store.js';
import type { ObjectPackKind } from '../../../repository/object-layout.js';
import type { ObjectStore } from '../../../repository/object-store.js';
import { PackSet } from '../../../repository/pack-set.js';
import { doomedLists } from '../doomed-lists.js';
import { keysBelow } from '../get-object.js';
import type { Repository } from '../repository.js';
import type { StoredMemory } from './task-input.js';

/** Packs that are in the store. */
export type StoredPacks = Readonly<Record<ObjectPackKind, PackSet>>;

/** Packs that new datasets may name: they are in the store, and no prune is about to delete them. */
export interface UsablePacks extends StoredPacks {
  /** Also those that a prune has listed: what the base names of them stays. */
  readonly stored: StoredPacks;
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
  const data = await PackSet.of(storedPacks('data', repository, store, signal));
  const pages = await PackSet.of(storedPacks('pages', repository, store, signal));
  const usable = async (kind: ObjectPackKind, stored: PackSet): Promise<PackSet> => {
    const doomed = new Set(lists.flatMap(({ list }) => list.packs[kind]));
    return doomed.size === 0 ? stored : PackSet.of(without(stored, doomed));
  };
  return {
    doomed: lists.at(-1)?.key ?? '',
    data: await usable('data', data),
    pages: await usable('pages', pages),
    stored: { data, pages },
  };
}

/** For another thread. */
export function memoryOf({ data, pages }: StoredPacks): StoredMemory {
  return { data: data.memory, pages: pages.memory };
}

async function* storedPacks(
  kind: ObjectPackKind,
  { layout }: Repository,
  store: ObjectStore,
  signal: AbortSignal,
): AsyncGenerator<PackId, void> {
  const prefix = layout.packs(kind);
  for await (const key of keysBelow(store, prefix, signal)) {
    const name = key.slice(prefix.length);
    if (/^[0-9a-f]{32}$/.test(name)) yield parsePackId(name);
  }
}

function* without(packs: PackSet, doomed: ReadonlySet<PackId>): Generator<PackId, void> {
  for (const pack of packs) if (!doomed.has(pack)) yield pack;
}
