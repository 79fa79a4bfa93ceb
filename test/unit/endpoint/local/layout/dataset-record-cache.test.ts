import { execFileSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { expect } from 'chai';
import { DataRoot } from '../../../../../src/endpoint/local/layout/data-root.js';
import type { DatasetRecord } from '../../../../../src/endpoint/local/layout/dataset-record.js';
import { DatasetRecordCache } from '../../../../../src/endpoint/local/layout/dataset-record-cache.js';
import { NO_HISTORY } from '../../../../../src/endpoint/local/layout/local-tree.js';
import type { TreeDirectory } from '../../../../../src/endpoint/local/layout/tree-directory.js';
import { parseDatasetId } from '../../../../../src/model/ids.js';
import { until } from '../../../../support/e2e-until.js';
import { withFilesystem } from '../../../../support/filesystems.js';
import { TempDirectory } from '../../../../support/temp-directory.js';
import { DATASET } from '../../../formats/format-values.js';

describe('cache of dataset records', () => {
  let folder: TempDirectory;
  let root: DataRoot;
  let directory: TreeDirectory;
  const read = (cache: DatasetRecordCache) => cache.read(directory, DATASET.id);
  const write = (change: Partial<DatasetRecord> = {}) =>
    directory.writeDataset({ ...DATASET, ...change });

  const settled = () =>
    until('the directory is settled', () => directory.isSettled(directory.datasetsStamp()));

  beforeEach(() => {
    folder = new TempDirectory();
    root = DataRoot.open(Buffer.from(folder.path));
    directory = treeIn(root);
    write();
  });
  afterEach(() => {
    root.close();
    folder[Symbol.dispose]();
  });

  it('returns the record it read before, until it is written again', () => {
    const cache = new DatasetRecordCache();
    const first = read(cache);
    expect(first).to.deep.equal(DATASET);
    expect(read(cache)).to.equal(first);
    write({ name: 'another name' });
    expect(read(cache)?.name).to.equal('another name');
  });

  it('notices that a record is gone, and that it is damaged', () => {
    const cache = new DatasetRecordCache();
    read(cache);
    const path = `${directory.datasetsPath}/${DATASET.id}.json`;
    writeFileSync(path, '{');
    expect(() => read(cache)).to.throw('is not JSON');
    rmSync(path);
    expect(read(cache)).to.equal(null);
  });

  it('reads a list again when one of its records was written, and only then', async () => {
    const cache = new DatasetRecordCache();
    expect(await cache.list(directory)).to.deep.equal([DATASET]);
    await settled();
    const [first] = await cache.list(directory);
    expect(first).to.deep.equal(DATASET);
    // Not told by the directory, so that it shows whether records are looked at.
    writeFileSync(`${directory.datasetsPath}/${DATASET.id}.json`, '{');
    expect(await cache.list(directory)).to.deep.equal([DATASET]);
    write({ name: 'another name' });
    expect((await cache.list(directory)).map(({ name }) => name)).to.deep.equal(['another name']);
    await settled();
    await cache.list(directory);
    rmSync(`${directory.datasetsPath}/${DATASET.id}.json`);
    expect(await cache.list(directory)).to.deep.equal([]);
  });

  it('looks at every record while the directory may change again within a tick of its clock', async () => {
    const cache = new DatasetRecordCache();
    await cache.list(directory);
    writeFileSync(`${directory.datasetsPath}/${DATASET.id}.json`, '{');
    const failure = await cache.list(directory).catch((error: unknown) => error);
    expect(String(failure)).to.contain('is not JSON');
  });

  it('keeps no more than it may, and has room again for what is dropped', async () => {
    const size = directory.statDataset(DATASET.id)?.size ?? 0;
    const other = { ...DATASET, id: parseDatasetId('5'.repeat(32)) };
    directory.writeDataset(other);
    const cache = new DatasetRecordCache({ maxBytes: size });
    const kept = read(cache);
    const readOther = () => cache.read(directory, other.id);
    const unkept = readOther();
    expect(unkept).to.deep.equal(other);
    expect(readOther()).to.not.equal(unkept);
    expect(read(cache)).to.equal(kept);
    rmSync(`${directory.datasetsPath}/${DATASET.id}.json`);
    await cache.list(directory);
    expect(readOther()).to.equal(readOther());
    cache.retainTrees([]);
    expect(read(cache)).to.equal(read(cache));
  });
});

describe('cache of dataset records on a file system that is read-only by now', () => {
  const ext4 = withFilesystem('ext4', 16);

  it('reads the records each time', async () => {
    const { path } = ext4();
    using root = DataRoot.open(Buffer.from(path));
    const directory = treeIn(root);
    directory.writeDataset(DATASET);
    const cache = new DatasetRecordCache();
    await until('it is settled', () => directory.isSettled(directory.datasetsStamp()));
    execFileSync('mount', ['-o', 'remount,ro', path]);
    expect(directory.isSettled(directory.datasetsStamp())).to.equal(false);
    expect(await cache.list(directory)).to.deep.equal([DATASET]);
  });
});

function treeIn(root: DataRoot): TreeDirectory {
  const identity = { tree: DATASET.tree, basePath: DATASET.basePath, owner: '' };
  const first = { ...NO_HISTORY, ...identity, role: 'origin', released: false } as const;
  return root.createTree(first).directory;
}
