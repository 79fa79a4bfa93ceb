import type { DataRoot } from '../endpoint/local/layout/data-root.js';
import type { DatasetRecordCache } from '../endpoint/local/layout/dataset-record-cache.js';
import type { LocalTreeId } from '../endpoint/local/layout/local-tree.js';
import type { TreeDirectory } from '../endpoint/local/layout/tree-directory.js';
import type { DatasetId } from '../model/ids.js';

/** A local tree and its datasets, as their records say. */
export interface TreeOverview {
  readonly path: Uint8Array;
  readonly role: 'origin' | 'received';
  /** Given to its users here: copies into it are refused until it is reclaimed. */
  readonly released: boolean;
  readonly datasets: number;
  /** When the newest dataset was made at its origin; null before there is one. */
  readonly newestAtMs: number | null;
  /** Mount points, nested subvolumes and the like that its capture did not go into. */
  readonly unentered: readonly Uint8Array[];
  /** Datasets whose retention is over, though they are not among the newest that are reserved. */
  readonly overdue: number;
}

/** What is kept in memory of a dataset's record. */
interface DatasetSummary {
  readonly stamp: string;
  readonly complete: boolean;
  readonly createdAtMs: number;
  readonly committedAtMs: number;
  readonly expiresAtMs: number | null;
  readonly reserve: number;
  readonly unentered: readonly Uint8Array[];
}

const UNENTERED: ReadonlySet<string> = new Set(['mount_point', 'nested_subvolume', 'unentered']);
/** Records looked at before others get their turn. */
const AT_ONCE = 200;

/**
 * The trees below the roots of this agent. What was read of a dataset once
 * is read again only when it was written.
 */
export class LocalTrees {
  readonly #roots: readonly DataRoot[];
  readonly #records: Pick<DatasetRecordCache, 'read'>;
  readonly #known = new Map<LocalTreeId, ReadonlyMap<DatasetId, DatasetSummary>>();

  constructor(
    options: { roots: readonly DataRoot[] },
    modules: { records: Pick<DatasetRecordCache, 'read'> },
  ) {
    this.#roots = options.roots;
    this.#records = modules.records;
  }

  async list(nowMs: number): Promise<TreeOverview[]> {
    const trees = this.#roots.flatMap((root) => root.trees());
    const found: TreeOverview[] = [];
    for (const { directory, tree } of trees) {
      const datasets = await this.#datasetsOf(directory);
      found.push({
        path: tree.basePath,
        role: tree.role,
        released: tree.released,
        ...overviewOf([...datasets.values()], nowMs),
      });
    }
    const present = new Set(trees.map(({ tree }) => tree.localTree));
    for (const id of this.#known.keys()) if (!present.has(id)) this.#known.delete(id);
    return found;
  }

  async #datasetsOf(directory: TreeDirectory): Promise<ReadonlyMap<DatasetId, DatasetSummary>> {
    const before = this.#known.get(directory.id);
    const now = new Map<DatasetId, DatasetSummary>();
    for (const [count, id] of directory.datasetIds().entries()) {
      if (count % AT_ONCE === AT_ONCE - 1) await new Promise((resolve) => setImmediate(resolve));
      const summary = this.#summaryOf(directory, id, before?.get(id));
      if (summary !== null) now.set(id, summary);
    }
    this.#known.set(directory.id, now);
    return now;
  }

  /** Null when the dataset is gone. */
  #summaryOf(
    directory: TreeDirectory,
    id: DatasetId,
    known: DatasetSummary | undefined,
  ): DatasetSummary | null {
    const stamp = directory.datasetStamp(id);
    if (stamp === null) return null;
    if (known?.stamp === stamp) return known;
    const record = this.#records.read(directory, id);
    if (record === null) return null;
    return {
      stamp,
      complete: record.state.startsWith('COMPLETE'),
      createdAtMs: record.createdAtMs,
      committedAtMs: record.committedAtMs,
      expiresAtMs: record.expiresAtMs,
      reserve: record.retention.reserve,
      unentered: record.warnings.filter(({ code }) => UNENTERED.has(code)).map(({ path }) => path),
    };
  }
}

function overviewOf(
  datasets: readonly DatasetSummary[],
  nowMs: number,
): Pick<TreeOverview, 'datasets' | 'newestAtMs' | 'unentered' | 'overdue'> {
  const newestFirst = datasets
    .filter(({ complete }) => complete)
    .sort((a, b) => b.committedAtMs - a.committedAtMs);
  const [newest] = newestFirst;
  return {
    datasets: newestFirst.length,
    newestAtMs: newest?.createdAtMs ?? null,
    unentered: newest?.unentered ?? [],
    overdue: newestFirst.filter(
      ({ expiresAtMs, reserve }, position) =>
        expiresAtMs !== null && expiresAtMs < nowMs && position >= reserve,
    ).length,
  };
}
