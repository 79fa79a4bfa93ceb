import type { DataRoot } from '../endpoint/local/layout/data-root.js';
import { LOCAL_TASKS } from '../endpoint/local/local-tasks.js';
import {
  datasetKey,
  type TreeSpace,
  type UniqueSpaceInput,
  type UniqueSpaceResult,
} from '../endpoint/local/space/unique-space.js';
import type { DatasetInfo } from '../model/dataset.js';
import type { Log } from '../observe/log.js';
import type { WorkerPool } from '../worker/pool.js';

/** What is shared with live files changes without any dataset: all is measured anew now and then, when somebody asks. */
const ANEW_MS = 3_600_000;
/** Between two looks for datasets that are not known yet. */
const AGAIN_MS = 1_000;
/** So long who asks waits for a measurement. */
const PATIENCE_MS = 200;

export interface UniqueSpaceModules {
  readonly pool: WorkerPool;
  readonly log: Log;
  /** Milliseconds that pass whatever is done to the clock. */
  readonly uptime: () => number;
}

/** What each dataset of the local place takes alone, as it was when it was last measured; measured only when somebody asks. */
export class UniqueSpace implements AsyncDisposable {
  readonly #roots: readonly DataRoot[];
  readonly #modules: UniqueSpaceModules;
  readonly #trees = new Map<string, TreeSpace>();
  readonly #bytes = new Map<string, number>();
  readonly #stop = new AbortController();
  #measuring: Promise<void> = Promise.resolve();
  #isMeasuring = false;
  #startedAtMs = Number.NEGATIVE_INFINITY;
  #anewAtMs = Number.NEGATIVE_INFINITY;
  #isOld = false;

  constructor(options: { readonly roots: readonly DataRoot[] }, modules: UniqueSpaceModules) {
    this.#roots = options.roots;
    this.#modules = modules;
  }

  /** To be called when datasets have come or gone: what the others take alone is not what it was. */
  changed(): void {
    this.#isOld = true;
  }

  /** Bytes; undefined when `of` is to be asked, which measures. */
  known(dataset: Pick<DatasetInfo, 'id' | 'basePath'>): number | undefined {
    const isOld = this.#isOld || this.#modules.uptime() - this.#anewAtMs >= ANEW_MS;
    return isOld ? undefined : this.#bytes.get(datasetKey(dataset));
  }

  /** Bytes; null when the dataset was not measured yet, which takes a while where there are many. */
  async of(dataset: Pick<DatasetInfo, 'id' | 'basePath'>): Promise<number | null> {
    const key = datasetKey(dataset);
    const now = this.#modules.uptime();
    const isKnown = this.#bytes.has(key) && !this.#isOld;
    const isDue = isKnown ? now - this.#anewAtMs >= ANEW_MS : now - this.#startedAtMs >= AGAIN_MS;
    if ((isDue || this.#isOld) && !this.#isMeasuring) this.#begin(now);
    const left = this.#startedAtMs + PATIENCE_MS - now;
    if (!isKnown && this.#isMeasuring && left > 0) await this.#wait(left);
    return this.#bytes.get(key) ?? null;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#measuring;
  }

  async #wait(ms: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const over = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, ms);
    });
    await Promise.race([this.#measuring, over]);
    clearTimeout(timer);
  }

  #begin(now: number): void {
    if (this.#stop.signal.aborted) return;
    const isAnew = now - this.#anewAtMs >= ANEW_MS;
    if (isAnew) this.#anewAtMs = now;
    this.#startedAtMs = now;
    this.#isMeasuring = true;
    this.#isOld = false;
    this.#measuring = this.#measure(isAnew).finally(() => {
      this.#isMeasuring = false;
    });
  }

  async #measure(isAnew: boolean): Promise<void> {
    const { pool, log } = this.#modules;
    const { signal } = this.#stop;
    const present = new Set<string>();
    for (const root of this.#roots) {
      const known = isAnew ? [] : [...this.#trees.values()].map(({ stamp }) => stamp);
      const input: UniqueSpaceInput = { root: root.path, known };
      const onMessage = (space: TreeSpace) => this.#take(space);
      try {
        const { trees } = await pool.run<UniqueSpaceInput, UniqueSpaceResult, TreeSpace>(
          LOCAL_TASKS.uniqueSpace,
          input,
          { onMessage },
          signal,
        );
        for (const tree of trees) present.add(tree);
      } catch (error) {
        if (!signal.aborted)
          log.warn(
            { err: error, root: String(root.path) },
            'the space of each dataset was not measured',
          );
        return;
      }
    }
    for (const tree of this.#trees.keys()) if (!present.has(tree)) this.#forget(tree);
  }

  #take(space: TreeSpace): void {
    this.#forget(space.tree);
    this.#trees.set(space.tree, space);
    for (const { key, bytes } of space.datasets) this.#bytes.set(key, bytes);
  }

  #forget(tree: string): void {
    for (const { key } of this.#trees.get(tree)?.datasets ?? []) this.#bytes.delete(key);
    this.#trees.delete(tree);
  }
}
