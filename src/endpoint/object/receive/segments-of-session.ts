import { applyMutations } from '../../../catalog/apply-mutations.js';
import type { Catalog } from '../../../catalog/catalog.js';
import { diffMaps } from '../../../catalog/diff-maps.js';
import { ExternalSorter } from '../../../catalog/external-sorter.js';
import type { MapReader } from '../../../catalog/map-reader.js';
import type { MapRoot } from '../../../catalog/map-root.js';
import type { Mutation } from '../../../catalog/map-types.js';
import { encodeGfidKey } from '../../../catalog/maps/gfid-key.js';
import type { PageReader } from '../../../catalog/page-reader.js';
import type { PageSink } from '../../../catalog/page-store.js';
import { DmError } from '../../../model/error.js';
import type { Gfid } from '../../../model/ids.js';
import type { PackSet } from '../../../repository/pack-set.js';
import { decodeExtent, SEGMENTS_MAP } from '../../../repository/segments-map.js';
import { BinaryReader, BinaryWriter } from '../../../util/binary.js';
import { type LaneEvent, readLaneLog } from '../../receive/lane-log.js';
import { type NewContent, overlayExtents } from './overlay-extents.js';

const SORT_BYTES = 8 * 1024 * 1024;
const GFID_BYTES = 8;
const BATCH = 256;
const REMOVED = Buffer.alloc(0);

export interface SessionSegmentsModules {
  readonly base: Catalog;
  readonly baseSegments: MapReader;
  readonly next: Catalog;
  readonly pages: PageReader;
  readonly sink: PageSink;
  readonly logs: readonly string[];
  /** Directory for spilled runs. */
  readonly scratch: string;
  /** Data packs that the dataset may name. */
  readonly usable: PackSet;
  /** Files of whose content nothing is to stay. */
  readonly failed: Iterable<Gfid>;
}

/**
 * The map of segments of the new dataset: that of its base, with what was received over it. The pages are not synced.
 * Errors: `target_changed` when something received refers to a pack that may not be named any more.
 */
export async function makeSegmentsMap(
  modules: SessionSegmentsModules,
  signal: AbortSignal,
): Promise<MapRoot | null> {
  const { base, baseSegments, scratch } = modules;
  const sorter = new ExternalSorter({ directory: scratch, memoryBytes: SORT_BYTES });
  try {
    if (base.roots.inodes !== null) await addRemoved(sorter, modules, signal);
    for (const gfid of modules.failed) sorter.add(encodeGfidKey(gfid), REMOVED);
    addReceived(sorter, modules, signal);
    const mutations = inBatches(mutationsOf(groupsOf(sorter, signal), baseSegments));
    const options = { params: SEGMENTS_MAP, base: baseSegments.root, mutations, signal };
    return await applyMutations(options, modules);
  } finally {
    sorter[Symbol.dispose]();
  }
}

/** Files that the base has and the new dataset has not, each under its gfid. */
async function addRemoved(
  sorter: ExternalSorter,
  { base, next, pages }: SessionSegmentsModules,
  signal: AbortSignal,
): Promise<void> {
  const before = { pages, root: base.roots.inodes };
  const after = { pages, root: next.roots.inodes };
  for await (const batch of diffMaps({ before, after, signal })) {
    for (const change of batch) if (change.after === null) sorter.add(change.key, REMOVED);
  }
}

/** What came: each file that is done under its gfid, then its extents under their keys. */
function addReceived(
  sorter: ExternalSorter,
  { logs, usable }: SessionSegmentsModules,
  signal: AbortSignal,
): void {
  const dropped = countDropped(logs);
  for (const event of eventsOf(logs)) {
    signal.throwIfAborted();
    if (event.kind === 'failed' || event.kind === 'need') {
      dropped.set(event.gfid, (dropped.get(event.gfid) ?? 1) - 1);
    } else if (event.kind === 'done') {
      sorter.add(encodeGfidKey(event.gfid), encodeDone(event));
    } else if (event.kind === 'extents' && (dropped.get(event.gfid) ?? 0) === 0) {
      for (const { key, value } of event.extents) {
        refuseUnusable(value, usable);
        sorter.add(key, value);
      }
    }
  }
}

/** How often each file was given up: what came of it before the last time does not count. */
function countDropped(logs: readonly string[]): Map<Gfid, number> {
  const dropped = new Map<Gfid, number>();
  for (const event of eventsOf(logs)) {
    if (event.kind !== 'failed' && event.kind !== 'need') continue;
    dropped.set(event.gfid, (dropped.get(event.gfid) ?? 0) + 1);
  }
  return dropped;
}

function refuseUnusable(value: Uint8Array, usable: PackSet): void {
  const { segment } = decodeExtent(value);
  if (segment === null || usable.has(segment.pack)) return;
  throw new DmError(
    'target_changed',
    `data pack ${segment.pack} was deleted by a prune, or is about to be; the backup goes on without it when it is run again`,
  );
}

function* eventsOf(logs: readonly string[]): Generator<LaneEvent, void> {
  for (const path of logs) for (const { event } of readLaneLog(path)) yield event;
}

function encodeDone({ size, basis }: Extract<LaneEvent, { kind: 'done' }>): Buffer {
  return new BinaryWriter(32).u64(basis).bigVarint(size).take();
}

interface FileGroup {
  readonly gfid: Gfid;
  /** Null for a file that is gone. */
  readonly content: NewContent | null;
}

/** The files that came or went, ascending by gfid; the extents of one are to be read before the next is asked for. */
async function* groupsOf(
  sorter: ExternalSorter,
  signal: AbortSignal,
): AsyncGenerator<FileGroup, void> {
  const entries = singly(sorter.sorted(signal));
  let step = await entries.next();
  while (step.done !== true) {
    const { key, value } = step.value;
    step = await entries.next();
    // Extents of a file that is not done belong to nothing.
    if (key.length !== GFID_BYTES || value === null) continue;
    const gfid = new BinaryReader(key, corrupt).u64() as Gfid;
    if (value.length === 0) {
      yield { gfid, content: null };
      continue;
    }
    const reader = new BinaryReader(value, corrupt);
    const basis = reader.u64() as Gfid;
    const size = reader.bigVarint();
    const extents = async function* (): AsyncGenerator<Mutation, void> {
      while (step.done !== true && step.value.key.length > GFID_BYTES) {
        if (Buffer.compare(step.value.key.subarray(0, GFID_BYTES), key) !== 0) return;
        yield step.value;
        step = await entries.next();
      }
    };
    yield { gfid, content: { size, basis, extents: extents() } };
  }
}

async function* singly(
  batches: AsyncIterable<readonly Mutation[]>,
): AsyncGenerator<Mutation, void> {
  for await (const batch of batches) yield* batch;
}

async function* mutationsOf(
  groups: AsyncIterable<FileGroup>,
  baseSegments: MapReader,
): AsyncGenerator<Mutation, void> {
  for await (const { gfid, content } of groups) {
    yield* overlayExtents(gfid, content, baseSegments);
  }
}

async function* inBatches(
  mutations: AsyncIterable<Mutation>,
): AsyncGenerator<readonly Mutation[], void> {
  let batch: Mutation[] = [];
  for await (const mutation of mutations) {
    batch.push(mutation);
    if (batch.length < BATCH) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

function corrupt(reason: string): DmError {
  return new DmError('corrupt', `receive log: ${reason}; abort the copy and start it anew`);
}
