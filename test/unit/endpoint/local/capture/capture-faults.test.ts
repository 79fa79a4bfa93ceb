import { execFileSync } from 'node:child_process';
import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { captureDataset } from '../../../../../src/endpoint/local/capture/capture-task.js';
import { StoreContent } from '../../../../../src/endpoint/local/capture/providers/store-content.js';
import type { EntryLook } from '../../../../../src/endpoint/local/capture/scan-types.js';
import { DataRoot } from '../../../../../src/endpoint/local/layout/data-root.js';
import { openRecord, sealRecord } from '../../../../../src/endpoint/local/layout/sealed-record.js';
import { VersionStore } from '../../../../../src/endpoint/local/layout/version-store.js';
import { sysError } from '../../../../../src/endpoint/local/sys/errno.js';
import { openAt } from '../../../../../src/endpoint/local/sys/open.js';
import { type StatView, statFd } from '../../../../../src/endpoint/local/sys/stat.js';
import { DmError } from '../../../../../src/model/error.js';
import { type Gfid, ROOT_GFID } from '../../../../../src/model/ids.js';
import {
  capture,
  inputFor,
  liveTree,
  makeRoot,
  readText,
  storedVersions,
  type TestRoot,
  treeOf,
} from './capture-helpers.js';

/** Fails for entries of one name, and counts how often. */
function unreadable(...names: string[]): EntryLook & { fired: number } {
  const look = {
    fired: 0,
    statAt: (view: StatView, dirFd: number, name: Uint8Array) => {
      if (names.includes(Buffer.from(name).toString())) {
        look.fired++;
        throw sysError('statx', 'EIO');
      }
      view.statAt(dirFd, name);
    },
    openAt,
  };
  return look;
}

async function refusal(run: Promise<unknown>): Promise<DmError> {
  try {
    await run;
  } catch (error) {
    if (error instanceof DmError) return error;
    throw error;
  }
  throw new Error('it was not refused');
}

