import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  chownSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { withFilesystem } from '../../../../support/filesystems.js';
import { capture, liveTree, makeRoot, type TestRoot, treeOf } from './capture-helpers.js';
import { nextTick } from './next-tick.js';

/** Everything that a tree can hold, as far as the file system takes it. */
function fill(base: string): void {
  writeFileSync(join(base, 'empty'), '');
  writeFileSync(join(base, 'small'), 'hello');
  writeFileSync(join(base, 'large'), Buffer.alloc(300_000, 'x'));
  execFileSync('truncate', ['-s', '3M', join(base, 'sparse')]);
  appendFileSync(join(base, 'sparse'), 'the end');
  mkdirSync(join(base, 'dir/deep/deeper'), { recursive: true });
  writeFileSync(join(base, 'dir/deep/deeper/leaf'), 'leaf');
  mkdirSync(join(base, 'empty-dir'));
  symlinkSync('small', join(base, 'link'));
  symlinkSync('/nowhere/at/all', join(base, 'dir/dangling'));
  linkSync(join(base, 'small'), join(base, 'dir/hard'));
  linkSync(join(base, 'small'), join(base, 'also-hard'));
  execFileSync('mkfifo', [join(base, 'fifo')]);
  execFileSync('mknod', [join(base, 'null'), 'c', '1', '3']);
  execFileSync('mknod', [join(base, 'disk'), 'b', '7', '300']);
  writeFileSync(Buffer.concat([Buffer.from(`${base}/bad-`), Buffer.from([0xff, 0xfe, 10])]), 'b');
  chownSync(join(base, 'large'), 1234, 5678);
  chmodSync(join(base, 'large'), 0o4711);
  utimesSync(join(base, 'empty'), -1000, -1000);
  execFileSync('setfattr', ['-n', 'user.note', '-v', 'value', join(base, 'small')]);
  execFileSync('setfattr', ['-n', 'user.dir', '-v', 'd', join(base, 'dir')]);
}

async function expectCaptured(place: TestRoot, record: Parameters<typeof treeOf>[1]) {
  expect([...(await treeOf(place, record))]).to.deep.equal([...liveTree(place.base)]);
}

