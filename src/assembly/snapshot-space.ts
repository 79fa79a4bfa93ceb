import type { DataRoot } from '../endpoint/local/layout/data-root.js';
import { LOCAL_TASKS } from '../endpoint/local/local-tasks.js';
import type { SpaceInput, SpaceResult } from '../endpoint/local/space/version-space.js';
import type { Log } from '../observe/log.js';
import type { Clock } from '../util/clock.js';
import type { WorkerPool } from '../worker/pool.js';

/**
 * Looking at every kept version takes its time: once an hour, and only when somebody wants to know.
 */
const EVERY_MS = 3_600_000;

export interface SnapshotSpaceModules {
  readonly pool: WorkerPool;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * What the datasets of each root take beside the live trees, as it was when it was last measured.
 */
export class SnapshotSpace implements AsyncDisposable {
  readonly #roots: readonly DataRoot[];
  readonly #modules: SnapshotSpaceModules;
  readonly #bytes = new Map<DataRoot, number>();
  readonly #stop = new AbortController();
  #measuring: Promise<void> = Promise.resolve();
  #startedAtMs = Number.NEGATIVE_INFINITY;

  constructor(options: { roots: readonly DataRoot[] }, modules: SnapshotSpaceModules) {
    this.#roots = options.roots;
    this.#modules = modules;
  }

  /**
   * Bytes by root; a root that was not measured yet is missing. Starts a
   * measurement when the last one is old.
   */
  latest(): ReadonlyMap<DataRoot, number> {
    const now = this.#modules.clock.now();
    // However the clock was set meanwhile.
    if (Math.abs(now - this.#startedAtMs) >= EVERY_MS && !this.#stop.signal.aborted) {
      this.#startedAtMs = now;
      this.#measuring = this.#measure();
    }
    return this.#bytes;
  }

  /** Resolves when no measurement is under way. */
  settled(): Promise<void> {
    return this.#measuring;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#measuring;
  }

  async #measure(): Promise<void> {
    const { pool, log } = this.#modules;
    const { signal } = this.#stop;
    for (const root of this.#roots) {
      try {
        const { bytes } = await pool.run<SpaceInput, SpaceResult>(
          LOCAL_TASKS.space,
          { root: root.path },
          {},
          signal,
        );
        this.#bytes.set(root, bytes);
      } catch (error) {
        if (signal.aborted) return;
        log.warn({ err: error, root: String(root.path) }, 'the space of datasets was not measured');
      }
    }
  }
}
