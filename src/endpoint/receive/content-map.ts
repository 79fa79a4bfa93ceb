import { applyMutations } from '../../catalog/apply-mutations.js';
import type { Catalog } from '../../catalog/catalog.js';
import { diffMaps } from '../../catalog/diff-maps.js';
import { ExternalSorter } from '../../catalog/external-sorter.js';
import type { MapRoot } from '../../catalog/map-root.js';
import {
  CONTENT_LEAF_BYTES,
  contentOf,
  decodeContentKey,
  encodeContentKey,
  encodeContentValue,
} from '../../catalog/maps/content.js';
import { MAPS } from '../../catalog/maps/map-params.js';
import type { PageReader } from '../../catalog/page-reader.js';
import type { PageSink } from '../../catalog/page-store.js';
import type { Gfid } from '../../model/ids.js';
import { type LaneEvent, readLaneLog } from './lane-log.js';
import type { ReceiveOutcome } from './receive-outcome.js';

const SORT_BYTES = 16 * 1024 * 1024;
const LEAF = BigInt(CONTENT_LEAF_BYTES);

export interface ContentMapModules {
  readonly base: Catalog;
  readonly next: Catalog;
  /** Of every lane; that of the place itself, where it has one, behind them. */
  readonly logs: readonly string[];
  /** Directory for spilled runs. */
  readonly scratch: string;
  readonly outcome: ReceiveOutcome;
  readonly pages: PageReader;
  readonly sink: PageSink;
}

/**
 * The leaf digests of the new dataset: those of its base, with what was received over them. Digests come from
 * the source only; nothing is read from this disk. The pages are not synced.
 */
export async function makeContentMap(
  modules: ContentMapModules,
  signal: AbortSignal,
): Promise<MapRoot | null> {
  const { base, logs, scratch } = modules;
  const sorter = new ExternalSorter({ directory: scratch, memoryBytes: SORT_BYTES });
  try {
    if (base.roots.content !== null) await dropRemoved(sorter, modules, signal);
    for (const event of eventsOf(logs)) {
      signal.throwIfAborted();
      if (event.kind === 'done') await inherit(event, sorter, modules);
    }
    for (const event of eventsOf(logs)) {
      if (event.kind !== 'leaves' || modules.outcome.failed.has(event.gfid)) continue;
      for (const [index, digest] of event.digests.entries()) {
        sorter.add(encodeContentKey(event.gfid, event.first + index), encodeContentValue(digest));
      }
    }
    const mutations = sorter.sorted(signal);
    const options = { params: MAPS.content, base: base.roots.content, mutations, signal };
    return await applyMutations(options, modules);
  } finally {
    sorter[Symbol.dispose]();
  }
}

function* eventsOf(logs: readonly string[]): Generator<LaneEvent> {
  for (const path of logs) {
    for (const { event } of readLaneLog(path)) yield event;
  }
}

/** What a file has that was not received for it: that of its basis, as far as the file goes. */
async function inherit(
  event: Extract<LaneEvent, { kind: 'done' }>,
  sorter: ExternalSorter,
  { base }: ContentMapModules,
): Promise<void> {
  const { gfid, size, basis } = event;
  if (base.roots.content === null) return;
  const end = (size + LEAF - 1n) / LEAF;
  if (basis !== gfid) await dropLeaves(gfid, 0n, sorter, base);
  if (basis === 0n) return;
  for await (const batch of base.content.range({ prefix: contentOf(basis as Gfid) })) {
    for (const { key, value } of batch) {
      const { leaf } = decodeContentKey(key);
      if (BigInt(leaf) < end && basis !== gfid) sorter.add(encodeContentKey(gfid, leaf), value);
    }
  }
  if (basis === gfid) await dropLeaves(gfid, end, sorter, base);
}

async function dropLeaves(
  gfid: Gfid,
  from: bigint,
  sorter: ExternalSorter,
  base: Catalog,
): Promise<void> {
  for await (const batch of base.content.range({ prefix: contentOf(gfid) })) {
    for (const { key } of batch) {
      if (BigInt(decodeContentKey(key).leaf) >= from) sorter.add(key, null);
    }
  }
}

async function dropRemoved(
  sorter: ExternalSorter,
  { base, next, pages }: ContentMapModules,
  signal: AbortSignal,
): Promise<void> {
  const before = { pages, root: base.roots.inodes };
  const after = { pages, root: next.roots.inodes };
  for await (const batch of diffMaps({ before, after, signal })) {
    for (const change of batch) {
      if (change.after !== null) continue;
      for await (const leaves of base.content.range({ prefix: change.key }, signal)) {
        for (const { key } of leaves) sorter.add(key, null);
      }
    }
  }
}
