import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { blake3 } from '@napi-rs/blake-hash';
import { JsonFields } from '../../model/json-fields.js';
import type { ObjectStore } from '../../repository/object-store.js';
import {
  type RepositoryRecord,
  serialiseRepositoryRecord,
} from '../../repository/repository-record.js';
import { writeDurably } from '../../util/durable-file.js';
import { isDeleted } from './deletions.js';
import type { Repository } from './repository.js';

const FORMAT = 1;
const FILE = 'newest.json';

interface NewestRecord {
  readonly key: string;
  readonly number: number;
  /** BLAKE3 of the record, in hex digits. */
  readonly digest: string;
  /** This agent wrote it. */
  readonly own: boolean;
}

/** A record and where it stands. */
interface Keyed {
  readonly key: string;
  readonly record: RepositoryRecord;
}

export interface NewestRecordsModules {
  readonly log: { warn(fields: object, message: string): void };
}

/**
 * The newest record of each repository that this agent has written or seen: who puts an older state of a store back cannot
 * change what is remembered here.
 */
export class NewestRecords {
  readonly #workPath: string;
  readonly #log: NewestRecordsModules['log'];
  /** Records whose loss was logged. */
  readonly #told = new Set<string>();

  /** `workPath`: where the agent keeps what it knows of repositories. */
  constructor(options: { workPath: string }, modules: NewestRecordsModules) {
    this.#workPath = options.workPath;
    this.#log = modules.log;
  }

  /** Notes a record that this agent has put. */
  wrote(repository: Repository, { key, record }: Keyed): void {
    this.#save(repository, { key, number: record.number, digest: digestOf(record), own: true });
  }

  /** Whether a record is, byte by byte, the one that this agent wrote last. */
  isOwn(repository: Repository, { key, record }: Keyed): boolean {
    const known = this.#load(repository);
    return known?.own === true && known.key === key && known.digest === digestOf(record);
  }

  /**
   * Compares all datasets of a repository, oldest first, with what was seen before; true when the newest of then is gone without
   * a mark of its deletion, and nothing newer is there. That is logged once.
   */
  async isRolledBack(
    repository: Repository,
    datasets: readonly Keyed[],
    { store }: { readonly store: ObjectStore },
    signal: AbortSignal,
  ): Promise<boolean> {
    const known = this.#load(repository);
    const newest = datasets.at(-1);
    if (known !== null && (newest === undefined || newest.key < known.key)) {
      // It may have been put after the list was made.
      if ((await store.head(known.key, signal)) !== null) return false;
      if (!(await isDeleted(known.key, { repository, store }, signal))) {
        this.#tell(repository, known);
        return true;
      }
    }
    if (newest !== undefined && newest.key !== known?.key) {
      const { key, record } = newest;
      this.#save(repository, { key, number: record.number, digest: digestOf(record), own: false });
    }
    return false;
  }

  #tell({ layout }: Repository, { key, number }: NewestRecord): void {
    if (this.#told.has(key)) return;
    this.#told.add(key);
    this.#log.warn(
      { backup: layout.prefix, dataset: number, record: key },
      'the newest dataset of this backup that was seen is gone and was not deleted by an agent: an older state of the store may have been put back',
    );
  }

  #load(repository: Repository): NewestRecord | null {
    const path = join(this.#directory(repository), FILE);
    if (!existsSync(path)) return null;
    const fields = JsonFields.parse(path, readFileSync(path, 'utf8'), FORMAT);
    return {
      key: fields.text('key'),
      number: fields.integer('number', 1),
      digest: fields.text('digest'),
      own: fields.boolean('own'),
    };
  }

  #save(repository: Repository, newest: NewestRecord): void {
    const directory = this.#directory(repository);
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    writeDurably(directory, FILE, JSON.stringify({ format: FORMAT, ...newest }));
  }

  #directory({ format }: Repository): string {
    return join(this.#workPath, format.repository);
  }
}

function digestOf(record: RepositoryRecord): string {
  return blake3(Buffer.from(serialiseRepositoryRecord(record))).toString('hex');
}
