import { randomBytes } from 'node:crypto';
import { mkdirSync, rmSync, statSync } from 'node:fs';
import type { WorkerPool } from '../../../worker/pool.js';
import type { DatasetRecord } from '../layout/dataset-record.js';
import type { TreeDirectory } from '../layout/tree-directory.js';
import type { OpenDatasets } from '../open-datasets.js';
import {
  CHANGES_TASKS,
  type ChangesInput,
  type DigestsInput,
  type DigestsResult,
} from './changes-input.js';

export interface DigestKeeperModules {
  readonly pool: WorkerPool;
  readonly directory: TreeDirectory;
  readonly holds: Pick<OpenDatasets, 'writePages'>;
  readonly log?: { warn(fields: object, message: string): void };
}

/**
 * Puts the leaf digests that streams of a tree made into the records of
 * its datasets, one after the other.
 */
export class DigestKeeper {
  readonly #modules: DigestKeeperModules;
  /** Never fails. */
  #last: Promise<void> = Promise.resolve();

  constructor(modules: DigestKeeperModules) {
    this.#modules = modules;
  }

  /** Paths for files that lanes write their digests into. None when there is no room for them. */
  newSpills(lanes: number): string[] {
    const folder = `${this.#modules.directory.path}/digests`;
    try {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
    } catch (error) {
      this.#modules.log?.warn({ err: error }, 'leaf digests of a stream are not kept');
      return [];
    }
    const name = randomBytes(8).toString('hex');
    return Array.from({ length: lanes }, (_, lane) => `${folder}/${name}.${lane}`);
  }

  /**
   * Removes what streams of an earlier process left behind; to be called before the first stream.
   */
  removeLeftovers(): void {
    rmSync(`${this.#modules.directory.path}/digests`, { recursive: true, force: true });
  }

  /**
   * Updates the dataset's record atomically. What was streamed is right without it: digests that
   * could not be kept (`lost`, or a full disk here) are logged. Fails only by the signal.
   */
  async keep(
    input: ChangesInput,
    lost: string | null,
    spills: readonly string[],
    signal: AbortSignal,
  ): Promise<void> {
    const { log } = this.#modules;
    if (lost !== null) log?.warn({ reason: lost }, 'leaf digests of a stream are not kept');
    if (lost !== null || spills.every(isEmpty)) return;
    const kept = this.#last.then(async () => {
      try {
        await this.#add(input, spills, signal);
      } catch (error) {
        if (!signal.aborted) log?.warn({ err: error }, 'leaf digests of a stream are not kept');
      }
    });
    this.#last = kept;
    await kept;
    signal.throwIfAborted();
  }

  async #add(input: ChangesInput, spills: readonly string[], signal: AbortSignal): Promise<void> {
    const { pool, directory } = this.#modules;
    const { id } = input.dataset;
    // Another stream may have added digests since this one began.
    const dataset = directory.readDataset(id);
    if (dataset === null) return;
    using _pages = this.#modules.holds.writePages(input.place.pagesPath);
    const { content, full } = await pool.run<DigestsInput, DigestsResult>(
      CHANGES_TASKS.digests,
      { ...input, dataset, spills },
      {},
      signal,
    );
    const now = directory.readDataset(id);
    if (now === null) return;
    const updated: DatasetRecord = {
      ...now,
      maps: { ...now.maps, content },
      contentDigest: content?.digest ?? null,
      contentDigestState: full ? 'full' : 'partial',
    };
    directory.writeDataset(updated);
  }
}

function isEmpty(path: string): boolean {
  return (statSync(path, { throwIfNoEntry: false })?.size ?? 0) === 0;
}
