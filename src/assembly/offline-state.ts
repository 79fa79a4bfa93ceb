import { randomBytes } from 'node:crypto';
import { existsSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { OfflineState } from '../cli/offline-state.js';
import { DataRoot } from '../endpoint/local/layout/data-root.js';
import { DmError } from '../model/error.js';
import { parseSystemGuid, type SystemGuid } from '../model/ids.js';
import { StateDatabase } from '../state/database.js';
import { DatasetNumbers } from '../state/dataset-numbers.js';
import { keys } from '../state/keys.js';
import { openSealed } from '../state/sealed-dump.js';
import { fillState } from '../state/state-dump.js';
import { syncDirectory } from '../util/durable-file.js';
import { Lifecycle } from '../util/lifecycle.js';
import { prepareStateDirectory } from './state-directory.js';

const INCARNATION_BYTES = 4;
const GUID_BYTES = 18;

/** The state directory of an agent that does not run. */
export const offlineState: OfflineState = {
  import: ({ input, passphrase, stateDir }) =>
    makeState(stateDir, (database) =>
      fillState(database, openSealed(input, passphrase), newIncarnation()),
    ),

  rebuild: async ({ stateDir, roots: paths }) => {
    await using parts = new Lifecycle();
    const roots = paths.map((path) => parts.add(path, DataRoot.open(Buffer.from(path))));
    for (const root of roots) root.lock();
    const trees = roots.flatMap((root) => root.trees());
    const datasets = trees
      .flatMap(({ directory, tree }) =>
        directory.listDatasets().map((record) => ({ tree, record })),
      )
      .filter(({ record }) => record.state.startsWith('COMPLETE'))
      .sort((a, b) => a.record.committedAtMs - b.record.committedAtMs);
    // The last dataset captured here, as opposed to received, names this system. Its tree may be a received one by now.
    const captured = datasets.findLast(({ record }) => record.from === '');
    const guid: SystemGuid =
      captured?.record.originSystem ?? parseSystemGuid(randomBytes(GUID_BYTES).toString('hex'));
    await makeState(stateDir, async (database) => {
      await database.write([
        { put: keys.system, value: { guid, createdAtMs: Date.now() } },
        { put: keys.incarnation, value: newIncarnation() },
      ]);
      const numbers = new DatasetNumbers({ database });
      await numbers.numbersOf(
        datasets.map(({ tree: { localTree }, record: { id } }) => ({ localTree, id })),
      );
    });
    return {
      system_guid: guid,
      guid_found: captured !== undefined,
      trees: trees.length,
      datasets: datasets.length,
    };
  },
};

/** Fills a new database beside its place and then puts it there. */
async function makeState(
  stateDir: string,
  fill: (database: StateDatabase) => Promise<void>,
): Promise<void> {
  prepareStateDirectory(stateDir);
  const place = join(stateDir, 'db');
  if (existsSync(place)) {
    throw new DmError(
      'already_exists',
      `${stateDir} holds a state already; stop its agent and move ${place} away, or give another --state-dir`,
    );
  }
  const making = join(stateDir, 'db.new');
  rmSync(making, { recursive: true, force: true });
  try {
    const database = await StateDatabase.open(making);
    try {
      await fill(database);
    } finally {
      await database[Symbol.asyncDispose]();
    }
    renameSync(making, place);
    syncDirectory(stateDir);
  } catch (error) {
    rmSync(making, { recursive: true, force: true });
    throw error;
  }
}

function newIncarnation(): string {
  return randomBytes(INCARNATION_BYTES).toString('hex');
}
