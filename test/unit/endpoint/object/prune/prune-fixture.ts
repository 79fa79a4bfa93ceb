import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { NumberReads } from '../../../../../src/endpoint/object/prune/number-reads.js';
import { pruneRepository } from '../../../../../src/endpoint/object/prune/prune.js';
import {
  PRUNE_DEFAULTS,
  type PruneOptions,
  type PruneProgress,
  type PruneSummary,
} from '../../../../../src/endpoint/object/prune/prune-types.js';
import { openRepository, type Repository } from '../../../../../src/endpoint/object/repository.js';
import { DmError } from '../../../../../src/model/error.js';
import { parseSystemGuid } from '../../../../../src/model/ids.js';
import type { ObjectStore } from '../../../../../src/repository/object-store.js';
import { systemClock } from '../../../../../src/util/clock.js';
import { BASE_PATH, ObjectFixture } from '../receive/object-fixture.js';

export const OWNER = parseSystemGuid('a'.repeat(36));
/** What is unused may go at once: nothing else is at work in most tests. */
export const AT_ONCE: PruneOptions = { ...PRUNE_DEFAULTS, graceMs: 0, leftoverMs: 0 };

/** Backups that are deleted and pruned. */
export class PruneFixture extends ObjectFixture {
  /** Whether we trust who signed a record. */
  vouches = true;

  async open(store: ObjectStore): Promise<Repository> {
    const modules = { store, masters: this.masters };
    const path = Buffer.from(BASE_PATH);
    const repository = await openRepository(path, this.secret, modules, this.signal);
    if (repository === null) throw new Error('there is no repository');
    return repository;
  }

  async prune(
    options: Partial<PruneOptions> = {},
    more: {
      readonly owner?: typeof OWNER;
      readonly store?: ObjectStore;
      readonly onProgress?: (progress: PruneProgress) => void;
    } = {},
  ): Promise<PruneSummary> {
    const store = more.store ?? (await this.openStore());
    return pruneRepository(
      { ...AT_ONCE, ...options },
      {
        repository: await this.open(store),
        store,
        numbers: new NumberReads(),
        clock: systemClock,
        owner: more.owner ?? OWNER,
        signer: () => this.signer,
        mayVouchFor: () => this.vouches,
        ...this.trust,
        scratch: join(this.workPath, 'prune'),
      },
      more.onProgress ?? (() => undefined),
      this.signal,
    );
  }

  /** Leaves packs of which little is needed: the first dataset, whose files the second has no longer, is gone. */
  async backUpSparse(): Promise<void> {
    this.copy.sh('for i in $(seq 60); do head -c 50000 /dev/urandom > $i; done');
    await this.backUp();
    this.copy.sh('for i in $(seq 55); do rm $i; done');
    await this.backUp();
    await this.deleteRecord(0);
  }

  /** Deletes the record of the dataset at this place, counted from the oldest. */
  async deleteRecord(at: number): Promise<void> {
    const folder = `${BASE_PATH}/datasets/`;
    const name = readdirSync(join(this.directory, folder)).sort()[at];
    const store = await this.openStore();
    await store.delete([`${folder}${name}`], this.signal);
  }

  /** Bytes of everything below the base path. */
  storeBytes(directory = join(this.directory, BASE_PATH)): number {
    return readdirSync(directory, { withFileTypes: true })
      .map((entry) => join(directory, entry.name))
      .reduce((sum, path) => {
        const stat = statSync(path);
        return sum + (stat.isDirectory() ? this.storeBytes(path) : stat.size);
      }, 0);
  }

  /** Every dataset is whole, and the newest is what the source is. Returns how many there are. */
  async expectWhole(): Promise<number> {
    const reader = this.reader();
    const records = reader.records();
    for (const [at, record] of records.entries()) {
      const files = await reader.files(record);
      if (at < records.length - 1) continue;
      for (const [path, content] of files) {
        const wanted = readFileSync(join(this.copy.source, path));
        expect(content.equals(wanted), path).to.equal(true);
      }
    }
    return records.length;
  }
}

export async function errorOf(work: Promise<unknown>): Promise<DmError> {
  try {
    await work;
  } catch (error) {
    if (error instanceof DmError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}
