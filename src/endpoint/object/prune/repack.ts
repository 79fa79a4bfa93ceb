import { mkdirSync, rmSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { PackId } from '../../../catalog/page-store.js';
import { DmError } from '../../../model/error.js';
import { ObjectPagePacks } from '../../../repository/object-page-packs.js';
import { recordObject } from '../../../repository/record-object.js';
import {
  type RepositoryMaps,
  type RepositoryRecord,
  serialiseRepositoryRecord,
} from '../../../repository/repository-record.js';
import { fileChunks } from '../../../util/file-chunks.js';
import { isDeleted } from '../deletions.js';
import { PackRanges } from '../read/pack-ranges.js';
import { RepositoryPages } from '../read/repository-pages.js';
import { IndexBuilder } from '../references/index-builder.js';
import type { CountedPack } from '../references/pack-census.js';
import { PageLevels } from '../references/page-levels.js';
import { readDataset } from '../repository-datasets.js';
import { type LiveRecords, unreadable } from './live-datasets.js';
import { MovedFrames, moveFrames } from './move-frames.js';
import { MovedPages } from './move-pages.js';
import type { PruneModules } from './prune-types.js';
import { mayReplace, type SigningModules } from './replace-record.js';

const RANGE_BYTES = 16 * 1024 * 1024;

export type RewriteModules = Pick<PruneModules, 'repository' | 'store' | keyof SigningModules>;

/** Packs of which datasets use little. */
export interface SparsePacks {
  /** With their frames, ascending by id. */
  readonly data: readonly CountedPack[];
  readonly pages: readonly PackId[];
}

/**
 * Writes what datasets use of sparse packs into new packs, and their records anew: the sparse packs are garbage then.
 * Whatever it is stopped at, every dataset is whole. Returns the bytes that it put.
 */
export async function repack(
  records: LiveRecords,
  { data, pages }: SparsePacks,
  modules: PruneModules,
  signal: AbortSignal,
): Promise<number> {
  const directory = join(modules.scratch, 'repack');
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  try {
    using frames = new MovedFrames(directory);
    const bytes = await moveFrames(data, frames, modules, signal);
    const moved = { frames, pages: new Set(pages), directory };
    return bytes + (await nameMoved(records, moved, modules, signal)).bytes;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** What became of records that were to name what has moved. */
export interface NamedMoved {
  /** That were put. */
  readonly bytes: number;
  /** Numbers of the datasets that name it where it was, for their records are signed by somebody for whom we may not sign. */
  readonly left: readonly number[];
}

/**
 * Makes datasets name moved frames where they lie now, and has their pages in `pages` written anew. Puts new page packs, the
 * records, and an index of what has moved.
 */
export async function nameMoved(
  records: LiveRecords,
  {
    frames,
    pages,
    directory,
  }: {
    readonly frames: Pick<MovedFrames, 'find'>;
    readonly pages: ReadonlySet<PackId>;
    /** For files; it is there. */
    readonly directory: string;
  },
  modules: RewriteModules,
  signal: AbortSignal,
): Promise<NamedMoved> {
  const { repository, store } = modules;
  const { layout, keys } = repository;
  const pageFolder = join(directory, 'pages');
  mkdirSync(pageFolder, { mode: 0o700 });
  using sink = new ObjectPagePacks({ directory: pageFolder }, { keys });
  const maps = [...records.values()].map((record) => record.maps);
  const options = { directory, damaged: (_ref: unknown, error: DmError) => unreadable(error) };
  using levels = await PageLevels.of(maps, options, modules, signal);
  const ranges = new PackRanges({ layout, cacheBytes: RANGE_BYTES }, { store }, signal);
  const source = new RepositoryPages({ ranges, keys });
  using index = new IndexBuilder({ directory }, { keys });
  using moved = new MovedPages(
    { directory, packs: pages },
    { source, sink, levels, frames, onSegment: (digest, place) => index.add(digest, place) },
  );
  await moved.run(signal);
  let bytes = 0;
  for (const pack of sink.made) {
    const content = await readFile(join(pageFolder, pack));
    await store.put(layout.pack('pages', pack), content, {}, signal);
    bytes += content.length;
  }
  const left: number[] = [];
  for (const [key, record] of records) {
    if (!(await putRecord(key, record, moved, modules, signal))) left.push(record.number);
  }
  const run = await index.finish(signal);
  if (run === null) return { bytes, left };
  await store.putStream(layout.indexRun(run.id), fileChunks(run.path), {}, signal);
  return { bytes: bytes + statSync(run.path).size, left };
}

/** False when the record names what has moved, and must stay as it is. */
async function putRecord(
  key: string,
  record: RepositoryRecord,
  moved: MovedPages,
  modules: RewriteModules,
  signal: AbortSignal,
): Promise<boolean> {
  const { repository, store, signer } = modules;
  const maps = Object.fromEntries(
    Object.entries(record.maps).map(([name, root]) => [name, moved.root(root)]),
  ) as unknown as RepositoryMaps;
  const before = serialiseRepositoryRecord(record);
  const text = serialiseRepositoryRecord({ ...record, maps });
  if (text === before) return true;
  const now = await readDataset(repository, key, { store }, signal);
  // It was deleted meanwhile, and must not come back.
  if (now === null) return true;
  // It names what is damaged, and must do so with the signature that it has.
  if (!mayReplace(now, modules)) return false;
  if (serialiseRepositoryRecord(now.record) !== before) {
    throw new DmError(
      'target_changed',
      `dataset ${record.number} was changed while its packs were packed anew; prune again`,
    );
  }
  const place = { repository: repository.format.repository, key };
  // What nobody has signed stays so: our signature would vouch for what somebody else may have made.
  const signing = { keys: repository.keys, signer: now.signer === null ? null : signer() };
  await store.put(key, Buffer.from(recordObject(text, place, signing)), {}, signal);
  const { layout } = repository;
  modules.newest?.rewrote(layout, now, { ...record, maps });
  // Who deletes it puts a mark before: either we see that, or its deletion comes after this.
  if (await isDeleted(key, { layout, store }, signal)) await store.delete([key], signal);
  return true;
}