describe('capture when things go wrong', () => {
  let parent = '';
  let place: TestRoot;

  beforeEach(() => {
    parent = mkdtempSync(join(tmpdir(), 'dm-faults-'));
    place = makeRoot(parent);
  });
  // Not rmSync: one of the trees is deeper than a path may be long.
  afterEach(() => execFileSync('rm', ['-rf', parent]));

  it('keeps what cannot be read as it was, lists it, and takes it when it can', async () => {
    mkdirSync(join(place.base, 'dir'));
    writeFileSync(join(place.base, 'dir/f'), 'old');
    writeFileSync(join(place.base, 'other'), 'old');
    const before = liveTree(place.base);
    await capture(place);
    writeFileSync(join(place.base, 'dir/f'), 'newer');
    writeFileSync(join(place.base, 'dir/never-seen'), 'new');
    const look = unreadable('f', 'never-seen');
    const { record, failures } = await capture(place, {}, look);
    expect(look.fired).to.be.greaterThan(1);
    expect(record.state).to.equal('COMPLETE_PARTIAL');
    expect(failures.map((one) => `${Buffer.from(one.path)} ${one.code}`).sort()).to.deep.equal([
      'dir/f io_error',
      'dir/never-seen io_error',
    ]);
    const partial = await treeOf(place, record);
    expect(partial.get('/dir/f')).to.deep.equal(before.get('/dir/f'));
    expect(partial.has('/dir/never-seen')).to.equal(false);
    const cured = await capture(place);
    expect(cured.record.state).to.equal('COMPLETE');
    expect([...(await treeOf(place, cured.record))]).to.deep.equal([...liveTree(place.base)]);
  });

  it('looks again at what the last dataset lacks although its times are as they were', async () => {
    writeFileSync(join(place.base, 'f'), 'x');
    await capture(place, {}, unreadable('f'));
    const { record } = await capture(place);
    expect((await treeOf(place, record)).has('/f')).to.equal(true);
  });

  it('makes no dataset when partial ones are not allowed, and leaves nothing', async () => {
    writeFileSync(join(place.base, 'f'), 'x');
    writeFileSync(join(place.base, 'g'), 'x');
    const error = await refusal(capture(place, { partial: 'fail' }, unreadable('f')));
    expect(error.code).to.equal('partial');
    expect(storedVersions(place)).to.deep.equal([]);
    using root = DataRoot.open(Buffer.from(place.root));
    expect(root.trees()[0]?.directory.datasetIds()).to.deep.equal([]);
    expect(readdirSync(root.pagesPath)).to.deep.equal([]);
  });

  it('removes what a killed capture left', async () => {
    writeFileSync(join(place.base, 'f'), 'first');
    await capture(place);
    const kept = storedVersions(place);
    writeFileSync(join(place.base, 'f'), 'second');
    // The state that a kill leaves between the contents and the record.
    const input = inputFor(place);
    {
      using root = DataRoot.open(Buffer.from(place.root));
      const found = root.trees()[0];
      if (found === undefined) throw new Error('no tree');
      found.directory.save({ ...found.tree, capturing: input.id });
      const version = BigInt(`0x${input.id.slice(0, 16)}`);
      found.directory.versions.put(99n as Gfid, version, () => undefined);
      writeFileSync(`${found.directory.versions.pathOf(99n as Gfid, version)}.part`, 'half');
      writeFileSync(`${found.directory.scratchPath}/sort-left`, 'x');
    }
    expect(storedVersions(place)).to.have.length(kept.length + 1);
    const { record } = await capture(place);
    expect(storedVersions(place)).to.have.length(kept.length + 1);
    expect([...(await treeOf(place, record))]).to.deep.equal([...liveTree(place.base)]);
    using root = DataRoot.open(Buffer.from(place.root));
    expect(existsSync(`${root.trees()[0]?.directory.scratchPath}/sort-left`)).to.equal(false);
  });

  it('takes the tree at the new dataset when the kill came after the record', async () => {
    writeFileSync(join(place.base, 'f'), 'x');
    const first = await capture(place);
    writeFileSync(join(place.base, 'g'), 'y');
    const second = await capture(place);
    using root = DataRoot.open(Buffer.from(place.root));
    const found = root.trees()[0];
    if (found === undefined) throw new Error('no tree');
    // tree.json of before, tree-next.json of after: as commit writes them.
    renameSync(`${found.directory.path}/tree.json`, `${found.directory.path}/tree-next.json`);
    const next = openRecord(readText(`${found.directory.path}/tree-next.json`), 'tree');
    const before = { ...JSON.parse(next), head: first.record.id };
    writeFileSync(`${found.directory.path}/tree.json`, sealRecord(JSON.stringify(before)));
    expect(found.directory.load().head).to.equal(second.record.id);
    renameSync(
      `${found.directory.datasetsPath}/${second.record.id}.json`,
      `${found.directory.path}/away`,
    );
    expect(found.directory.load().head).to.equal(first.record.id);
  });

  it('keeps the pages of a dataset that has its record, whatever fails behind that', async () => {
    writeFileSync(join(place.base, 'f'), 'x');
    const first = await capture(place);
    writeFileSync(join(place.base, 'g'), 'y');
    using root = DataRoot.open(Buffer.from(place.root));
    const directory = root.trees()[0]?.directory;
    if (directory === undefined) throw new Error('no tree');
    rmSync(directory.bookmarksPath, { recursive: true });
    writeFileSync(directory.bookmarksPath, 'not a directory');
    const input = inputFor(place);
    expect((await refusal(capture(place, { id: input.id }))).code).to.equal('io_error');
    rmSync(directory.bookmarksPath);
    mkdirSync(directory.bookmarksPath);
    const record = directory.readDataset(input.id);
    if (record === null) throw new Error('no record');
    expect(directory.load().head).to.equal(record.id);
    expect(record.parents).to.deep.equal([first.record.id]);
    expect([...(await treeOf(place, record))]).to.deep.equal([...liveTree(place.base)]);
  });

  it('stores nothing of a file that is written to while it is copied', () => {
    const path = join(place.base, 'f');
    writeFileSync(path, 'before');
    const versions = new VersionStore(place.root);
    const { signal } = new AbortController();
    const store = new StoreContent({ provider: 'copy', newVersion: 9n, signal }, { versions });
    const fd = openSync(path, 'r');
    try {
      const stat = statFd(fd);
      const item = {
        gfid: 7n as Gfid,
        parent: ROOT_GFID,
        read: 1,
        ino: stat.ino,
        btimeNs: stat.btimeNs,
        ctimeNs: stat.ctimeNs,
        size: stat.size,
        // Version of an older dataset: a torn content under it would be read for that one.
        storeAs: 5n,
        formerVersion: 5n,
        likelySame: true,
        racy: false,
        path: Buffer.from('f'),
      };
      const write = () => writeFileSync(path, 'behind');
      expect(() => store.store(fd, stat, item, write)).to.throw('written to');
      expect([...versions.list()]).to.deep.equal([]);
      const again = statFd(fd);
      expect(store.store(fd, again, item, () => undefined)).to.equal(9n);
      expect(versions.has(item.gfid, 9n)).to.equal(true);
    } finally {
      closeSync(fd);
    }
  });

  it('stops at a missing, emptied or foreign source', async () => {
    writeFileSync(join(place.base, 'f'), 'x');
    await capture(place);
    unlinkSync(join(place.base, 'f'));
    expect((await refusal(capture(place))).code).to.equal('source_suspicious');
    const { record } = await capture(place, { acceptSource: true });
    expect(record.entries).to.equal(0);
    rmSync(place.base, { recursive: true });
    expect((await refusal(capture(place))).code).to.equal('source_missing');
    symlinkSync('/etc', place.base);
    expect((await refusal(capture(place))).code).to.equal('path_outside_roots');
    const outside = { basePath: Buffer.from('/etc') };
    expect((await refusal(capture(place, outside))).code).to.equal('path_outside_roots');
  });

  it('refuses copies that would not leave the space asked for, naming both numbers', async () => {
    writeFileSync(join(place.base, 'f'), Buffer.alloc(100_000));
    const error = await refusal(capture(place, { minFreePercent: 99 }));
    expect(error.code).to.equal('no_space');
    expect(error.message).to.match(/needs \d+ bytes.*\d+ are free/);
  });

  it('stops at once when it is told to, and leaves nothing', async () => {
    for (let i = 0; i < 50; i++) writeFileSync(join(place.base, `f${i}`), 'x');
    const stop = new AbortController();
    const onProgress = async () => stop.abort();
    const run = captureDataset(inputFor(place), onProgress, stop.signal);
    expect((await refusal(run)).code).to.equal('cancelled');
    expect(storedVersions(place)).to.deep.equal([]);
  });

  it('leaves out the private directory at the top of a root, and only that one', async () => {
    mkdirSync(join(place.base, '.datamover'));
    writeFileSync(join(place.base, '.datamover/user-data'), 'x');
    const { record } = await capture({ root: place.root, base: place.root });
    const paths = [...(await treeOf({ root: place.root, base: place.root }, record)).keys()];
    expect(paths).to.include('/data/.datamover/user-data');
    expect(paths.some((path) => path.startsWith('/.datamover'))).to.equal(false);
  });

  it('captures a tree deeper than one path may be long', async () => {
    const name = 'n'.repeat(200);
    const depth = 40;
    let fd = openSync(place.base, 'r');
    for (let i = 0; i < depth; i++) {
      mkdirSync(`/proc/self/fd/${fd}/${name}`);
      const below = openSync(`/proc/self/fd/${fd}/${name}`, 'r');
      closeSync(fd);
      fd = below;
    }
    writeFileSync(`/proc/self/fd/${fd}/bottom`, 'deep');
    closeSync(fd);
    const { record, failures } = await capture(place);
    expect(failures).to.deep.equal([]);
    expect(record.entries).to.equal(depth + 1);
    expect((await treeOf(place, record)).has(`${`/${name}`.repeat(depth)}/bottom`)).to.equal(true);
  });
});
