import { rmSync } from 'node:fs';
import { PRE_REPAIR } from '../../../model/dataset.js';
import { splitPath } from '../../../model/entry-name.js';
import { DmError } from '../../../model/error.js';
import type { DatasetId, SystemGuid } from '../../../model/ids.js';
import type { Task } from '../../../worker/task.js';
import type { Retention } from '../../target.js';
import { captureDataset } from '../capture/capture-task.js';
import { compareTree } from '../capture/compare-tree.js';
import { deleteDataset } from '../capture/delete-task.js';
import { prepareScratch } from '../capture/leftovers.js';
import { type OpenBase, openBase } from '../capture/open-base.js';
import { PlaceDatasets, type TreePlace } from '../changes/place-datasets.js';
import { DataRoot, type FileIdentity } from '../layout/data-root.js';
import { close } from '../sys/open.js';
import { lacksAsExpected } from './expected-lacks.js';
import { openOrMakeAll } from './flip/publish.js';
import { sessionError } from './receive-failure.js';

export interface DriftInput {
  readonly place: TreePlace;
  /** Absolute path of the data root. */
  readonly root: Uint8Array;
  readonly otherPrivateDirectories: readonly FileIdentity[];
  readonly system: SystemGuid;
  /** `fail`: `target_drifted` when the tree is not as the last receive left it. */
  readonly onDrift: 'repair' | 'fail';
  /** Id for the dataset that keeps the drift. */
  readonly id: DatasetId;
  readonly retention: Retention;
  readonly nowMs: number;
}

export interface DriftResult {
  /** The tree stands at what it was found to be. */
  readonly drifted: boolean;
  /** That is kept as a dataset. */
  readonly kept: boolean;
}

type Drift = 'none' | 'lacks' | 'changed';

/**
 * Compares a received tree with what the last receive left. What was changed by hand since is kept as a dataset
 * `pre-repair`, which the tree stands at afterwards. When it only lacks what that receive could not put there, the
 * tree comes to stand at it as well, so that the copy tries again, and no dataset is kept.
 */
export const driftTask: Task<DriftInput, DriftResult> = async (input, io) => {
  try {
    return await compareAndKeep(input, io.signal);
  } catch (error) {
    throw sessionError(error, 'look for changes by hand in', input.place.tree.basePath);
  }
};

async function compareAndKeep(input: DriftInput, signal: AbortSignal): Promise<DriftResult> {
  using root = DataRoot.open(input.root);
  const drift = await findDrift(root, input, signal);
  if (drift === 'none') return { drifted: false, kept: false };
  const shown = Buffer.from(input.place.tree.basePath).toString();
  if (drift === 'changed' && input.onDrift === 'fail') {
    throw new DmError(
      'target_drifted',
      `${shown} was changed since the last copy; undo that, or let the copy repair it`,
    );
  }
  await keepDrift(root, input, signal);
  if (drift === 'changed') return { drifted: true, kept: true };
  const { localTree } = input.place.tree;
  await deleteDataset({ root: input.root, localTree, id: input.id }, signal);
  return { drifted: true, kept: false };
}

async function findDrift(root: DataRoot, input: DriftInput, signal: AbortSignal): Promise<Drift> {
  const { tree } = input.place;
  const base = openOrMakeBase(root, input);
  const datasets = await PlaceDatasets.open({ place: input.place });
  try {
    const { pages, packs, directory } = datasets;
    const head = tree.head === null ? null : directory.readCatalogOf(tree.head);
    if (head === null) throw new DmError('corrupt', 'the record of the tree’s head is missing');
    prepareScratch(directory);
    const found = await compareTree(
      {
        baseFd: base.fd,
        device: base.identity.device,
        privateDirectories: [root.privateIdentity, ...input.otherPrivateDirectories],
        excludes: [],
        scratch: directory.scratchPath,
        maps: head.maps,
        tree,
        id: input.id,
        content: 'observe',
        system: input.system,
      },
      { pages, sink: packs },
      signal,
    );
    const isSame = (['entries', 'inodes', 'links'] as const).every(
      (map) => found.maps[map]?.digest === head.maps[map]?.digest,
    );
    if (isSame) return 'none';
    const trees = { head: head.maps, found: found.maps, tree };
    return (await lacksAsExpected(trees, pages, signal)) ? 'lacks' : 'changed';
  } finally {
    close(base.fd);
    await datasets.packs.discard();
    await datasets[Symbol.asyncDispose]();
  }
}

/** A target that was removed is a tree whose entries are all gone. */
function openOrMakeBase(root: DataRoot, { place, onDrift }: DriftInput): OpenBase {
  try {
    return openBase(root, place.tree.basePath);
  } catch (error) {
    const isMissing = error instanceof DmError && error.code === 'source_missing';
    if (!isMissing || onDrift === 'fail') throw error;
    close(openOrMakeAll(root.fd, splitPath(place.livePath)));
    return openBase(root, place.tree.basePath);
  }
}

async function keepDrift(root: DataRoot, input: DriftInput, signal: AbortSignal): Promise<void> {
  const { tree } = input.place;
  const { localTree } = await captureDataset(
    {
      root: root.path,
      basePath: tree.basePath,
      name: PRE_REPAIR,
      excludes: [],
      provider: 'live',
      retention: input.retention,
      system: input.system,
      acceptSource: true,
      partial: 'allow',
      minFreePercent: 0,
      otherPrivateDirectories: input.otherPrivateDirectories,
      nowMs: input.nowMs,
      id: input.id,
    },
    async () => undefined,
    signal,
  );
  rmSync(root.treeDirectory(localTree).scratchPath, { recursive: true, force: true });
}
