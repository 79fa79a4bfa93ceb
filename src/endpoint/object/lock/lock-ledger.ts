import { createReadStream, createWriteStream, renameSync, rmSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { pipeline } from 'node:stream/promises';
import { ioError } from '../../../catalog/io-error.js';

/** An object of a repository, by its key below the base path, and until when it is known to be locked. */
export interface LedgerEntry {
  readonly name: string;
  readonly lockedUntilMs: number;
  /** Of the dataset whose record it is; 0 for other objects. */
  readonly number: number;
}

const LINE = /^(\S+) ([0-9]{1,16}) ([0-9]{1,10})$/;

/**
 * What this agent knows of the locks of one repository, in a file, ascending by name (ASCII), so that only locks that end
 * early need a request. A ledger that is lost or cut off costs requests, nothing else.
 */
export class LockLedger {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  async *entries(): AsyncGenerator<LedgerEntry, void> {
    try {
      const input = createReadStream(this.#path);
      for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
        const [, name = '', until, number] = LINE.exec(line) ?? [];
        if (name === '') return;
        yield { name, lockedUntilMs: Number(until), number: Number(number) };
      }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
      throw ioError('cannot read lock ledger', this.#path, error);
    }
  }

  /** Puts `entries` in its place when they have all come; when they fail it stays as it was. */
  async replace(entries: AsyncIterable<LedgerEntry>): Promise<void> {
    const temporary = `${this.#path}.new`;
    const lines = async function* (): AsyncGenerator<string, void> {
      for await (const { name, lockedUntilMs, number } of entries) {
        yield `${name} ${lockedUntilMs} ${number}\n`;
      }
    };
    try {
      await pipeline(lines(), createWriteStream(temporary, { mode: 0o600 }));
      renameSync(temporary, this.#path);
    } catch (error) {
      rmSync(temporary, { force: true });
      throw error;
    }
  }
}

/** Looks names up in a ledger, in ascending order only. */
export class LedgerCursor implements AsyncDisposable {
  readonly #entries: AsyncGenerator<LedgerEntry, void>;
  #at: LedgerEntry | null = null;
  #ended = false;

  constructor(ledger: LockLedger) {
    this.#entries = ledger.entries();
  }

  /** Null when it is not known. */
  async find(name: string): Promise<LedgerEntry | null> {
    while (!this.#ended && (this.#at === null || this.#at.name < name)) {
      const next = await this.#entries.next();
      this.#ended = next.done === true;
      this.#at = next.done === true ? null : next.value;
    }
    return this.#at?.name === name ? this.#at : null;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#entries.return();
  }
}
