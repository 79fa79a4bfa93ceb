import { setImmediate as loopTurn } from 'node:timers/promises';
import { PageReader } from '../../../catalog/page-reader.js';
import { PagePacks } from '../../../repository/page-packs.js';
import type { Task } from '../../../worker/task.js';
import { LostContents } from '../capture/lost-contents.js';
import { DataRoot } from '../layout/data-root.js';
import type { DatasetRecord } from '../layout/dataset-record.js';
import type { TreeDirectory } from '../layout/tree-directory.js';

export interface UniqueSpaceInput {
  readonly root: Uint8Array;
  /** Stamps of trees that need not be looked at again. */
  readonly known: readonly string[];
}

export interface UniqueSpaceResult {
  /** Every tree that is there. */
  readonly trees: readonly string[];
}

/** The datasets of one tree. */
export interface TreeSpace {
  readonly tree: string;
  /** Says which datasets there were: with the same ones it need not be looked at again soon. */
  readonly stamp: string;
  readonly datasets: readonly { readonly key: string; readonly bytes: number }[];
}

/** Names a dataset among all of an agent: a tree and a copy of it may lie at one. */
export function datasetKey(dataset: {
  readonly id: string;
  readonly basePath: Uint8Array;
}): string {
  return `${dataset.id} ${Buffer.from(dataset.basePath).toString('base64')}`;
}

/**
 * Measures for each dataset of a root the storage that it alone takes, which its deletion would free. Sends each tree's
 * when it is measured; those that are known and gone ones are left out.
 */
export const uniqueSpaceTask: Task<UniqueSpaceInput, UniqueSpaceResult, TreeSpace> = async (
  input,
  io,
) => {
  using root = DataRoot.open(input.root);
  await using packs = await PagePacks.open({ directory: root.pagesPath });
  const known = new Set(input.known);
  const trees: string[] = [];
  for (const { directory } of root.trees()) {
    io.signal.throwIfAborted();
    trees.push(directory.id);
    const stamp = `${directory.id} ${directory.datasetIds().join(' ')}`;
    if (known.has(stamp)) continue;
    const datasets = await measureTree(root, directory, packs, io.signal);
    await io.emit({ tree: directory.id, stamp, datasets });
  }
  return { trees };
};

async function measureTree(
  root: DataRoot,
  directory: TreeDirectory,
  packs: PagePacks,
  signal: AbortSignal,
): Promise<TreeSpace['datasets']> {
  const { basePath } = directory.load();
  const records = directory.listDatasets();
  const pages = new PageReader({}, { source: packs });
  const found: { key: string; bytes: number }[] = [];
  for (const [at, record] of records.entries()) {
    signal.throwIfAborted();
    const key = datasetKey({ id: record.id, basePath });
    // Nothing has changed since the one before, or until the next: nothing is its alone.
    if (hasSameFiles(record, records[at - 1]) || hasSameFiles(record, records[at + 1])) {
      found.push({ key, bytes: 0 });
      continue;
    }
    // The thread is shared: a stop is heard between two datasets.
    await loopTurn();
    using contents = new LostContents(record, { root, directory, pages, step: () => undefined });
    const others = records.filter((one) => one !== record);
    const bytes = Number(await contents.measure(others, signal));
    found.push({ key, bytes });
  }
  return found;
}

function hasSameFiles(one: DatasetRecord, other: DatasetRecord | undefined): boolean {
  const [left, right] = [one, other].map((record) => record?.maps.inodes);
  return left?.digest !== undefined && left.digest === right?.digest;
}
