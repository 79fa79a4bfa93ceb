import { mkdirSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { EMPTY_ROOTS } from '../../../catalog/catalog-roots.js';
import type { PackId, PageRef } from '../../../catalog/page-store.js';
import { DmError } from '../../../model/error.js';
import { zstdFrame } from '../../../repository/frame-codec.js';
import type { SegmentLocation } from '../../../repository/segments-map.js';
import { keysBelow } from '../get-object.js';
import { FramePacker } from '../prune/frame-packer.js';
import { type LiveRecords, liveRecords } from '../prune/live-datasets.js';
import { MovedFrames } from '../prune/move-frames.js';
import { nameMoved } from '../prune/repack.js';
import { rebuildIndex } from '../references/rebuild-index.js';
import { ReferenceWalk } from '../references/reference-walk.js';
import { pagesInOrder } from '../references/referenced-packs.js';
import { type BadFrame, badFrames, segmentFile, segmentsInOrder } from './bad-frames.js';
import { copyDataPacks, copyPagePacks } from './copy-packs.js';
import { fetchSegments } from './fetch-segments.js';
import { putLocalPages } from './local-pages.js';
import { repairNumbers } from './repair-numbers.js';
import type { RepairFrom, RepairModules, RepairProgress, RepairSummary } from './repair-types.js';
import { type PlacedSegment, SegmentSet } from './segment-set.js';

const TELL_EVERY = 1_000;

/**
 * Reads everything that datasets of a repository use, and replaces what is damaged or missing by what `from` has of it: packs
 * from a copy of the same repository, pages also from this agent's own copies, else segments from the same datasets, in new packs. Makes the index anew, and numbers
 * of datasets that are damaged or gone.
 * Errors: `corrupt` when pages cannot be repaired; nothing is changed then but packs that were copied.
 */
export async function repairRepository(
  from: RepairFrom | null,
  modules: RepairModules,
  onProgress: (progress: RepairProgress) => void,
  signal: AbortSignal,
): Promise<RepairSummary> {
  const directory = modules.scratch;
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  try {
    const summary: RepairSummary = {
      segmentsBad: 0,
      segmentsRepaired: 0,
      untrusted: [],
      noneThere: false,
      packsCopied: 0,
      numbersRepaired: 0,
      indexed: false,
    };
    onProgress({ step: 'pages', done: 0 });
    const records = await liveRecords(modules, signal);
    summary.numbersRepaired = await repairNumbers(records, modules, signal);
    using segments = new SegmentSet({ directory });
    summary.packsCopied += await readPages(records, segments, from, modules, signal);
    const onRead = (done: number): void => {
      if (done % TELL_EVERY === 0) onProgress({ step: 'reading', done });
    };
    const reader = segmentsInOrder(modules, signal);
    const bad = await badFrames(segments, reader, onRead, signal);
    summary.segmentsBad = countBad(bad);
    if (from !== null && bad.length > 0) {
      onProgress({ step: 'fetching', done: 0 });
      await repairData(bad, records, from, modules, summary, signal);
    }
    onProgress({ step: 'index', done: 0 });
    summary.indexed = await renewIndex(modules, signal);
    return summary;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Reads all pages, as often as a copied pack shows more of them. Returns how many packs were copied. */
async function readPages(
  records: LiveRecords,
  segments: SegmentSet,
  from: RepairFrom | null,
  modules: RepairModules,
  signal: AbortSignal,
): Promise<number> {
  for (let copied = 0; ; ) {
    const damaged: PageRef[] = [];
    const visitor = {
      page: () => undefined,
      segment: segments.add.bind(segments),
      damaged: (ref: PageRef) => void damaged.push(ref),
    };
    const pages = pagesInOrder(modules, signal);
    using walk = new ReferenceWalk({ directory: modules.scratch }, { pages, visitor });
    for (const { maps } of records.values()) walk.add({ ...EMPTY_ROOTS, ...maps });
    await walk.run(signal);
    if (damaged.length === 0) return copied;
    const mirror = from?.mirror ?? null;
    let more = await putLocalPages(damaged, modules, signal);
    if (more === 0 && mirror !== null) {
      more = await copyPagePacks(damaged, mirror, modules, signal);
    }
    copied += more;
    if (more === 0) throw lostPages(damaged.length);
  }
}

async function repairData(
  bad: readonly BadFrame[],
  records: LiveRecords,
  { source, mirror }: RepairFrom,
  modules: RepairModules,
  summary: RepairSummary,
  signal: AbortSignal,
): Promise<void> {
  const copied = mirror === null ? null : await copyDataPacks(bad, mirror, modules, signal);
  summary.packsCopied += copied?.size ?? 0;
  const left = bad.filter(({ frame }) => copied?.has(frame.pack) !== true);
  summary.segmentsRepaired = countBad(bad) - countBad(left);
  if (left.length === 0) return;
  const directory = join(modules.scratch, 'frames');
  mkdirSync(directory, { mode: 0o700 });
  const options = { directory, from: source };
  const { found, datasets } = await fetchSegments(
    left,
    [...records.values()],
    options,
    modules,
    signal,
  );
  summary.noneThere = datasets === 0;
  const isFound = ({ digest }: PlacedSegment): boolean => found.has(digest.toString('hex'));
  const mended = left.filter(({ bad: lost }) => lost.some(isFound));
  if (mended.length === 0) return;
  using frames = new MovedFrames(directory);
  /** Segments that were not found: others in their frame are not lost for it, and what names these goes on to name the bad place. */
  const stay = new Set<string>();
  const packer = new FramePacker(modules, signal);
  const reader = segmentsInOrder(modules, signal);
  for (const { frame, frameLength, members, bad: lost } of mended) {
    const raw = Buffer.alloc(frameLength);
    for (const segment of members) {
      const { digest, location } = segment;
      const isLost = lost.includes(segment);
      if (isLost && !isFound(segment)) {
        stay.add(placeOf(location));
        continue;
      }
      const bytes = isLost
        ? await readFile(segmentFile(directory, digest))
        : await reader.read(location, digest);
      raw.set(bytes, location.frameStart);
    }
    frames.add(frame, await packer.add(await zstdFrame(raw)));
  }
  await packer.finish();
  const find = (segment: SegmentLocation): SegmentLocation | null =>
    stay.has(placeOf(segment)) ? null : frames.find(segment);
  const moved = { frames: { find }, pages: new Set<PackId>(), directory };
  const named = await nameMoved(records, moved, modules, signal);
  summary.segmentsRepaired += mended.flatMap(({ bad: lost }) => lost.filter(isFound)).length;
  summary.untrusted.push(...named.left);
}

/** One run of everything instead of all that there were: those may name what was damaged. */
async function renewIndex(modules: RepairModules, signal: AbortSignal): Promise<boolean> {
  const { repository, store, scratch } = modules;
  const before: string[] = [];
  for await (const key of keysBelow(store, repository.layout.indexRuns, signal)) before.push(key);
  const options = { directory: join(scratch, 'index') };
  const made = await rebuildIndex(options, modules, () => undefined, signal);
  if (before.length > 0) await store.delete(before, signal);
  return made !== null;
}

function placeOf({ pack, offset, frameStart }: SegmentLocation): string {
  return `${pack} ${offset} ${frameStart}`;
}

function countBad(frames: readonly BadFrame[]): number {
  return frames.reduce((sum, { bad }) => sum + bad.length, 0);
}

function lostPages(count: number): DmError {
  return new DmError(
    'corrupt',
    `${count} pages cannot be read. Only the agents that backed up here (their state directories keep copies of pages; repair there) and a copy of this very repository (its objects, mirrored; --from-account) have them: other accounts with the same datasets have other pages. Else verify each dataset, delete those that are damaged, and back up again`,
  );
}
