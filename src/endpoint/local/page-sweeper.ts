import type { WorkerPool } from '../../worker/pool.js';
import type { DataRoot } from './layout/data-root.js';
import { LOCAL_TASKS } from './local-tasks.js';
import type { OpenDatasets } from './open-datasets.js';
import { presentPacks } from './space/needed-maps.js';
import type { SweepInput, SweepResult } from './space/sweep-pages.js';

/** Frees the catalog pages that deleted datasets leave. */
export class PageSweeper {
  readonly #roots: readonly DataRoot[];
  readonly #modules: { readonly pool: WorkerPool; readonly holds: OpenDatasets };
  /** Deletions that had begun when a root was last swept. */
  readonly #swept = new Map<DataRoot, number>();
  #running: Promise<unknown> = Promise.resolve();

  constructor(
    options: { roots: readonly DataRoot[] },
    modules: { pool: WorkerPool; holds: OpenDatasets },
  ) {
    this.#roots = options.roots;
    this.#modules = modules;
  }

  /**
   * Sweeps every root in which something was deleted since, or was perhaps before the agent
   * started; returns the bytes that came free. A root where pages are being written is left for the
   * next time: what no record names yet must not go.
   */
  sweep(signal: AbortSignal): Promise<number> {
    const swept = this.#running.then(() => this.#sweepAll(signal));
    this.#running = swept.catch(() => undefined);
    return swept;
  }

  async #sweepAll(signal: AbortSignal): Promise<number> {
    const { holds } = this.#modules;
    let freed = 0;
    for (const root of this.#roots) {
      const { deletions } = holds;
      if (this.#swept.get(root) === deletions || !holds.isQuiet(root.pagesPath)) continue;
      // In one turn with the question: whoever begins to write now makes new packs.
      const packs = presentPacks(root);
      const { freedBytes } = await this.#modules.pool.run<SweepInput, SweepResult>(
        LOCAL_TASKS.sweep,
        { root: root.path, packs },
        {},
        signal,
      );
      this.#swept.set(root, deletions);
      freed += freedBytes;
    }
    return freed;
  }
}
