import type { DataRoot } from '../endpoint/local/layout/data-root.js';
import type { DatasetRecord } from '../endpoint/local/layout/dataset-record.js';
import type { DatasetRecordCache } from '../endpoint/local/layout/dataset-record-cache.js';
import type { LocalTreeId } from '../endpoint/local/layout/local-tree.js';
import type { TreeDirectory } from '../endpoint/local/layout/tree-directory.js';
import { PRE_REPAIR } from '../model/dataset.js';
import type { TreeSummaries, TreeSummary } from '../state/tree-summaries.js';

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

export interface LocalTreesModules {
  readonly records: Pick<DatasetRecordCache, 'list'>;
  readonly summaries: Pick<TreeSummaries, 'all' | 'save' | 'remove'>;
  readonly log: { warn(fields: object, message: string): void };
}

/** How a summary is made of records: to be raised with every change of that, for summaries outlive the program. */
const SUMMARY = 2;
const UNENTERED: ReadonlySet<string> = new Set(['mount_point', 'nested_subvolume', 'unentered']);

/**
 * The trees below the roots of this agent. The records of a tree's datasets are read again only when one of them
 * was written, also after a restart.
 */
export class LocalTrees {
  readonly #roots: readonly DataRoot[];
  readonly #modules: LocalTreesModules;
  #known: Promise<Map<string, TreeSummary>> | null = null;

  constructor(options: { roots: readonly DataRoot[] }, modules: LocalTreesModules) {
    this.#roots = options.roots;
    this.#modules = modules;
  }

  async list(nowMs: number): Promise<TreeOverview[]> {
    const known = await this.#summaries();
    const trees = this.#roots.flatMap((root) => root.trees());
    const found: TreeOverview[] = [];
    for (const { directory, tree } of trees) {
      const { newestAtMs, unentered, retentions } = await this.#summaryOf(directory, known);
      found.push({
        path: tree.basePath,
        role: tree.role,
        released: tree.released,
        datasets: retentions.length,
        newestAtMs,
        unentered: unentered.map((path) => Buffer.from(path, 'base64')),
        overdue: retentions.filter(
          ({ expiresAtMs, reserve, newer }) =>
            expiresAtMs !== null && expiresAtMs < nowMs && newer >= reserve,
        ).length,
      });
    }
    await this.#forgetGone(new Set(trees.map(({ tree }) => tree.localTree)), known);
    return found;
  }

  /** A failure to read them is tried again by the next call. */
  #summaries(): Promise<Map<string, TreeSummary>> {
    this.#known ??= this.#modules.summaries.all().catch((error: unknown) => {
      this.#known = null;
      throw error;
    });
    return this.#known;
  }

  async #summaryOf(
    directory: TreeDirectory,
    known: Map<string, TreeSummary>,
  ): Promise<TreeSummary> {
    const stamp = directory.datasetsStamp();
    const text = `${SUMMARY} ${stamp.text}`;
    const before = known.get(directory.id);
    if (before?.stamp === text) return before;
    const summary = summaryOf(text, await this.#modules.records.list(directory));
    if (directory.isSettled(stamp)) {
      known.set(directory.id, summary);
      await this.#note('kept', () => this.#modules.summaries.save(directory.id, summary));
    }
    return summary;
  }

  async #forgetGone(
    present: ReadonlySet<LocalTreeId>,
    known: Map<string, TreeSummary>,
  ): Promise<void> {
    const gone = [...known.keys()].filter((id) => !present.has(id as LocalTreeId));
    if (gone.length === 0) return;
    for (const id of gone) known.delete(id);
    await this.#note('forgotten', () => this.#modules.summaries.remove(gone));
  }

  /** What is known is shown also while the state cannot be written: it is only slower after a restart. */
  async #note(what: string, write: () => Promise<void>): Promise<void> {
    try {
      await write();
    } catch (error) {
      this.#modules.log.warn({ err: error }, `summaries of trees could not be ${what}`);
    }
  }
}

function summaryOf(stamp: string, records: readonly DatasetRecord[]): TreeSummary {
  const newestFirst = records
    .filter(({ state }) => state.startsWith('COMPLETE'))
    .sort((a, b) => b.committedAtMs - a.committedAtMs);
  const [newest] = newestFirst;
  const unentered = (newest?.warnings ?? []).filter(({ code }) => UNENTERED.has(code));
  let newer = 0;
  return {
    stamp,
    newestAtMs: newest?.createdAtMs ?? null,
    unentered: unentered.map(({ path }) => Buffer.from(path).toString('base64')),
    // As overdueDatasets counts them.
    retentions: newestFirst.map(({ expiresAtMs, retention, name }) => ({
      expiresAtMs,
      reserve: retention.reserve,
      newer: name === PRE_REPAIR ? newer : newer++,
    })),
  };
}
