import {
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { deleteDataset } from '../../../../../src/endpoint/local/capture/delete-task.js';
import { DataRoot } from '../../../../../src/endpoint/local/layout/data-root.js';
import type { VerifyMessage } from '../../../../../src/endpoint/local/verify/verify-input.js';
import { verifyDataset } from '../../../../../src/endpoint/local/verify/verify-task.js';
import type { DatasetId } from '../../../../../src/model/ids.js';
import { withFilesystem } from '../../../../support/filesystems.js';
import {
  capture,
  liveTree,
  makeRoot,
  storedVersions,
  type TestRoot,
  treeOf,
} from './capture-helpers.js';

const signal = new AbortController().signal;

function localTreeOf(place: TestRoot) {
  using root = DataRoot.open(Buffer.from(place.root));
  const found = root.trees()[0];
  if (found === undefined) throw new Error('no tree');
  return found.tree.localTree;
}

/**
 * Stops the deletion for good before its change number `at`; the name of
 * that, or null when it ended before.
 */
async function removeUntil(place: TestRoot, id: DatasetId, at: number): Promise<string | null> {
  const input = { root: Buffer.from(place.root), localTree: localTreeOf(place), id };
  let count = 0;
  let stoppedAt: string | null = null;
  const step = (name: string): void => {
    if (count++ !== at) return;
    stoppedAt = name;
    throw new Error(`stopped before ${name}`);
  };
  await deleteDataset(input, signal, { step }).catch((error: unknown) => {
    if (stoppedAt === null) throw error;
  });
  return stoppedAt;
}

function remove(place: TestRoot, id: DatasetId) {
  const input = { root: Buffer.from(place.root), localTree: localTreeOf(place), id };
  return deleteDataset(input, signal);
}

async function verify(place: TestRoot, id: DatasetId) {
  const bad: string[] = [];
  const emit = async (message: VerifyMessage) => {
    if (message.kind === 'bad') bad.push(`${Buffer.from(message.path)} ${message.code}`);
  };
  const input = { root: Buffer.from(place.root), localTree: localTreeOf(place), id };
  return { ...(await verifyDataset(input, emit, signal)), paths: bad };
}

function deletesAndVerifies(parent: () => string, keepsVersions: boolean): void {
  let place: TestRoot;

  beforeEach(() => {
    place = makeRoot(parent());
    writeFileSync(join(place.base, 'steady'), 'steady');
    writeFileSync(join(place.base, 'f'), 'one');
    writeFileSync(join(place.base, 'zeros'), '');
    truncateSync(join(place.base, 'zeros'), 200_000);
  });

  it('deletes datasets in any order and keeps the others whole', async () => {
    const records = [];
    const trees = [];
    for (const text of ['one', 'two', 'three', 'four']) {
      writeFileSync(join(place.base, 'f'), text);
      trees.push([...liveTree(place.base)]);
      records.push((await capture(place)).record);
    }
    const [first, second, third, fourth] = records;
    if (!first || !second || !third || !fourth) throw new Error('four datasets were made');
    await remove(place, second.id);
    expect([...(await treeOf(place, first))]).to.deep.equal(trees[0]);
    expect([...(await treeOf(place, third))]).to.deep.equal(trees[2]);
    await remove(place, first.id);
    await remove(place, fourth.id);
    expect([...(await treeOf(place, third))]).to.deep.equal(trees[2]);
    if (keepsVersions) expect(storedVersions(place)).to.have.length(3);
    // The live tree stands at the fourth, which is gone: the next one builds on its bookmark.
    const next = await capture(place);
    expect(next.record.parents).to.deep.equal([fourth.id]);
    expect([...(await treeOf(place, next.record))]).to.deep.equal(trees[3]);
    await remove(place, third.id);
    await remove(place, next.record.id);
    expect(storedVersions(place)).to.deep.equal([]);
    using root = DataRoot.open(Buffer.from(place.root));
    const directory = root.trees()[0]?.directory;
    expect(readdirSync(directory?.snapshotsPath ?? '')).to.deep.equal([]);
  });

  it('is finished without another deletion', async () => {
    const records = [];
    for (const text of ['one', 'two']) {
      writeFileSync(join(place.base, 'f'), text.repeat(50_000));
      records.push((await capture(place)).record);
    }
    const [first, second] = records;
    if (!first || !second) throw new Error('two datasets were made');
    const input = { root: Buffer.from(place.root), localTree: localTreeOf(place) };
    const step = (name: string): void => {
      if (name === 'snapshot') throw new Error('killed');
    };
    const killed = await deleteDataset({ ...input, id: first.id }, signal, { step }).catch(String);
    expect(killed).to.match(/killed/);
    using root = DataRoot.open(Buffer.from(place.root));
    const directory = root.treeDirectory(input.localTree);
    expect(directory.deleting()).to.have.length(1);
    await deleteDataset({ ...input, id: null }, signal);
    expect(directory.deleting()).to.deep.equal([]);
    expect(directory.datasetIds()).to.deep.equal([second.id]);
    expect((await verify(place, second.id)).paths).to.deep.equal([]);
  });

  it('is finished by the next deletion, wherever it was stopped', async () => {
    const stops: string[] = [];
    for (let at = 0; ; at++) {
      place = makeRoot(parent());
      writeFileSync(join(place.base, 'steady'), 'steady');
      const records = [];
      for (const text of ['one', 'two', 'three']) {
        writeFileSync(join(place.base, 'f'), text.repeat(50_000));
        records.push((await capture(place)).record);
      }
      const [first, second, third] = records;
      if (!first || !second || !third) throw new Error('three datasets were made');
      const before = [...(await treeOf(place, second))];
      const stop = await removeUntil(place, third.id, at);
      if (stop === null) break;
      stops.push(stop);
      using root = DataRoot.open(Buffer.from(place.root));
      const directory = root.treeDirectory(localTreeOf(place));
      // Either it is still there whole, or it is gone.
      if (directory.readDataset(third.id) !== null) {
        expect((await verify(place, third.id)).paths).to.deep.equal([]);
        await remove(place, third.id);
      }
      await remove(place, first.id);
      expect([...(await treeOf(place, second))]).to.deep.equal(before);
      expect(directory.deleting()).to.deep.equal([]);
      expect(readdirSync(directory.snapshotsPath)).to.have.length(keepsVersions ? 0 : 1);
      if (keepsVersions) expect(storedVersions(place)).to.have.length(2);
      expect((await capture(place)).record.parents).to.deep.equal([third.id]);
    }
    expect(stops).to.include.members(['bookmark', 'tree', 'record', 'version', 'snapshot', 'done']);
  });

  it('tells the room that comes free', async () => {
    const records = [];
    for (const fill of [1, 2, 3]) {
      writeFileSync(join(place.base, 'big'), Buffer.alloc(1_048_576, fill));
      records.push((await capture(place)).record);
    }
    const second = records[1];
    if (!second) throw new Error('three datasets were made');
    const { freedBytes } = await remove(place, second.id);
    expect(freedBytes).to.be.within(1_048_576, 1_200_000);
  });

  it('verifies a whole dataset, making the digests it lacks', async () => {
    const { record } = await capture(place);
    const first = await verify(place, record.id);
    expect(first.paths).to.deep.equal([]);
    expect(first.files).to.equal(3);
    expect(first.bytes).to.equal(200_009n);
    expect(first.record.contentDigestState).to.equal('full');
    const second = await verify(place, record.id);
    expect(second.digestsMade).to.equal(0);
    expect(second.paths).to.deep.equal([]);
    expect(second.record.contentDigest).to.equal(first.record.contentDigest);
    // Carried over where nothing changed.
    writeFileSync(join(place.base, 'f'), 'other');
    const next = (await capture(place)).record;
    expect((await verify(place, next.id)).digestsMade).to.be.at.most(1);
  });

  it('verifies a dataset whose files have changed since', async () => {
    const { record } = await capture(place);
    writeFileSync(join(place.base, 'f'), 'another');
    await capture(place);
    expect((await verify(place, record.id)).paths).to.deep.equal([]);
  });

  it('keeps no digests of a live file that is written to while it is read', async () => {
    const live = join(place.base, 'zeros');
    truncateSync(live, 70 * 1024 * 1024);
    const { record } = await capture(place, { provider: 'none' });
    const input = { root: Buffer.from(place.root), localTree: localTreeOf(place), id: record.id };
    const bad: string[] = [];
    const outcome = await verifyDataset(
      input,
      async (message) => {
        if (message.kind === 'bad') bad.push(`${Buffer.from(message.path)} ${message.code}`);
        else writeFileSync(live, 'other', { flag: 'r+' });
      },
      signal,
    );
    expect(bad).to.deep.equal(['zeros source_changing']);
    expect(outcome.digestsMade).to.equal(0);
    expect(outcome.record.contentDigestState).to.equal(record.contentDigestState);
  });

  if (!keepsVersions) return;

  it('names the path of each damaged or missing content', async () => {
    const { record } = await capture(place);
    await verify(place, record.id);
    using root = DataRoot.open(Buffer.from(place.root));
    const versions = root.trees()[0]?.directory.versions;
    if (versions === undefined) throw new Error('no tree');
    for (const { gfid, version } of [...versions.list()]) {
      const path = versions.pathOf(gfid, version);
      const size = lstatSync(path).size;
      if (size === 200_000) writeFileSync(path, Buffer.alloc(200_000, 1), { flag: 'r+' });
      else if (readFileSync(path, 'utf8') === 'one') writeFileSync(path, 'eno', { flag: 'r+' });
      else unlinkSync(path);
    }
    const { paths, bad } = await verify(place, record.id);
    expect(bad).to.equal(3);
    expect(paths.sort()).to.deep.equal(['f corrupt', 'steady corrupt', 'zeros corrupt']);
  });

  it('tells a damaged catalog page', async () => {
    const { record } = await capture(place);
    using root = DataRoot.open(Buffer.from(place.root));
    const pack = record.maps.inodes?.locator.pack ?? '';
    const path = `${root.pagesPath}/${pack}`;
    const bytes = readFileSync(path);
    const at = (record.maps.inodes?.locator.offset ?? 0) + 30;
    bytes[at] = (bytes[at] ?? 0) ^ 0xff;
    writeFileSync(path, bytes);
    const { paths } = await verify(place, record.id);
    expect(paths).to.include(' corrupt');
  });
}

describe('delete and verify (copies)', () => {
  let parent = '';
  before(() => {
    parent = mkdtempSync(join(tmpdir(), 'dm-delete-'));
  });
  after(() => rmSync(parent, { recursive: true, force: true }));
  deletesAndVerifies(() => parent, true);
});

describe('delete and verify (XFS)', () => {
  const filesystem = withFilesystem('xfs', 320);
  deletesAndVerifies(() => filesystem().path, true);
});

describe('delete and verify (btrfs)', () => {
  const filesystem = withFilesystem('btrfs', 400);
  deletesAndVerifies(() => filesystem().path, false);
});
