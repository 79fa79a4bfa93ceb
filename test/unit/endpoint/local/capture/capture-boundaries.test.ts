import { execFileSync } from 'node:child_process';
import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { DmError } from '../../../../../src/model/error.js';
import { withFilesystem } from '../../../../support/filesystems.js';
import {
  capture,
  liveTree,
  makeRoot,
  storedVersions,
  type TestRoot,
  treeOf,
} from './capture-helpers.js';

function warningsOf(record: Awaited<ReturnType<typeof capture>>['record']): string[] {
  return record.warnings.map(({ path, code }) => `${Buffer.from(path)} ${code}`).sort();
}

async function failureOf(run: Promise<unknown>): Promise<DmError> {
  const error = await run.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!(error instanceof DmError)) throw new Error('it did not fail as expected');
  return error;
}

describe('capture stays on its file system', () => {
  const xfs = withFilesystem('xfs', 320);
  const btrfs = withFilesystem('btrfs', 400);

  it('leaves out mounts, of another file system or of a directory, with a warning', async () => {
    const place = makeRoot(xfs().path);
    for (const dir of ['in', 'other', 'again', 'in/file-dir']) mkdirSync(join(place.base, dir));
    writeFileSync(join(place.base, 'in/f'), 'x');
    writeFileSync(join(place.base, 'mounted-file'), 'x');
    const mounts = [join(place.base, 'other'), join(place.base, 'again')];
    const file = join(place.base, 'mounted-file');
    execFileSync('mount', ['-t', 'tmpfs', 'none', mounts[0] ?? '']);
    execFileSync('mount', ['--bind', join(place.base, 'in'), mounts[1] ?? '']);
    execFileSync('mount', ['--bind', join(place.base, 'in/f'), file]);
    try {
      const { record } = await capture(place);
      expect(warningsOf(record)).to.deep.equal([
        'again mount_point',
        'mounted-file mount_point',
        'other mount_point',
      ]);
      const out = (path: string) => /^\/(other|again|mounted-file)/.test(path);
      expect([...(await treeOf(place, record))]).to.deep.equal([...liveTree(place.base, out)]);
      const inside = { root: place.root, base: mounts[0] ?? '' };
      const error = await failureOf(capture(inside));
      expect(error.code).to.equal('path_outside_roots');
      expect(error.message).to.contain('--root');
    } finally {
      for (const mount of [...mounts, file]) execFileSync('umount', [mount]);
    }
  });

  it('leaves out nested subvolumes with a warning', async () => {
    const place = makeRoot(btrfs().path);
    writeFileSync(join(place.base, 'f'), 'x');
    execFileSync('btrfs', ['-q', 'subvolume', 'create', join(place.base, 'nested')]);
    writeFileSync(join(place.base, 'nested/g'), 'x');
    for (const provider of ['auto', 'none'] as const) {
      const { record } = await capture(place, { provider });
      expect(warningsOf(record)).to.deep.equal(['nested nested_subvolume']);
      expect([...(await treeOf(place, record)).keys()]).to.deep.equal(['', '/f']);
    }
  });

  it('captures a base path that is a subvolume, and one that lies deep in one', async () => {
    const root = mkdtempSync(join(btrfs().path, 'root-'));
    const subvolume = join(root, 'subvolume');
    execFileSync('btrfs', ['-q', 'subvolume', 'create', subvolume]);
    mkdirSync(join(subvolume, 'deep/er'), { recursive: true });
    writeFileSync(join(subvolume, 'deep/er/f'), 'x');
    for (const base of [subvolume, join(subvolume, 'deep/er')]) {
      const { record } = await capture({ root, base });
      writeFileSync(join(subvolume, 'deep/er/f'), `later than ${base}`);
      const captured = await treeOf({ root, base }, record);
      expect(captured.get(base === subvolume ? '/deep/er/f' : '/f')?.type).to.equal('file');
      const live = liveTree(base);
      expect([...captured.keys()]).to.deep.equal([...live.keys()]);
      expect([...captured]).not.to.deep.equal([...live]);
    }
  });

  it('copies a file that cannot be cloned', async () => {
    const place = makeRoot(btrfs().path);
    writeFileSync(join(place.base, 'nocow'), '');
    execFileSync('chattr', ['+C', join(place.base, 'nocow')]);
    writeFileSync(join(place.base, 'nocow'), 'not copied on write');
    const { record } = await capture(place);
    expect([...(await treeOf(place, record))]).to.deep.equal([...liveTree(place.base)]);
  });
});

describe('capture without keeping bytes', () => {
  let parent = '';
  let place: TestRoot;
  beforeEach(() => {
    parent = mkdtempSync(join(tmpdir(), 'dm-none-'));
    place = makeRoot(parent);
    writeFileSync(join(place.base, 'f'), 'one');
    writeFileSync(join(place.base, 'g'), 'steady');
  });
  afterEach(() => rmSync(parent, { recursive: true, force: true }));

  it('reads the live file as long as it is the same', async () => {
    const { record, reason } = await capture(place, { provider: 'none' });
    expect(record.provider).to.equal('none');
    expect(reason).to.match(/asked for/);
    expect(storedVersions(place)).to.deep.equal([]);
    renameSync(join(place.base, 'g'), join(place.base, 'g2'));
    renameSync(join(place.base, 'g2'), join(place.base, 'g'));
    utimesSync(join(place.base, 'f'), 1, 1);
    const error = await failureOf(treeOf(place, record));
    expect(error.code).to.equal('source_changing');
  });

  it('fills the store when bytes are kept from then on', async () => {
    await waitForClock(place.base);
    const first = await capture(place, { provider: 'none' });
    const { record } = await capture(place);
    expect(record.provider).to.equal('copy');
    expect(record.rootDigest).to.equal(first.record.rootDigest);
    expect(storedVersions(place)).to.have.length(2);
    const before = liveTree(place.base);
    writeFileSync(join(place.base, 'f'), 'two');
    expect([...(await treeOf(place, record))]).to.deep.equal([...before]);
  });
});

/** Waits until a change made now gets a later ctime than the files below `base` have. */
async function waitForClock(base: string): Promise<void> {
  const probe = join(base, '../probe');
  writeFileSync(probe, '');
  const start = lstatSync(probe, { bigint: true }).ctimeNs;
  while (lstatSync(probe, { bigint: true }).ctimeNs - start < 10_000_000n) {
    await new Promise((resolve) => setImmediate(resolve));
    writeFileSync(probe, '');
    utimesSync(probe, 1, 1);
  }
}
