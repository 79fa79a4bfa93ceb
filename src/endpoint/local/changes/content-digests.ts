import { applyMutations } from '../../../catalog/apply-mutations.js';
import { diffMaps } from '../../../catalog/diff-maps.js';
import { inodeSize, inodeType } from '../../../catalog/maps/inodes.js';
import { MAPS } from '../../../catalog/maps/map-params.js';
import { LEAF_BYTES } from '../../change-payload.js';
import type { ChangesInput, DigestsInput, DigestsResult } from './changes-input.js';
import { mergeSpills } from './digest-spill.js';
import type { PlaceDatasets } from './place-datasets.js';

/**
 * Adds the digests that a stream made to the dataset's content map;
 * the pages are durable afterwards.
 */
export async function addDigests(
  input: DigestsInput,
  datasets: PlaceDatasets,
  signal: AbortSignal,
): Promise<DigestsResult> {
  const { packs, pages } = datasets;
  const content = await applyMutations(
    {
      params: MAPS.content,
      base: input.dataset.maps.content,
      mutations: mergeSpills(input.spills),
      signal,
    },
    { pages, sink: packs },
  );
  await packs.sync();
  const leaves = await countLeaves(input, datasets, signal);
  return { content, full: (content?.count ?? 0) === leaves };
}

/** Leaves of all files. Where the base has all digests, only what differs is looked at. */
async function countLeaves(
  { dataset, base }: ChangesInput,
  { pages }: PlaceDatasets,
  signal: AbortSignal,
): Promise<number> {
  const known = base?.contentDigestState === 'full' ? base : null;
  const before = { pages, root: known?.maps.inodes ?? null };
  const after = { pages, root: dataset.maps.inodes };
  let leaves = known?.maps.content?.count ?? 0;
  for await (const batch of diffMaps({ before, after, signal })) {
    for (const change of batch) leaves += leavesOf(change.after) - leavesOf(change.before);
  }
  return leaves;
}

function leavesOf(inode: Uint8Array | null): number {
  if (inode === null || inodeType(inode) !== 'file') return 0;
  const size = inodeSize(inode);
  return Number((size + BigInt(LEAF_BYTES) - 1n) / BigInt(LEAF_BYTES));
}
