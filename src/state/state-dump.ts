import { DmError } from '../model/error.js';
import type { StateDatabase, StateWrite } from './database.js';
import { keys, ranges, SCHEMA_VERSION } from './keys.js';
import type { StateEntry } from './sealed-dump.js';

/**
 * What belongs to the time before: runs that are over, and runs that must not begin
 * again somewhere else; the clock of then.
 */
const LEFT_OUT = [ranges.job, ranges.jobOpen, ranges.jobEnded, ranges.jobFailure, keys.clock];
/**
 * Datasets that were numbered after the export must not share numbers with those after the import.
 */
const NUMBERS_SKIPPED = 1_000;
const BATCH = 500;

/** Everything that an agent needs to be itself again; no jobs. */
export async function* stateEntries(database: StateDatabase): AsyncGenerator<StateEntry> {
  for await (const entry of database.entries('')) {
    if (!LEFT_OUT.some((range) => entry[0].startsWith(range))) yield entry;
  }
}

/**
 * Fills an empty database. `incarnation` tells this state from the one that was exported. Throws
 * `state_version` for a dump of another layout; the database is of no use after an error.
 */
export async function fillState(
  database: StateDatabase,
  entries: AsyncIterable<StateEntry>,
  incarnation: string,
): Promise<void> {
  let batch: StateWrite[] = [];
  for await (const [key, value] of entries) {
    if (key === keys.schema && value !== SCHEMA_VERSION) {
      throw new DmError(
        'state_version',
        `the exported state has layout ${String(value)}, this program knows ${SCHEMA_VERSION}; import it with the version that wrote it`,
      );
    }
    batch.push({ put: key, value });
    if (batch.length < BATCH) continue;
    await database.write(batch);
    batch = [];
  }
  await database.write(batch);
  const counted = await database.get(keys.counter('dataset'));
  await database.write([
    { put: keys.incarnation, value: incarnation },
    {
      put: keys.counter('dataset'),
      value: (typeof counted === 'number' ? counted : 0) + NUMBERS_SKIPPED,
    },
  ]);
}
