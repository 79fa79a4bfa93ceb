import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { LocalTrees } from '../../../src/assembly/local-trees.js';
import { DataRoot } from '../../../src/endpoint/local/layout/data-root.js';
import { DatasetRecordCache } from '../../../src/endpoint/local/layout/dataset-record-cache.js';
import { NO_HISTORY } from '../../../src/endpoint/local/layout/local-tree.js';
import type { TreeDirectory } from '../../../src/endpoint/local/layout/tree-directory.js';
import { removeTree } from '../../../src/endpoint/local/layout/tree-list.js';
import { PRE_REPAIR } from '../../../src/model/dataset.js';
import { parseDatasetId } from '../../../src/model/ids.js';
import { StateDatabase } from '../../../src/state/database.js';
import { TreeSummaries } from '../../../src/state/tree-summaries.js';
import { until } from '../../support/e2e-until.js';
import { TempDirectory } from '../../support/temp-directory.js';
import { DATASET } from '../formats/format-values.js';

/** Kept whatever the time. */
const NEVER = { periodSeconds: null, reserve: 0 };
const OLDER = { ...DATASET, id: parseDatasetId('5'.repeat(32)) };

describe('overview of the local trees', () => {
  let folder: TempDirectory;
  let root: DataRoot;
  let directory: TreeDirectory;
  let database: StateDatabase;
  let warnings: string[];

  beforeEach(async () => {
    folder = new TempDirectory();
    database = await StateDatabase.open(join(folder.path, 'db'));
    root = DataRoot.open(Buffer.from(folder.path));
    const identity = { tree: DATASET.tree, basePath: DATASET.basePath, owner: '' };
    const first = { ...NO_HISTORY, ...identity, role: 'origin', released: false } as const;
    ({ directory } = root.createTree(first));
    directory.writeDataset({ ...DATASET, state: 'COMPLETE', committedAtMs: 20, createdAtMs: 2 });
    const retention = { periodSeconds: 1, reserve: 0 };
    const older = { ...OLDER, retention, expiresAtMs: 50, committedAtMs: 10, createdAtMs: 1 };
    directory.writeDataset({ ...older, state: 'COMPLETE' });
    warnings = [];
  });
  afterEach(async () => {
    root.close();
    await database[Symbol.asyncDispose]();
    folder[Symbol.dispose]();
  });

  /** As after a start: knows what the state knows. */
  function started(records: Pick<DatasetRecordCache, 'list'> = new DatasetRecordCache()) {
    const log = { warn: (_fields: object, message: string) => void warnings.push(message) };
    const summaries = new TreeSummaries({ database });
    return new LocalTrees({ roots: [root] }, { records, summaries, log });
  }
  const settled = () =>
    until('the directory is settled', () => directory.isSettled(directory.datasetsStamp()));
  const unread = { list: () => Promise.reject(new Error('records are read')) };

  it('counts datasets, finds the newest, and what is overdue by the time that is given', async () => {
    const trees = started();
    const [before] = await trees.list(50);
    expect(before).to.include({ datasets: 2, newestAtMs: 2, overdue: 0 });
    const [after] = await trees.list(51);
    expect(after).to.include({ datasets: 2, newestAtMs: 2, overdue: 1 });
  });

  it('counts what a repair has kept among no reserve, as expirations do', async () => {
    const retention = { periodSeconds: 1, reserve: 1 };
    const kept = { ...DATASET, state: 'COMPLETE', retention, expiresAtMs: 50 } as const;
    const repaired = { name: PRE_REPAIR, retention: NEVER, expiresAtMs: null };
    directory.writeDataset({ ...kept, ...repaired, committedAtMs: 25 });
    directory.writeDataset({ ...kept, id: OLDER.id, committedAtMs: 24 });
    const [tree] = await started().list(51);
    expect(tree).to.include({ datasets: 2, overdue: 0 });
  });

  it('reads no record after a start, unless one was written since', async () => {
    await settled();
    const known = await started().list(51);
    expect(await started(unread).list(51)).to.deep.equal(known);
    rmSync(`${directory.datasetsPath}/${OLDER.id}.json`);
    expect(await failureOf(started(unread).list(51))).to.equal('Error: records are read');
    expect((await started().list(51))[0]).to.include({ datasets: 1, overdue: 0 });
  });

  it('keeps nothing of a tree that is gone', async () => {
    await settled();
    const trees = started();
    await trees.list(51);
    expect((await new TreeSummaries({ database }).all()).size).to.equal(1);
    removeTree(directory);
    expect(await trees.list(51)).to.deep.equal([]);
    expect((await new TreeSummaries({ database }).all()).size).to.equal(0);
  });

  it('answers also while the state cannot be written, and says so', async () => {
    await settled();
    const log = { warn: (_fields: object, message: string) => void warnings.push(message) };
    const full = () => Promise.reject(new Error('ENOSPC'));
    const stored = new TreeSummaries({ database });
    const summaries = { all: () => stored.all(), save: full, remove: full };
    const modules = { records: new DatasetRecordCache(), summaries, log };
    const [tree] = await new LocalTrees({ roots: [root] }, modules).list(51);
    expect(tree).to.include({ datasets: 2 });
    expect(warnings).to.deep.equal(['summaries of trees could not be kept']);
  });
});

async function failureOf(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => 'none',
    (error: unknown) => String(error),
  );
}
