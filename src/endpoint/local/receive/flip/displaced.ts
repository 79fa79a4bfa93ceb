import { mkdirSync } from 'node:fs';
import type { TreeDirectory } from '../../layout/tree-directory.js';
import { renameAt } from '../../sys/create.js';
import { isErrno } from '../../sys/errno.js';
import { close, O_DIRECTORY, O_RDONLY, openBeneath } from '../../sys/open.js';
import { despiteProtection } from './protection.js';

const NAME = 'displaced';
const MOST = 1_000_000;

/** Where a flip puts what it finds in the target and does not know: nothing of it is ever deleted. */
export class Displaced implements Disposable {
  readonly #directory: TreeDirectory;
  readonly #privateFd: number;
  readonly #session: string;
  #fd: number | null = null;
  #next = 0;

  constructor(options: { directory: TreeDirectory; privateFd: number; session: string }) {
    this.#directory = options.directory;
    this.#privateFd = options.privateFd;
    this.#session = options.session;
  }

  /** Moves the entry away; returns its path below `.datamover`. */
  take(dirFd: number, name: Uint8Array): string {
    const to = this.#open();
    for (; this.#next < MOST; this.#next++) {
      const kept = `${this.#session}-${this.#next}`;
      try {
        despiteProtection([{ dirFd, name }], () =>
          renameAt(dirFd, name, to, Buffer.from(kept), 'keep'),
        );
        this.#next++;
        return `trees/${this.#directory.id}/${NAME}/${kept}`;
      } catch (error) {
        if (!isErrno(error, 'EEXIST')) throw error;
      }
    }
    throw new RangeError('too many displaced entries');
  }

  [Symbol.dispose](): void {
    if (this.#fd !== null) close(this.#fd);
    this.#fd = null;
  }

  #open(): number {
    if (this.#fd !== null) return this.#fd;
    mkdirSync(`${this.#directory.path}/${NAME}`, { recursive: true, mode: 0o700 });
    const below = Buffer.from(`trees/${this.#directory.id}/${NAME}`);
    this.#fd = openBeneath(this.#privateFd, below, O_RDONLY | O_DIRECTORY);
    return this.#fd;
  }
}
