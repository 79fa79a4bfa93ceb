import type { PackId } from '../../../catalog/page-store.js';
import { DmError } from '../../../model/error.js';
import {
  type DoomedList,
  PACK_KINDS,
  serialiseDoomedList,
} from '../../../repository/doomed-list.js';
import type { ObjectPackKind } from '../../../repository/object-layout.js';
import { doomedLists, type StoredDoomedList } from '../doomed-lists.js';
import type { CountedPack } from '../references/pack-census.js';
import type { PruneModules, PruneOptions } from './prune-types.js';

/** How long after its grace a list is its owner's. Then another agent may go on with it. */
const OWNED_MS = 24 * 60 * 60 * 1000;
/** The owner itself stops before that. */
const OWNER_STOPS_MS = OWNED_MS / 2;

/** One list that is being worked on. */
export interface Doom extends StoredDoomedList {
  /** When its packs may be deleted, by the store's clock. */
  readonly dueMs: number;
}

/** The list of an earlier prune that did not end; null when there is none. `in_use` when another agent is at it. */
export async function unfinishedDoom(
  { graceMs }: PruneOptions,
  modules: PruneModules,
  signal: AbortSignal,
): Promise<Doom | null> {
  const { repository, store, owner } = modules;
  const lists = await doomedLists(repository, store, signal);
  const newest = lists.at(-1);
  if (newest === undefined || newest.list.finishedAtMs !== null) return null;
  const doom = { ...newest, dueMs: await dueOf(newest.key, graceMs, modules, signal) };
  if (newest.list.owner === owner) return doom;
  const freeAtMs = doom.dueMs + OWNED_MS;
  if ((await store.now(signal)) >= freeAtMs) return doom;
  throw new DmError(
    'in_use',
    `agent ${newest.list.owner} is pruning ${repository.layout.prefix}; prune there, or here after ${new Date(freeAtMs).toISOString()}`,
  );
}

/** By when the store says that the list was put: it cannot have been seen before. */
async function dueOf(
  key: string,
  graceMs: number,
  { store }: PruneModules,
  signal: AbortSignal,
): Promise<number> {
  const info = await store.head(key, signal);
  if (info === null) throw lostRace('its list was removed');
  return info.modifiedAtMs + graceMs;
}

/** Puts a new list. Errors: `target_changed` when another prune put one at the same time. */
export async function doom(
  packs: DoomedList['packs'],
  { graceMs }: PruneOptions,
  modules: PruneModules,
  signal: AbortSignal,
): Promise<Doom> {
  const { repository, store, owner } = modules;
  const newest = (await doomedLists(repository, store, signal)).at(-1);
  if (newest !== undefined && newest.list.finishedAtMs === null)
    throw lostRace('another one began');
  const epoch = newest === undefined ? 1 : Number(newest.key.slice(-10)) + 1;
  const key = repository.layout.doomedList(epoch);
  const list = {
    doomedAtMs: Math.floor(await store.now(signal)),
    owner,
    finishedAtMs: null,
    packs,
  };
  try {
    await store.put(key, Buffer.from(serialiseDoomedList(list)), { ifAbsent: true }, signal);
  } catch (error) {
    if (!(error instanceof DmError) || error.code !== 'already_exists') throw error;
    throw lostRace('another one began', error);
  }
  return { key, list, dueMs: await dueOf(key, graceMs, modules, signal) };
}

/** Takes over the list of another agent, or goes on with an own one: it is marked as ours, and must still be the newest. */
export async function claim(
  { key, list, dueMs }: Doom,
  { repository, store, owner }: PruneModules,
  signal: AbortSignal,
): Promise<void> {
  const newest = (await doomedLists(repository, store, signal)).at(-1);
  if (newest?.key !== key || newest.list.finishedAtMs !== null)
    throw lostRace('another one ended it');
  if (list.owner === owner && (await store.now(signal)) < dueMs + OWNER_STOPS_MS) return;
  const text = serialiseDoomedList({ ...list, owner });
  await store.put(key, Buffer.from(text), {}, signal);
}

/** Throws when this agent has been at it so long that another one may have taken over. `sinceMs`: when it was claimed. */
export function checkOwned(sinceMs: number, nowMs: number): void {
  if (nowMs - sinceMs < OWNER_STOPS_MS) return;
  throw lostRace('it has stood still for hours');
}

/** Says that the packs are deleted, and removes older lists: the newest one stays, so that writers see that there was one. */
export async function finish(
  { key, list }: Doom,
  { repository, store }: PruneModules,
  signal: AbortSignal,
): Promise<void> {
  const finishedAtMs = Math.floor(await store.now(signal));
  await store.put(key, Buffer.from(serialiseDoomedList({ ...list, finishedAtMs })), {}, signal);
  const older = (await doomedLists(repository, store, signal)).filter((one) => one.key < key);
  if (older.length > 0) {
    await store.delete(
      older.map((one) => one.key),
      signal,
    );
  }
}

export function lostRace(what: string, cause?: unknown): DmError {
  return new DmError(
    'target_changed',
    `the prune was given up, because ${what} meanwhile; what was deleted by then was garbage: prune again`,
    cause === undefined ? {} : { cause },
  );
}

/** Packs that nothing refers to, by what is to become of them. */
export function isGarbage({ frames, stored }: CountedPack): boolean {
  return frames.length === 0 && stored !== null;
}

export function doomedSet(list: DoomedList): Record<ObjectPackKind, Set<PackId>> {
  const of = (kind: ObjectPackKind) => [kind, new Set(list.packs[kind])] as const;
  return Object.fromEntries(PACK_KINDS.map(of)) as Record<ObjectPackKind, Set<PackId>>;
}