function behavesAsCapture(parent: () => string, provider: string): void {
  let place: TestRoot;

  beforeEach(() => {
    place = makeRoot(parent());
  });

  it('captures every type of entry with all its metadata', async () => {
    fill(place.base);
    const { record, failures } = await capture(place);
    expect(record.provider).to.equal(provider);
    expect(record.state).to.equal('COMPLETE');
    expect(failures).to.deep.equal([]);
    await expectCaptured(place, record);
    expect(record.entries).to.equal(liveTree(place.base).size - 1);
  });

  it('shares everything when nothing has changed', async () => {
    fill(place.base);
    // Away from the moment of the first capture, so that nothing is racy.
    await nextTick(place.root);
    const first = await capture(place);
    const second = await capture(place);
    expect(second.record.id).not.to.equal(first.record.id);
    expect(second.record.rootDigest).to.equal(first.record.rootDigest);
    expect(second.record.parents).to.deep.equal([first.record.id]);
    expect(second.record.maps.inodes).to.deep.equal(first.record.maps.inodes);
    expect(second.changedFiles).to.equal(0);
  });

  it('keeps each dataset as it was while the tree changes', async () => {
    fill(place.base);
    const { base } = place;
    const before = liveTree(base);
    const first = await capture(place);
    writeFileSync(join(base, 'small'), 'changed');
    unlinkSync(join(base, 'large'));
    rmSync(join(base, 'dir/deep'), { recursive: true });
    const second = await capture(place);
    await expectCaptured(place, second.record);
    expect([...(await treeOf(place, first.record))]).to.deep.equal([...before]);
  });

  it('follows moves, swaps, link changes and changes of type', async () => {
    fill(place.base);
    const { base } = place;
    writeFileSync(join(base, 'a'), 'A');
    writeFileSync(join(base, 'b'), 'B');
    const first = await capture(place);
    await nextTick(base);
    // A swap, a directory moved into another, a hard link moved, one removed, one added.
    renameSync(join(base, 'a'), join(base, 'tmp'));
    renameSync(join(base, 'b'), join(base, 'a'));
    renameSync(join(base, 'tmp'), join(base, 'b'));
    renameSync(join(base, 'dir/deep'), join(base, 'empty-dir/deep'));
    renameSync(join(base, 'dir/hard'), join(base, 'empty-dir/hard'));
    unlinkSync(join(base, 'small'));
    linkSync(join(base, 'sparse'), join(base, 'sparse-too'));
    unlinkSync(join(base, 'link'));
    mkdirSync(join(base, 'link'));
    writeFileSync(join(base, 'link/inside'), 'now a directory');
    unlinkSync(join(base, 'fifo'));
    writeFileSync(join(base, 'fifo'), 'now a file');
    const second = await capture(place);
    await expectCaptured(place, second.record);
    const third = await capture(place);
    await expectCaptured(place, third.record);
    expect(first.record.rootDigest).not.to.equal(second.record.rootDigest);
  });

  it('notices a change that keeps size and modification time', async () => {
    writeFileSync(join(place.base, 'f'), 'one');
    utimesSync(join(place.base, 'f'), 1000, 1000);
    await nextTick(place.root);
    await capture(place);
    writeFileSync(join(place.base, 'f'), 'two');
    utimesSync(join(place.base, 'f'), 1000, 1000);
    const { record } = await capture(place);
    await expectCaptured(place, record);
  });

  it('notices a change made within the clock tick of the last scan', async () => {
    for (let round = 0; round < 5; round++) {
      writeFileSync(join(place.base, 'f'), `a${round}`);
      utimesSync(join(place.base, 'f'), 1000, 1000);
      await capture(place);
      writeFileSync(join(place.base, 'f'), `b${round}`);
      utimesSync(join(place.base, 'f'), 1000, 1000);
      const { record } = await capture(place);
      await expectCaptured(place, record);
    }
  });

  it('moves a directory of many files with a few mutations', async () => {
    mkdirSync(join(place.base, 'many'));
    for (let i = 0; i < 2000; i++) writeFileSync(join(place.base, `many/${i}`), '');
    mkdirSync(join(place.base, 'to'));
    await nextTick(place.root);
    const first = await capture(place);
    renameSync(join(place.base, 'many'), join(place.base, 'to/moved'));
    const second = await capture(place);
    await expectCaptured(place, second.record);
    expect(second.changedFiles).to.equal(0);
    expect(second.removed).to.equal(0);
    expect(second.record.entries).to.equal(first.record.entries);
  });

  it('leaves out what the patterns say and takes it in again', async () => {
    fill(place.base);
    const { record } = await capture(place, { excludes: ['*.tmp', '/dir/', 's*', '!small'] });
    const out = (path: string) => /^\/dir($|\/)|^\/sparse$/.test(path);
    const live = liveTree(place.base, out);
    expect([...(await treeOf(place, record)).keys()]).to.deep.equal([...live.keys()]);
    expect(record.excludes).to.have.length(4);
    await expectCaptured(place, (await capture(place)).record);
  });
}

describe('capture by copies (the file system of the temporary directory)', () => {
  let parent = '';
  before(() => {
    parent = mkdtempSync(join(tmpdir(), 'dm-capture-'));
  });
  after(() => rmSync(parent, { recursive: true, force: true }));
  behavesAsCapture(() => parent, 'copy');
});

describe('capture by clones (XFS)', () => {
  const filesystem = withFilesystem('xfs', 320);
  behavesAsCapture(() => filesystem().path, 'clone');
});

describe('capture by snapshots (btrfs)', () => {
  const filesystem = withFilesystem('btrfs', 400);
  behavesAsCapture(() => filesystem().path, 'snapshot');
});
