import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { basename } from 'node:path';
import { expect } from 'chai';
import { DirectoryStore } from '../../../../../src/endpoint/object/store/directory/directory-store.js';
import { Folder } from '../../../../../src/endpoint/object/store/directory/folder.js';
import { folderEntries } from '../../../../../src/endpoint/object/store/directory/folder-entries.js';
import { DmError } from '../../../../../src/model/error.js';
import { systemClock } from '../../../../../src/util/clock.js';
import { describeObjectStore } from '../../../../contract/object-store-contract.js';
import { TempDirectory } from '../../../../support/temp-directory.js';

const DAY_MS = 86_400_000;
const { signal } = new AbortController();
const open = (path: string, singleWriter = false) =>
  DirectoryStore.open({ path, singleWriter }, { clock: systemClock, randomBytes });

describeObjectStore('directory', async () => {
  const directory = new TempDirectory();
  const store = await open(directory.path);
  const other = await open(directory.path);
  return {
    store,
    other,
    [Symbol.asyncDispose]: async () => {
      await store[Symbol.asyncDispose]();
      await other[Symbol.asyncDispose]();
      expect(readdirSync(directory.path)).to.satisfy((names: string[]) =>
        names.every((name) => /^odd$/.test(name)),
      );
      directory[Symbol.dispose]();
    },
  };
});

