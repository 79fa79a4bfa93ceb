import { type PackId, type PageLocator, parsePackId } from '../../../catalog/page-store.js';
import type { ObjectPackKind } from '../../../repository/object-layout.js';
import type { ObjectStore } from '../../../repository/object-store.js';
import type { Repository } from '../repository.js';

/** A pack that is in the store, or is named by a dataset, or both. */
export interface CountedPack {
  readonly pack: PackId;
  /** What the store says; null when it is not there. */
  readonly stored: { readonly bytes: number; readonly modifiedAtMs: number } | null;
  /** Frames that datasets name, ascending by offset. */
  readonly frames: readonly PageLocator[];
  /** Bytes of these frames. */
  readonly liveBytes: number;
}

/** All packs of a kind, ascending by id, each with the frames of it in `frames`, which ascend by pack and offset. */
export async function* packCensus(
  kind: ObjectPackKind,
  frames: AsyncIterable<PageLocator>,
  { repository, store }: { repository: Repository; store: ObjectStore },
  signal: AbortSignal,
): AsyncGenerator<CountedPack, void> {
  const named = framesByPack(frames)[Symbol.asyncIterator]();
  let next = await named.next();
  for await (const { pack, stored } of listedPacks(kind, repository, store, signal)) {
    while (next.done !== true && next.value.pack < pack) {
      yield counted(next.value, null);
      next = await named.next();
    }
    if (next.done !== true && next.value.pack === pack) {
      yield counted(next.value, stored);
      next = await named.next();
    } else yield counted({ pack, frames: [] }, stored);
  }
  for (; next.done !== true; next = await named.next()) yield counted(next.value, null);
}

interface NamedPack {
  readonly pack: PackId;
  readonly frames: readonly PageLocator[];
}

function counted({ pack, frames }: NamedPack, stored: CountedPack['stored']): CountedPack {
  return { pack, stored, frames, liveBytes: frames.reduce((sum, { length }) => sum + length, 0) };
}

async function* listedPacks(
  kind: ObjectPackKind,
  { layout }: Repository,
  store: ObjectStore,
  signal: AbortSignal,
): AsyncGenerator<{ pack: PackId; stored: NonNullable<CountedPack['stored']> }, void> {
  const prefix = layout.packs(kind);
  for await (const page of store.list(prefix, {}, signal)) {
    for (const { key, size, modifiedAtMs } of page) {
      const name = key.slice(prefix.length);
      if (!/^[0-9a-f]{32}$/.test(name)) continue;
      yield { pack: parsePackId(name), stored: { bytes: size, modifiedAtMs } };
    }
  }
}

async function* framesByPack(frames: AsyncIterable<PageLocator>): AsyncGenerator<NamedPack, void> {
  let current = null as { pack: PackId; frames: PageLocator[] } | null;
  for await (const frame of frames) {
    if (current?.pack !== frame.pack) {
      if (current !== null) yield current;
      current = { pack: frame.pack, frames: [] };
    }
    current.frames.push(frame);
  }
  if (current !== null) yield current;
}
