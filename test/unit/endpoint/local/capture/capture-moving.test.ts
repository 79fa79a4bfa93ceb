import {
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import type { EntryLook } from '../../../../../src/endpoint/local/capture/scan-types.js';
import type { DatasetRecord } from '../../../../../src/endpoint/local/layout/dataset-record.js';
import { openAt } from '../../../../../src/endpoint/local/sys/open.js';
import type { StatView } from '../../../../../src/endpoint/local/sys/stat.js';
import { withFilesystem } from '../../../../support/filesystems.js';
import {
  capture,
  checkCatalog,
  liveTree,
  makeRoot,
  type TestRoot,
  treeOf,
} from './capture-helpers.js';

/**
 * Does something to the tree when the scan looks at the entry `name`, each time or only the first.
 */
function whenSeen(
  name: string,
  act: (time: number) => void,
  times = 1,
): EntryLook & { fired: number } {
  const look = {
    fired: 0,
    statAt: (view: StatView, dirFd: number, bytes: Uint8Array) => {
      if (Buffer.from(bytes).toString() === name && look.fired < times) act(look.fired++);
      view.statAt(dirFd, bytes);
    },
    openAt,
  };
  return look;
}

async function expectLive(place: TestRoot, record: Parameters<typeof treeOf>[1]): Promise<void> {
  expect([...(await treeOf(place, record))]).to.deep.equal([...liveTree(place.base)]);
}

describe('capture of a tree that moves meanwhile', () => {
  let parent = '';
  let place: TestRoot;

  beforeEach(async () => {
    parent = mkdtempSync(join(tmpdir(), 'dm-moving-'));
    place = makeRoot(parent);
    for (const dir of ['a', 'm', 'z', 'z/dir', 'z/dir/below']) mkdirSync(join(place.base, dir));
    writeFileSync(join(place.base, 'm/trigger'), '');
    writeFileSync(join(place.base, 'z/f'), 'known');
    writeFileSync(join(place.base, 'z/dir/below/g'), 'known too');
  });
  afterEach(() => rmSync(parent, { recursive: true, force: true }));

  it('finds a file that moves from where it has not been to where it has', async () => {
    const first = await capture(place);
    const look = whenSeen('trigger', () =>
      renameSync(join(place.base, 'z/f'), join(place.base, 'a/f')),
    );
    const { record, removed } = await capture(place, {}, look);
    expect(look.fired).to.equal(1);
    expect(removed).to.equal(0);
    await expectLive(place, record);
    expect(record.entries).to.equal(first.record.entries);
  });

  it('finds a directory that moves so, known or new, with all that is below', async () => {
    await capture(place);
    mkdirSync(join(place.base, 'z/fresh/er'), { recursive: true });
    writeFileSync(join(place.base, 'z/fresh/er/h'), 'new');
    const look = whenSeen('trigger', () => {
      renameSync(join(place.base, 'z/dir'), join(place.base, 'a/dir'));
      renameSync(join(place.base, 'z/fresh'), join(place.base, 'a/fresh'));
    });
    const { record, removed } = await capture(place, {}, look);
    expect(removed).to.equal(0);
    await expectLive(place, record);
  });

  it('counts a directory once that moves from where it has been to where it has not', async () => {
    renameSync(join(place.base, 'z/dir'), join(place.base, 'a/dir'));
    await capture(place);
    const look = whenSeen('trigger', () =>
      renameSync(join(place.base, 'a/dir'), join(place.base, 'z/dir')),
    );
    const { record, removed } = await capture(place, {}, look);
    expect(removed).to.equal(0);
    await expectLive(place, record);
  });

  it('keeps a directory that is elsewhere whenever it is looked for, with all that is below', async () => {
    writeFileSync(join(place.base, 'a/in-a'), '');
    writeFileSync(join(place.base, 'z/in-z'), '');
    const first = await capture(place);
    // What is looked at first has been listed: from then on the
    // directory is where it was not listed.
    const look = whenever((name) => {
      const [from, to] = name === 'in-a' ? ['z/dir', 'a/dir'] : ['a/dir', 'z/dir'];
      if (name !== 'in-a' && name !== 'in-z') return;
      if (existsSync(join(place.base, from)))
        renameSync(join(place.base, from), join(place.base, to));
    });
    const { record, failures, removed } = await capture(place, {}, look);
    expect(removed).to.equal(0);
    expect(record.entries).to.equal(first.record.entries);
    expect(record.state).to.equal('COMPLETE_PARTIAL');
    expect(failures.map(({ code }) => code)).to.include('source_changing');
    const later = await capture(place);
    await expectLive(place, later.record);
  });

  it('leaves out what is created and removed again', async () => {
    await capture(place);
    mkdirSync(join(place.base, 'a/passing/below'), { recursive: true });
    writeFileSync(join(place.base, 'a/passing/below/x'), 'x');
    writeFileSync(join(place.base, 'a/fleeting'), 'x');
    const look = whenSeen('trigger', () => {
      rmSync(join(place.base, 'a/passing'), { recursive: true });
      unlinkSync(join(place.base, 'a/fleeting'));
    });
    const { record } = await capture(place, {}, look);
    await expectLive(place, record);
  });

  it('takes a file that is replaced while it is captured', async () => {
    await capture(place);
    writeFileSync(join(place.base, 'a/f'), 'changed');
    const look = whenSeen('trigger', () => {
      writeFileSync(join(place.base, 'a/f.tmp'), 'replaced');
      renameSync(join(place.base, 'a/f.tmp'), join(place.base, 'a/f'));
    });
    const { record } = await capture(place, {}, look);
    expect(record.state).to.equal('COMPLETE');
    await expectLive(place, record);
  });

  /** A look that calls `onSeen` before each entry is looked at. */
  function whenever(onSeen: (name: string) => void): EntryLook {
    const statAt = (view: StatView, dirFd: number, name: Uint8Array): void => {
      onSeen(Buffer.from(name).toString());
      view.statAt(dirFd, name);
    };
    return { statAt, openAt };
  }

  async function expectWhole(first: DatasetRecord, look: EntryLook): Promise<void> {
    const { record } = await capture(place, {}, look);
    await checkCatalog(place, first, record);
    const later = await capture(place);
    await checkCatalog(place, record, later.record);
    await expectLive(place, later.record);
  }

  it('leaves out a new directory that its parent no longer names, with all that is below', async () => {
    const first = await capture(place);
    const fresh = join(place.base, 'm/fresh');
    mkdirSync(join(fresh, 'er'), { recursive: true });
    writeFileSync(join(fresh, 'er/h'), 'new');
    let reads = 0;
    const look = whenever((name) => {
      if (name === 'fresh' && ++reads > 1) {
        renameSync(fresh, join(parent, 'aside'));
        symlinkSync('/', fresh);
      } else if (name === 'trigger' && reads === 1) writeFileSync(join(place.base, 'm/touch'), '');
      else if (name === 'trigger') {
        // Behind the second read of its parent it is back before it is looked for.
        unlinkSync(fresh);
        renameSync(join(parent, 'aside'), fresh);
      }
    });
    await expectWhole(first.record, look);
    expect(reads).to.be.greaterThan(1);
  });

  it('leaves out a new directory that is gone whenever it is looked for, in the place of a file', async () => {
    const known = join(place.base, 'm/known');
    writeFileSync(known, 'known');
    const first = await capture(place);
    unlinkSync(known);
    mkdirSync(known);
    let reads = 0;
    const look = whenever((name) => {
      // Behind it in its own directory, and in one that is read later.
      if (name === 'trigger') renameSync(known, join(parent, 'aside'));
      if (name === 'f') renameSync(join(parent, 'aside'), known);
      if (name === 'known') reads++;
    });
    await expectWhole(first.record, look);
    expect(reads).to.be.greaterThan(1);
  });

  it('keeps what it loses sight of in a tree that never rests, and drops it later', async () => {
    for (let i = 0; i < 12; i++) writeFileSync(join(place.base, `z/known-${i}`), 'x');
    const first = await capture(place);
    // Each time the directory is read, one more known file is gone.
    const look = whenSeen(
      'f',
      (time) => unlinkSync(join(place.base, `z/known-${time}`)),
      Number.MAX_SAFE_INTEGER,
    );
    const { record, failures } = await capture(place, {}, look);
    expect(record.state).to.equal('COMPLETE_PARTIAL');
    expect(failures.every((one) => one.code === 'source_changing')).to.equal(true);
    expect(record.entries).to.equal(first.record.entries);
    const later = await capture(place);
    expect(later.record.state).to.equal('COMPLETE');
    await expectLive(place, later.record);
  });
});

type Step = readonly [action: number, from: number, to: number];

/** One random change of the tree; changes that are not possible are none. */
function change(base: string, [action, from, to]: Step): void {
  const all = everyPath(base);
  const source = join(base, all[from % Math.max(all.length, 1)] ?? 'none');
  const dirs = ['', ...all.filter((path) => lstatSync(join(base, path)).isDirectory())];
  const target = join(base, dirs[to % dirs.length] ?? '', `n${(from * 7 + to) % 9}`);
  try {
    if (action === 0) writeFileSync(target, `text ${from} ${to}`);
    else if (action === 1) mkdirSync(target);
    else if (action === 2) renameSync(source, target);
    else if (action === 3) rmSync(source, { recursive: true });
    else if (action === 4) linkSync(source, target);
    else if (action === 5) symlinkSync(`to-${from}`, target);
    else if (action === 6 && statSync(source).isFile()) writeFileSync(source, `again ${to}`);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? '';
    const impossible = ['ENOENT', 'EEXIST', 'EISDIR', 'ENOTDIR', 'EINVAL', 'ENOTEMPTY', 'EPERM'];
    if (!impossible.includes(code) && code !== 'ELOOP') throw error;
  }
}

function everyPath(base: string): string[] {
  return readdirSync(base, { recursive: true, encoding: 'utf8' }).sort();
}

function followsRandomChanges(parent: () => string): void {
  it('equals the tree after any sequence of changes', async function () {
    this.timeout(120_000);
    const step = fc.tuple(fc.nat(6), fc.nat(50), fc.nat(50));
    const rounds = fc.array(fc.array(step, { minLength: 1, maxLength: 12 }), {
      minLength: 1,
      maxLength: 5,
    });
    await fc.assert(
      fc.asyncProperty(rounds, async (all) => {
        const place = makeRoot(parent());
        try {
          for (const steps of all) {
            for (const one of steps) change(place.base, one);
            const { record } = await capture(place, { acceptSource: true });
            await expectLive(place, record);
          }
          // From nothing, the same names and contents come out.
          const { record } = await capture(place, { acceptSource: true });
          const bytes = [...liveTree(place.base).values()]
            .filter(
              (entry, index, list) => list.findIndex((e) => e.group === entry.group) === index,
            )
            .reduce((sum, entry) => sum + BigInt(entry.size), 0n);
          expect(record.bytes).to.equal(bytes);
        } finally {
          rmSync(place.base, { recursive: true });
        }
      }),
      { numRuns: 40 },
    );
  });
}

describe('capture against random changes (copies)', () => {
  let parent = '';
  before(() => {
    parent = mkdtempSync(join(tmpdir(), 'dm-random-'));
  });
  after(() => rmSync(parent, { recursive: true, force: true }));
  followsRandomChanges(() => parent);
});

describe('capture against random changes (XFS)', () => {
  const filesystem = withFilesystem('xfs', 320);
  followsRandomChanges(() => filesystem().path);
});

describe('capture against random changes (btrfs)', () => {
  const filesystem = withFilesystem('btrfs', 500);
  followsRandomChanges(() => filesystem().path);
});
