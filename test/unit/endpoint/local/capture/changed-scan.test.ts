import { execFileSync } from 'node:child_process';
import { randomInt } from 'node:crypto';
import {
  appendFileSync,
  chmodSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { DataRoot } from '../../../../../src/endpoint/local/layout/data-root.js';
import type { DatasetRecord } from '../../../../../src/endpoint/local/layout/dataset-record.js';
import { Random } from '../../../../support/e2e-random.js';
import { withFilesystem } from '../../../../support/filesystems.js';
import { capture, liveTree, type TestRoot, treeOf } from './capture-helpers.js';
import { nextTick } from './next-tick.js';
import { RandomEdits } from './random-edits.js';

const ROUNDS = 12;
const EDITS = 14;

describe('scan of what btrfs says has changed', () => {
  const filesystem = withFilesystem('btrfs', 256);
  let place: TestRoot;
  let outside: string;
  let volume: string;

  beforeEach(() => {
    const root = mkdtempSync(join(filesystem().path, 'root-'));
    volume = join(root, 'volume');
    btrfs('subvolume', 'create', volume);
    place = { root, base: join(volume, 'on/the/way/data') };
    outside = join(volume, 'outside');
    mkdirSync(place.base, { recursive: true });
    mkdirSync(outside);
    for (const name of ['a', 'a/b', 'a/b/c', 'm', 'm/n', 'z']) mkdirSync(join(place.base, name));
    for (const name of ['f', 'a/f', 'a/b/f', 'a/b/c/f', 'm/n/f', 'z/f']) {
      writeFileSync(join(place.base, name), `content of ${name}`);
    }
  });

  /** Captures and expects the record to be used, and the dataset to be the tree. */
  async function captureChanges(): Promise<DatasetRecord> {
    await nextTick(place.root);
    // Random edits may well empty it.
    const { record } = await capture(place, { acceptSource: true });
    expect(record.scan).to.equal('changes');
    expect([...(await treeOf(place, record))]).to.deep.equal([...liveTree(place.base)]);
    return record;
  }

  /** What a walk makes of the same tree: nothing may be left for it to find. */
  async function expectWalkFindsNothing(record: DatasetRecord): Promise<void> {
    btrfs('subvolume', 'delete', snapshotOf(record));
    const options = { acceptSource: true };
    const { record: walk, changedFiles } = await capture(place, options);
    expect(walk.scan).to.equal('walk: the snapshot of the last dataset is gone');
    expect(changedFiles).to.equal(0);
    expect(walk.rootDigest).to.equal(record.rootDigest);
    expect(walk.maps).to.deep.equal(record.maps);
    expect(walk.entries).to.equal(record.entries);
    expect(walk.bytes).to.equal(record.bytes);
  }

  it('gives the catalog that a walk gives, whatever was done to the tree', async function () {
    this.timeout(120_000);
    const seed = randomInt(2 ** 31);
    const random = new Random(seed);
    await capture(place);
    const edits = new RandomEdits({ base: place.base, outside }, random);
    for (let round = 0; round < ROUNDS; round++) {
      edits.run(random.below(EDITS));
      try {
        await expectWalkFindsNothing(await captureChanges());
      } catch (error) {
        throw new Error(`seed ${seed}, round ${round}`, { cause: error });
      }
    }
  });

  it('sees content, metadata and every name of what has changed, and nothing else', async () => {
    linkSync(join(place.base, 'f'), join(place.base, 'm/hard'));
    const first = await capture(place);
    expect(first.record.scan).to.equal('walk: it is the first dataset');
    appendFileSync(join(place.base, 'a/b/c/f'), 'more');
    chmodSync(join(place.base, 'z/f'), 0o640);
    unlinkSync(join(place.base, 'f'));
    renameSync(join(place.base, 'm/n'), join(place.base, 'a/n'));
    const record = await captureChanges();
    await expectWalkFindsNothing(record);
  });

  it('follows a directory that moved below a new one', async () => {
    await capture(place);
    mkdirSync(join(place.base, 'new/er'), { recursive: true });
    renameSync(join(place.base, 'a/b'), join(place.base, 'new/er/b'));
    appendFileSync(join(place.base, 'new/er/b/c/f'), 'more');
    await expectWalkFindsNothing(await captureChanges());
  });

  it('sees what has changed in a foreign directory of the name .datamover', async () => {
    mkdirSync(join(place.base, 'a/.datamover/trees'), { recursive: true });
    writeFileSync(join(place.base, 'a/.datamover/trees/f'), 'of another host');
    await capture(place);
    appendFileSync(join(place.base, 'a/.datamover/trees/f'), 'more');
    writeFileSync(join(place.base, 'a/.datamover/new'), '');
    await expectWalkFindsNothing(await captureChanges());
  });

  it('does not follow what left the tree, and takes it in again', async () => {
    await capture(place);
    renameSync(join(place.base, 'a'), join(outside, 'a'));
    writeFileSync(join(outside, 'a/b/new'), '');
    await captureChanges();
    renameSync(join(outside, 'a'), join(place.base, 'z/a'));
    await expectWalkFindsNothing(await captureChanges());
  });

  it('is given up for a walk where it would miss something', async () => {
    await nextTick(place.root);
    await capture(place);
    const excluding = await capture(place, { excludes: ['*.tmp'] });
    expect(excluding.record.scan).to.equal('walk: something is excluded');
    await capture(place);
    // The subvolume is put back to an older state, as an operator does: its history is another one.
    btrfs('subvolume', 'snapshot', volume, `${volume}-older`);
    writeFileSync(join(place.base, 'late'), '');
    await capture(place);
    renameSync(volume, `${volume}-newer`);
    renameSync(`${volume}-older`, volume);
    const { record } = await capture(place, { acceptSource: true });
    expect(record.scan).to.equal('walk: the last dataset is of another subvolume');
    expect([...(await treeOf(place, record))]).to.deep.equal([...liveTree(place.base)]);
  });

  it('is given up for a walk when a subvolume is nested', async () => {
    await capture(place);
    btrfs('subvolume', 'create', join(place.base, 'a/nested'));
    expect((await capture(place)).record.scan).to.equal('changes');
    const { record } = await capture(place);
    expect(record.scan).to.equal('walk: something is nested in the tree');
    expect(record.warnings.map(({ code }) => code)).to.deep.equal(['nested_subvolume']);
    btrfs('subvolume', 'delete', join(place.base, 'a/nested'));
  });

  it('refuses an emptied tree as a walk does', async () => {
    await capture(place);
    rmSync(place.base, { recursive: true });
    mkdirSync(place.base);
    let code = '';
    try {
      await capture(place);
    } catch (error) {
      code = (error as { code: string }).code;
    }
    expect(code).to.equal('source_suspicious');
  });

  function snapshotOf({ id }: DatasetRecord): string {
    using root = DataRoot.open(Buffer.from(place.root));
    const found = root.trees().find(({ directory }) => directory.readDataset(id) !== null);
    if (found === undefined) throw new Error('the dataset has no record');
    return join(place.root, '.datamover/trees', found.directory.id, 'snapshots', id);
  }
});

function btrfs(...args: string[]): void {
  execFileSync('btrfs', args, { stdio: ['ignore', 'ignore', 'pipe'] });
}
