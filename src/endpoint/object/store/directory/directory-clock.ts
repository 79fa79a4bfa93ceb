import type { Clock } from '../../../../util/clock.js';
import { directoryError } from './directory-error.js';
import { temporaryName } from './file-name.js';
import type { Folder } from './folder.js';
import { removeIfThere } from './new-object.js';

const VALID_MS = 60_000;

/** The clock of the host whose file system a directory is on: that of an NFS server. */
export class DirectoryClock {
  readonly #path: string;
  readonly #root: Folder;
  readonly #clock: Clock;
  readonly #randomHex: () => string;
  #difference: { readonly ms: number; readonly takenAt: number } | null = null;

  constructor(
    options: { readonly path: string },
    modules: { readonly root: Folder; readonly clock: Clock; readonly randomHex: () => string },
  ) {
    this.#path = options.path;
    this.#root = modules.root;
    this.#clock = modules.clock;
    this.#randomHex = modules.randomHex;
  }

  /** Milliseconds since 1970, by a file that is made for it, or by what the last one said. This host's where none may be made. `onMeasure` is told before a file is made. */
  async now(onMeasure: () => void): Promise<number> {
    const known = this.#difference;
    const nowMs = this.#clock.now();
    // Set back, our clock makes what was measured before as wrong as set ahead.
    if (known && Math.abs(nowMs - known.takenAt) < VALID_MS) return nowMs + known.ms;
    onMeasure();
    try {
      const ms = await this.#measure();
      return this.#clock.now() + ms;
    } catch (error) {
      const refused = directoryError(error, `directory ${this.#path}`);
      if (refused.code === 'store_refused') return this.#clock.now();
      throw refused;
    }
  }

  async #measure(): Promise<number> {
    const name = temporaryName(this.#randomHex());
    const file = await this.#root.create(name);
    try {
      const takenAt = this.#clock.now();
      const ms = (await file.stat()).mtimeMs - takenAt;
      this.#difference = { ms, takenAt };
      return ms;
    } finally {
      await file.close();
      await removeIfThere(this.#root, name);
    }
  }
}
