import { randomBytes } from 'node:crypto';
import { applyMutations } from '../../../catalog/apply-mutations.js';
import { Catalog } from '../../../catalog/catalog.js';
import type { MapRoot } from '../../../catalog/map-root.js';
import type { Mutation } from '../../../catalog/map-types.js';
import { MAPS } from '../../../catalog/maps/map-params.js';
import { rootDigest } from '../../../catalog/root-digest.js';
import { PRE_REPAIR } from '../../../model/dataset.js';
import { DmError } from '../../../model/error.js';
import { parseDatasetId } from '../../../model/ids.js';
import { compareTree } from '../capture/compare-tree.js';
import { prepareScratch } from '../capture/leftovers.js';
import type { DatasetRecord } from '../layout/dataset-record.js';
import type { LocalTree } from '../layout/local-tree.js';
import { close } from '../sys/open.js';
import { statFd } from '../sys/stat.js';
import { saveAdopted } from './adoption.js';
import { TreeMatch, TreeMatcher } from './match-tree.js';
import type { Workspace } from './workspace.js';

/**
 * Takes the tree that lies at the target for a copy of the session's dataset that was changed by hand: what is as in the
 * dataset counts as received, the rest is repaired by the session as drift is. Nothing of the tree is touched. The session
 * must know its dataset's structure; it has to be opened again afterwards.
 */
export async function adoptTree(workspace: Workspace, signal: AbortSignal): Promise<void> {
  const { directory, place, record, datasets } = workspace;
  const baseFd = workspace.openBase();
  if (baseFd === null) {
    throw new DmError('target_changed', 'the tree that was to be adopted is gone; run it again');
  }
  try {
    const matched = await match(workspace, baseFd, signal);
    const dataset = asDataset(record.draft, matched.content);
    const found = await lookAround(workspace, dataset, matched.tree, baseFd, signal);
    await datasets.packs.sync();
    directory.writeBookmark(dataset);
    directory.writeBookmark(found.record);
    saveAdopted(directory, record.session, { ...place.tree, ...found.live, head: found.record.id });
    workspace.save({ base: dataset.id });
  } finally {
    close(baseFd);
  }
}

interface Matched {
  readonly tree: LocalTree;
  readonly content: MapRoot | null;
}

async function match(workspace: Workspace, baseFd: number, signal: AbortSignal): Promise<Matched> {
  const { record, place, pages, datasets, staging } = workspace;
  const catalog = new Catalog(record.draft.maps, workspace);
  using found = new TreeMatch(staging.spillPath);
  await new TreeMatcher({ catalog, match: found }, signal).run(baseFd);
  const build = (
    map: 'bindings' | 'inodeIndex' | 'content',
    mutations: AsyncIterable<Mutation[]>,
  ) =>
    applyMutations(
      { params: MAPS[map], base: null, mutations, signal },
      { pages, sink: datasets.packs },
    );
  const tree = {
    ...place.tree,
    head: record.draft.id,
    bindings: await build('bindings', found.bindings.sorted(signal)),
    inodeIndex: await build('inodeIndex', found.inodeIndex.sorted(signal)),
  };
  return { tree, content: await build('content', found.content(signal)) };
}

/** The dataset as if it had been received, with the digests of what was read here. */
function asDataset(draft: DatasetRecord, content: MapRoot | null): DatasetRecord {
  return { ...draft, state: 'COMPLETE', provider: 'none', maps: { ...draft.maps, content } };
}

/** The tree as it is, told against the dataset. */
async function lookAround(
  { directory, pages, datasets }: Workspace,
  dataset: DatasetRecord,
  tree: LocalTree,
  baseFd: number,
  signal: AbortSignal,
): Promise<{ record: DatasetRecord; live: Pick<LocalTree, 'bindings' | 'inodeIndex'> }> {
  const id = parseDatasetId(randomBytes(16).toString('hex'));
  prepareScratch(directory);
  const { maps, live } = await compareTree(
    {
      baseFd,
      device: BigInt(statFd(baseFd).dev),
      privateDirectories: [],
      excludes: [],
      scratch: directory.scratchPath,
      maps: dataset.maps,
      tree,
      id,
      content: 'adopt',
      // What is not in the dataset gets identities that end with this receive.
      system: dataset.originSystem,
    },
    { pages, sink: datasets.packs },
    signal,
  );
  const kept = { ...maps, exceptions: null };
  const record: DatasetRecord = {
    ...dataset,
    id,
    name: PRE_REPAIR,
    parents: [dataset.id],
    maps: kept,
    rootDigest: rootDigest(kept),
    contentDigest: null,
    contentDigestState: 'none',
  };
  return { record, live };
}
