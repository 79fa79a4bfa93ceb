import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { blake3 } from '@napi-rs/blake-hash';
import { JsonFields } from '../../model/json-fields.js';
import type { RepositoryLayout } from '../../repository/object-layout.js';
import type { ObjectStore } from '../../repository/object-store.js';
import {
  type RepositoryRecord,
  serialiseRepositoryRecord,
} from '../../repository/repository-record.js';
import { writeDurably } from '../../util/durable-file.js';
import { isDeleted } from './deletions.js';

const FORMAT = 1;
const FOLDER = 'newest';

interface NewestRecord {
  readonly key: string;
  readonly number: number;
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
 * The newest record of each repository of one store that this agent has written or seen: who puts an older state of the store
 * back, or empties it, cannot change what is remembered here.
 */
export class NewestRecords {
  readonly #folder: string;
  readonly #store: string;
  readonly #log: NewestRecordsModules['log'];
  /** Records whose loss was logged. */
  readonly #told = new Set<string>();

  /** `workPath`: where the agent keeps what it knows of repositories. `store`: its URI. */
  constructor(options: { workPath: string; store: string }, modules: NewestRecordsModules) {
    this.#folder = join(options.workPath, FOLDER);
    this.#store = options.store;
    this.#log = modules.log;
  }

  /** Notes a record that this agent has put. */
  wrote(layout: RepositoryLayout, { key, record }: Keyed): void {
    this.#save(layout, { key, number: record.number, digest: recordDigest(record), own: true });
  }

  /** Notes that this agent has put `record` in place of `former`, if that was its own. */
  rewrote(layout: RepositoryLayout, former: Keyed, record: RepositoryRecord): void {
    if (this.isOwn(layout, former)) this.wrote(layout, { key: former.key, record });
  }

  /** Whether a record is, byte by byte, the one that this agent wrote last. */
  isOwn(layout: RepositoryLayout, { key, record }: Keyed): boolean {
    const known = this.#load(layout);
    return known?.own === true && known.key === key && known.digest === recordDigest(record);
  }

  /**
   * Compares the newest dataset of a repository, null when there is none, with what was seen before. The number of the newest of
   * then when that is gone without a mark of its deletion, and nothing newer is there: that is logged once; else null.
   */
  async lostNewest(
    layout: RepositoryLayout,
    newest: Keyed | null,
    { store }: { readonly store: ObjectStore },
    signal: AbortSignal,
  ): Promise<number | null> {
    const known = this.#load(layout);
    if (known !== null && (newest === null || newest.record.number < known.number)) {
      // It may have been put after the list was made.
      if ((await store.head(known.key, signal)) !== null) return null;
      if (!(await isDeleted(known.key, { layout, store }, signal))) {
        this.#tell(layout, known);
        return known.number;
      }
    }
    if (newest === null || newest.key === known?.key) return null;
    // Another backup may have ended meanwhile.
    if (this.#load(layout)?.key === known?.key) {
      const { key, record } = newest;
      const digest = recordDigest(record);
      this.#save(layout, { key, number: record.number, digest, own: false });
    }
    return null;
  }

  #tell(layout: RepositoryLayout, { key, number }: NewestRecord): void {
    if (this.#told.has(key)) return;
    this.#told.add(key);
    this.#log.warn(
      { store: this.#store, backup: layout.prefix, dataset: number, record: key },
      'the newest dataset of this backup that was seen is gone and was not deleted by an agent: an older state of the store may have been put back',
    );
  }

  #load(layout: RepositoryLayout): NewestRecord | null {
    const path = join(this.#folder, this.#fileOf(layout));
    if (!existsSync(path)) return null;
    const fields = JsonFields.parse(path, readFileSync(path, 'utf8'), FORMAT);
    return {
      key: fields.text('key'),
      number: fields.integer('number', 1),
      digest: fields.text('digest'),
      own: fields.boolean('own'),
    };
  }

  #save(layout: RepositoryLayout, newest: NewestRecord): void {
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
    const text = JSON.stringify({ format: FORMAT, ...newest });
    writeDurably(this.#folder, this.#fileOf(layout), text);
  }

  #fileOf({ prefix }: RepositoryLayout): string {
    const name = blake3(Buffer.from(`${this.#store}\0${prefix}`)).toString('hex');
    return `${name.slice(0, 32)}.json`;
  }
}

/** BLAKE3 of a record as it is signed, in hex digits. */
export function recordDigest(record: RepositoryRecord): string {
  return blake3(Buffer.from(serialiseRepositoryRecord(record))).toString('hex');
}
