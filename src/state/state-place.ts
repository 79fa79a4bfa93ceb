import { type FileHandle, open, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { DmError } from '../model/error.js';

/** LevelDB's own name for what it opens first; there as long as the database is. */
const CURRENT = 'CURRENT';

/**
 * The directory of an open database. Files that were deleted while they are open take writes and
 * syncs as before, so only a look at the directory tells that what is written will never be read.
 */
export class StatePlace implements AsyncDisposable {
  readonly path: string;
  readonly #handle: FileHandle;
  #lost: DmError | null = null;

  private constructor(path: string, handle: FileHandle) {
    this.path = path;
    this.#handle = handle;
  }

  static async open(path: string): Promise<StatePlace> {
    return new StatePlace(path, await open(path, 'r'));
  }

  /** What the last `check` found; null for nothing wrong. */
  get lost(): DmError | null {
    return this.#lost;
  }

  /** Fails with `state_lost` while the database is not where it was opened. */
  async check(): Promise<void> {
    this.#lost = await this.#look();
    if (this.#lost !== null) throw this.#lost;
  }

  async #look(): Promise<DmError | null> {
    try {
      const [opened, now] = await Promise.all([
        this.#handle.stat({ bigint: true }),
        stat(this.path, { bigint: true }),
        stat(join(this.path, CURRENT)),
      ]);
      if (opened.dev === now.dev && opened.ino === now.ino) return null;
      return this.#error('is another directory than the one that was opened');
    } catch (error) {
      return this.#error(error instanceof Error ? error.message : String(error), error);
    }
  }

  #error(reason: string, cause?: unknown): DmError {
    return new DmError(
      'state_lost',
      `state in ${this.path} is gone while the agent runs (${reason}); nothing can be stored: stop the agent, mount the disk or restore the state (dm state import, dm state rebuild), and start it again`,
      { data: { path: this.path, reason }, cause },
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#handle.close();
  }
}
