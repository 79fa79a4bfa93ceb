import type { StateDatabase } from './database.js';
import { keys, ranges } from './keys.js';

/** What the records of a tree's complete datasets say, together, as far as it is shown without reading them. */
export interface TreeSummary {
  /** Of the records that were read; those with another one say something else. */
  readonly stamp: string;
  /** When the newest dataset was made at its origin; null when there is none. */
  readonly newestAtMs: number | null;
  /** Mount points and the like below which the newest dataset has nothing, each in base64. */
  readonly unentered: readonly string[];
  /** Of each dataset, the last committed first. `newer`: how many of those that a reserve counts are newer. */
  readonly retentions: readonly {
    readonly expiresAtMs: number | null;
    readonly reserve: number;
    readonly newer: number;
  }[];
}

/** Summaries by local tree, so that after a start nobody waits until thousands of records have been read again. */
export class TreeSummaries {
  readonly #database: StateDatabase;

  constructor(modules: { database: StateDatabase }) {
    this.#database = modules.database;
  }

  async all(): Promise<Map<string, TreeSummary>> {
    const found = new Map<string, TreeSummary>();
    for await (const [key, stored] of this.#database.entries(ranges.treeSummary)) {
      found.set(key.slice(ranges.treeSummary.length), stored as TreeSummary);
    }
    return found;
  }

  async save(localTree: string, summary: TreeSummary): Promise<void> {
    await this.#database.write([{ put: keys.treeSummary(localTree), value: summary }]);
  }

  async remove(localTrees: Iterable<string>): Promise<void> {
    const gone = [...localTrees].map((tree) => ({ delete: keys.treeSummary(tree) }));
    if (gone.length > 0) await this.#database.write(gone);
  }
}