describe('directory store', () => {
  let directory: TempDirectory;
  let store: DirectoryStore;

  beforeEach(async () => {
    directory = new TempDirectory();
    mkdirSync(directory.join('store'));
    store = await open(directory.join('store'));
  });
  afterEach(async () => {
    await store[Symbol.asyncDispose]();
    directory[Symbol.dispose]();
  });

  const code = async (promise: Promise<unknown>): Promise<string> => {
    try {
      await promise;
      return 'nothing failed';
    } catch (error) {
      return error instanceof DmError ? error.code : String(error);
    }
  };
  const drain = async (key: string) => {
    for await (const _ of store.get(key, null, signal));
  };

  it('keeps an object as a plain file of its name', async () => {
    await store.put('tree/a file.txt', Buffer.from('plain'), {}, signal);
    expect(readFileSync(directory.join('store/tree/a file.txt'), 'utf8')).to.equal('plain');
  });

  it('never leaves its directory, whatever the key', async () => {
    await store.put('../outside', Buffer.from('x'), {}, signal);
    await store.put('a/../../outside', Buffer.from('x'), {}, signal);
    await store.put('/etc', Buffer.from('x'), {}, signal);
    expect(readdirSync(directory.path)).to.deep.equal(['store']);
  });

  it('follows no symbolic link out, neither as folder nor as object', async () => {
    mkdirSync(directory.join('victim'));
    writeFileSync(directory.join('victim/file'), 'secret');
    symlinkSync(directory.join('victim'), directory.join('store/link'));
    symlinkSync(directory.join('victim/file'), directory.join('store/object'));
    expect(await code(store.put('link/new', Buffer.from('x'), {}, signal))).to.equal(
      'store_refused',
    );
    expect(await code(drain('link/file'))).to.equal('not_found');
    expect(await code(drain('object'))).to.equal('store_refused');
    expect(await store.head('object', signal)).to.equal(null);
    await store.put('object', Buffer.from('mine'), {}, signal);
    await store.delete(['link/file'], signal);
    expect(readdirSync(directory.join('victim'))).to.deep.equal(['file']);
    expect(readFileSync(directory.join('victim/file'), 'utf8')).to.equal('secret');
    for await (const page of store.list('', {}, signal)) {
      expect(page.map(({ key }) => key)).to.deep.equal(['object']);
    }
  });

  it('does not wait at a FIFO and takes none for an object', async () => {
    execFileSync('mkfifo', [directory.join('store/pipe')]);
    expect(await code(drain('pipe'))).to.equal('not_found');
    expect(await store.head('pipe', signal)).to.equal(null);
  });

  it('says that a disk may not be mounted, and makes no directory in its place', async () => {
    const missing = directory.join('not-mounted');
    expect(await code(open(missing))).to.equal('store_unreachable');
    expect(existsSync(missing)).to.equal(false);
  });

  it('refuses a key whose folder is an object, and the other way round', async () => {
    await store.put('a', Buffer.from('x'), {}, signal);
    expect(await code(store.put('a/b', Buffer.from('x'), {}, signal))).to.equal('store_refused');
    await store.put('c/d', Buffer.from('x'), {}, signal);
    expect(await code(store.put('c', Buffer.from('x'), {}, signal))).to.equal('store_refused');
    expect(await code(drain('a/b'))).to.equal('not_found');
    expect(await code(drain('c'))).to.equal('not_found');
  });

  it('finds what an interrupted write left, and removes only that', async () => {
    await store.put('p/q/object', Buffer.from('x'), {}, signal);
    const left = directory.join('store/p/q', `%t${'0'.repeat(32)}`);
    writeFileSync(left, 'half');
    utimesSync(left, 1_000, 1_000);
    const found = [];
    for await (const page of store.listUnfinished('p/', signal)) found.push(...page);
    expect(found.map(({ key, startedAtMs }) => [key, startedAtMs])).to.deep.equal([
      ['p/q/', 1_000_000],
    ]);
    for (const upload of found) await store.dropUnfinished(upload, signal);
    expect(readdirSync(directory.join('store/p/q'))).to.deep.equal(['object']);
    const forged = { key: '', uploadId: 'p/q/object', startedAtMs: 0 };
    expect(await code(store.dropUnfinished(forged, signal))).to.equal('invalid_argument');
  });

  it('can be written again when somebody takes what is being written for a leftover', async () => {
    async function* cleanedAway() {
      yield Buffer.from('x');
      for await (const page of store.listUnfinished('p/', signal)) {
        for (const upload of page) await store.dropUnfinished(upload, signal);
      }
    }
    for (const options of [{}, { ifAbsent: true }]) {
      const put = store.putStream('p/object', cleanedAway(), options, signal);
      expect(await code(put)).to.equal('target_changed');
    }
    await store.put('p/object', Buffer.from('x'), {}, signal);
    expect(readdirSync(directory.join('store/p'))).to.deep.equal(['object']);
  });

  it('a full disk is told as such, and nothing half is left there', async function () {
    if (process.getuid?.() !== 0) return this.skip();
    mkdirSync(directory.join('small'));
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'none', directory.join('small')]);
    try {
      await using small = await open(directory.join('small'));
      await small.put('fits', Buffer.alloc(300_000), {}, signal);
      const large = small.put('large', Buffer.alloc(2_000_000), {}, signal);
      expect(await code(large)).to.equal('no_space');
      expect(readdirSync(directory.join('small'))).to.deep.equal(['fits']);
    } finally {
      execFileSync('umount', ['-l', directory.join('small')]);
    }
  });

  it('says who may not, where it may not write', async function () {
    if (process.getuid?.() !== 0) return this.skip();
    mkdirSync(directory.join('ro'));
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'ro', 'none', directory.join('ro')]);
    try {
      await using readOnly = await open(directory.join('ro'));
      expect(readOnly.capabilities.conditionalPut).to.equal(false);
      const put = readOnly.put('key', Buffer.from('x'), {}, signal);
      expect(await code(put)).to.equal('store_refused');
      expect(await readOnly.head('key', signal)).to.equal(null);
      expect(await readOnly.now(signal)).to.be.closeTo(Date.now(), 1_000);
    } finally {
      execFileSync('umount', ['-l', directory.join('ro')]);
    }
  });

  it('writes nothing at all for a read-only account', async () => {
    await store.put('key', Buffer.from('x'), {}, signal);
    const { mtimeMs } = statSync(directory.join('store'));
    const options = { path: directory.join('store'), singleWriter: false, readOnly: true };
    await using reader = await DirectoryStore.open(options, { clock: systemClock, randomBytes });
    expect(await reader.head('key', signal)).to.include({ size: 1 });
    expect(await reader.now(signal)).to.be.closeTo(Date.now(), 1_000);
    expect(statSync(directory.join('store')).mtimeMs).to.equal(mtimeMs);
  });

  for (const [what, ms] of [
    ['a day back', -DAY_MS],
    ['ten years ahead', 3_652 * DAY_MS],
  ] as const) {
    it(`looks at its own clock again when ours was set ${what}`, async () => {
      let shiftMs = 0;
      const clock = { ...systemClock, now: () => Date.now() + shiftMs };
      const options = { path: directory.join('clocked'), singleWriter: false };
      mkdirSync(options.path);
      await using clocked = await DirectoryStore.open(options, { clock, randomBytes });
      expect(await clocked.now(signal)).to.be.closeTo(Date.now(), 1_000);
      shiftMs = ms;
      expect(await clocked.now(signal)).to.be.closeTo(Date.now(), 1_000);
    });
  }

  it('tells which pages of large objects nobody needs again: what was written, and what was read in large pieces', async () => {
    const forgotten: string[] = [];
    const forgetPages = (fd: number, offset: number, length: number): void => {
      const name = basename(readlinkSync(`/proc/self/fd/${fd}`));
      forgotten.push(`${name.startsWith('%t') ? 'new' : name} ${offset} ${length}`);
    };
    const options = { path: directory.join('store'), singleWriter: false };
    await using store = await DirectoryStore.open(options, {
      ...{ clock: systemClock, randomBytes, forgetPages },
    });
    await store.put('large', Buffer.alloc(5 << 19), {}, signal);
    for await (const _ of store.get('large', null, signal));
    for await (const _ of store.get('large', { offset: 4096, length: 4096 }, signal));
    expect(forgotten).to.deep.equal([
      'new 0 0',
      `large 0 ${1 << 20}`,
      `large ${1 << 20} ${1 << 20}`,
    ]);
  });

  it('removes folders with their last object', async () => {
    await store.put('deep/er/still/object', Buffer.from('x'), {}, signal);
    await store.put('deep/other', Buffer.from('x'), {}, signal);
    await store.delete(['deep/er/still/object'], signal);
    expect(readdirSync(directory.join('store/deep'))).to.deep.equal(['other']);
  });

  it('puts into a folder while others empty and remove it', async () => {
    const work = Array.from({ length: 4 }, async (_, writer) => {
      for (let round = 0; round < 50; round++) {
        await store.put(`busy/folder/${writer}`, Buffer.from('x'), {}, signal);
        await store.delete([`busy/folder/${writer}`], signal);
      }
    });
    await Promise.all(work);
    expect(readdirSync(directory.join('store'))).to.deep.equal([]);
  });

  it('reads a large folder in windows, in the same order', async () => {
    const names = Array.from(
      { length: 60 },
      (_, i) => `n${String((i * 37) % 60).padStart(2, '0')}`,
    );
    for (const name of names) writeFileSync(directory.join('store', name), '');
    await using folder = await Folder.open(directory.join('store'));
    const found = [];
    for await (const entry of folderEntries(folder, null, 7)) found.push(entry.sortKey);
    expect(found).to.deep.equal([...names].sort());
  });

  it('promises no conditional put where a file cannot have two names, unless it is the only writer', async () => {
    const read = await openWithoutLinks(directory.join('store'), false);
    expect(read.capabilities.conditionalPut).to.equal(false);
    await read[Symbol.asyncDispose]();
    const sole = await openWithoutLinks(directory.join('store'), true);
    expect(sole.capabilities.conditionalPut).to.equal(true);
    await sole.put('k', Buffer.from('1'), { ifAbsent: true }, signal);
    const again = sole.put('k', Buffer.from('2'), { ifAbsent: true }, signal);
    expect(await code(again)).to.equal('already_exists');
    expect(statSync(directory.join('store/k')).size).to.equal(1);
    await sole[Symbol.asyncDispose]();
  });

  /** The second temporary name of the probe is taken, as if the file system gave no second name. */
  function openWithoutLinks(path: string, singleWriter: boolean): Promise<DirectoryStore> {
    let calls = 0;
    return DirectoryStore.open(
      { path, singleWriter },
      {
        clock: systemClock,
        randomBytes: (length) => (++calls <= 2 ? Buffer.alloc(length, 1) : randomBytes(length)),
      },
    );
  }
});
