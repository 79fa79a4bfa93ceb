import { ofOneOnly } from '../endpoint/object/passed-over.js';
import type { OnListingWarning } from '../endpoint/source.js';
import { DmError } from '../model/error.js';

/** What failed of one base path of an account while all of them are gone through. */
export class UpkeepFailures {
  readonly #closed: DmError[] = [];
  readonly #damaged: DmError[] = [];
  #isAnyDone = false;

  /** Does the work of one. Throws at once what concerns the others too. */
  async collect(work: () => Promise<boolean>): Promise<void> {
    try {
      if (await work()) this.#isAnyDone = true;
    } catch (error) {
      const failure = ofOneOnly(error);
      (failure.code === 'encryption_key' ? this.#closed : this.#damaged).push(failure);
    }
  }

  /**
   * Tells of numbers that cannot be read, and of what the secret does not open, which is an error when it opens nothing. Throws
   * what is damaged.
   */
  end(numbers: readonly DmError[], onWarning: OnListingWarning): void {
    const [first] = this.#closed;
    if (first !== undefined && !this.#isAnyDone && this.#damaged.length === 0) throw first;
    for (const { code, message } of [...numbers, ...this.#closed]) {
      onWarning({ code, message: `passed over: ${message}` });
    }
    const [damaged] = this.#damaged;
    if (damaged === undefined) return;
    const all = this.#damaged.map(({ message }) => message).join('; ');
    throw new DmError(damaged.code, all, { data: damaged.data, cause: damaged });
  }
}
