import { rmSync } from 'node:fs';
import { Catalog } from '../../../catalog/catalog.js';
import { MapReader } from '../../../catalog/map-reader.js';
import { decodeBinding } from '../../../catalog/maps/bindings.js';
import { encodeGfidKey } from '../../../catalog/maps/gfid-key.js';
import type { PageReader } from '../../../catalog/page-reader.js';
import { PRE_REPAIR } from '../../../model/dataset.js';
import { splitPath } from '../../../model/entry-name.js';
import { DmError } from '../../../model/error.js';
import { type DatasetId, ROOT_GFID, type SystemGuid } from '../../../model/ids.js';
import type { Task } from '../../../worker/task.js';
import type { Retention } from '../../target.js';
import { captureDataset } from '../capture/capture-task.js';
import { compareTree } from '../capture/compare-tree.js';
import { deleteDataset } from '../capture/delete-task.js';
import { prepareScratch } from '../capture/leftovers.js';
import { type OpenBase, openBase } from '../capture/open-base.js';
import { PlaceDatasets, type TreePlace } from '../changes/place-datasets.js';
import { DataRoot, type FileIdentity } from '../layout/data-root.js';
import { DirectoryFinder } from '../layout/directory-finder.js';
import type { LocalTree, Watermark } from '../layout/local-tree.js';
import { syncfsInBackground } from '../sys/data.js';
import { SysError } from '../sys/errno.js';
import { hasMountsBelow } from '../sys/mounts.js';
import { close, openSelf } from '../sys/open.js';
import { statFd } from '../sys/stat.js';
import { lacksAsExpected } from './expected-lacks.js';
import { openOrMakeAll } from './flip/publish.js';
import { sessionError } from './receive-failure.js';
import { isUntouchedSince, takeWatermark } from './watermark.js';

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
  /** Of a tree that has not drifted. */
  readonly watermark: Watermark | null;
  /** Everything was looked at; else only what btrfs says was changed. */
  readonly walked: boolean;
}

interface FoundDrift {
  readonly drift: 'none' | 'lacks' | 'changed';
  readonly watermark: Watermark | null;
  readonly walked: boolean;
}

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
  const { drift, watermark, walked } = await findDrift(root, input, signal);
  if (drift === 'none') return { drifted: false, kept: false, watermark, walked };
  const shown = Buffer.from(input.place.tree.basePath).toString();
  if (drift === 'changed' && input.onDrift === 'fail') {
    throw new DmError(
      'target_drifted',
      `${shown} was changed since the last copy; undo that, or let the copy repair it`,
    );
  }
  await keepDrift(root, input, signal);
  if (drift === 'changed') return { drifted: true, kept: true, watermark: null, walked };
  const { localTree } = input.place.tree;
  await deleteDataset({ root: input.root, localTree, id: input.id }, signal);
  return { drifted: true, kept: false, watermark: null, walked };
}

async function findDrift(
  root: DataRoot,
  input: DriftInput,
  signal: AbortSignal,
): Promise<FoundDrift> {
  const { tree } = input.place;
  const datasets = await PlaceDatasets.open({ place: input.place });
  let base: OpenBase | null = null;
  try {
    base = openOrMakeBase(root, input);
    const { pages, packs, directory } = datasets;
    const head = tree.head === null ? null : directory.readCatalogOf(tree.head);
    if (head === null) throw new DmError('corrupt', 'the record of the tree’s head is missing');
    const watermark = await reachedNow(base.fd, head.id);
    if (watermark !== null && head.maps.exceptions === null) {
      const catalog = new Catalog(head.maps, { pages });
      if (await isKnownUntouched({ tree, fd: base.fd, pages, catalog }, signal)) {
        return { drift: 'none', watermark, walked: false };
      }
    }
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
    if (isSame) return { drift: 'none', watermark, walked: true };
    const trees = { head: head.maps, found: found.maps, tree };
    const isLack = await lacksAsExpected(trees, pages, signal);
    return { drift: isLack ? 'lacks' : 'changed', watermark: null, walked: true };
  } finally {
    if (base !== null) close(base.fd);
    await datasets.packs.discard();
    await datasets[Symbol.asyncDispose]();
  }
}

/** What was changed until now is on disk, where that is told. Null also where it cannot be brought there: a walk does without. */
async function reachedNow(baseFd: number, head: DatasetId): Promise<Watermark | null> {
  if (takeWatermark(baseFd, head) === null) return null;
  try {
    await syncfsInBackground(baseFd);
  } catch (error) {
    if (error instanceof SysError) return null;
    throw error;
  }
  return takeWatermark(baseFd, head);
}

/** Whether btrfs's own record says that the tree is as it was left. It says nothing of what is mounted in the tree. */
async function isKnownUntouched(
  given: {
    readonly tree: LocalTree;
    readonly fd: number;
    readonly pages: PageReader;
    readonly catalog: Catalog;
  },
  signal: AbortSignal,
): Promise<boolean> {
  const { tree, fd, pages, catalog } = given;
  const { head, watermark } = tree;
  if (watermark === null || watermark.head !== head || hasMountsBelow(fd)) return false;
  const bindings = new MapReader(pages, tree.bindings);
  const root = await bindings.get(encodeGfidKey(ROOT_GFID));
  if (root === null || decodeBinding(root).ino !== statFd(fd).ino) return false;
  using directories = new DirectoryFinder({
    ...{ catalog, make: false },
    openBase: () => openSelf(fd),
    aside: () => null,
  });
  const inodeIndex = new MapReader(pages, tree.inodeIndex);
  const bound = { bindings, inodeIndex, catalog, directories };
  return await isUntouchedSince(fd, watermark, bound, signal);
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
