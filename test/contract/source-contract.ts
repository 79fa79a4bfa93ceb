import { expect } from 'chai';
import { PayloadReader } from '../../src/endpoint/change-payload.js';
import type { ChangeBatch, ResumePoint } from '../../src/endpoint/change-stream.js';
import type { ChangesRequest, DatasetReader, Source } from '../../src/endpoint/source.js';
import type { DatasetInfo } from '../../src/model/dataset.js';
import { DmError } from '../../src/model/error.js';
import { type Gfid, parseDatasetId, parseDigest, ROOT_GFID } from '../../src/model/ids.js';

/**
 * A source with two datasets of one tree: `first` holds exactly FIRST_FILES, `second` follows it
 * and holds exactly SECOND_FILES. Directories are those the paths need.
 */
export interface SourceFixture extends AsyncDisposable {
  readonly source: Source;
  readonly first: DatasetInfo;
  readonly second: DatasetInfo;
}

const big = (seed: number) =>
  Buffer.from(Array.from({ length: 400_000 }, (_, i) => (i * 31 + (i >> 8) * seed) & 0xff));
const BIG = big(7);
const BIG_CHANGED = Buffer.from(BIG);
BIG_CHANGED.fill(0xee, 200_000, 200_100);

export const FIRST_FILES: Readonly<Record<string, Buffer>> = {
  'a.txt': Buffer.from('alpha'),
  'big.bin': BIG,
  'dir/deep/leaf': Buffer.from('leaf'),
  'dir/other.bin': big(3),
  empty: Buffer.alloc(0),
  'gone.txt': Buffer.from('soon gone'),
  'z.txt': Buffer.from('omega'),
};
export const SECOND_FILES: Readonly<Record<string, Buffer>> = {
  'a.txt': Buffer.from('alpha, changed'),
  'big.bin': BIG_CHANGED,
  'dir/deep/leaf': Buffer.from('leaf'),
  'dir/new.txt': Buffer.from('new'),
  'dir/other.bin': big(3),
  empty: Buffer.alloc(0),
  'z.txt': Buffer.from('omega'),
};

const WHOLE: ChangesRequest = { base: null, subpaths: [], lanes: 2, resume: null };

/** Runs the contract of the Source port on what `make` makes. */
export function describeSource(name: string, make: () => Promise<SourceFixture>): void {
  describe(`source contract: ${name}`, () => {
    let fixture: SourceFixture;
    let signal: AbortSignal;
    const openFirst = () => fixture.source.open({ id: fixture.first.id }, signal);
    const openSecond = () => fixture.source.open({ id: fixture.second.id }, signal);

    before(async () => {
      fixture = await make();
    });
    beforeEach(() => {
      signal = new AbortController().signal;
    });
    after(() => fixture[Symbol.asyncDispose]());

    it('lists complete datasets, ascending by number', async () => {
      const listed = await all(fixture.source.listDatasets({}, signal));
      expect(listed).to.deep.equal([fixture.first, fixture.second]);
    });

    it('filters the list by tree and base path', async () => {
      const { tree, basePath } = fixture.first;
      expect(await all(fixture.source.listDatasets({ tree, basePath }, signal))).to.have.length(2);
      const elsewhere = { basePath: Buffer.from('/no/such/path') };
      expect(await all(fixture.source.listDatasets(elsewhere, signal))).to.have.length(0);
    });

    it('opens a dataset by number, by id, and by id at a base path', async () => {
      const { number, id, basePath } = fixture.second;
      for (const ref of [{ number }, { id }, { id, basePath }]) {
        await using reader = await fixture.source.open(ref, signal);
        expect(reader.info).to.deep.equal(fixture.second);
      }
    });

    it('fails with not_found for a dataset it does not hold', async () => {
      const unknown = parseDatasetId('ef'.repeat(16));
      const elsewhere = { id: fixture.first.id, basePath: Buffer.from('/no/such/path') };
      for (const ref of [{ number: 999_999 }, { id: unknown }, elsewhere]) {
        expect((await failure(fixture.source.open(ref, signal))).code).to.equal('not_found');
      }
    });

    it('looks up the root, nested entries, and nothing', async () => {
      await using reader = await openFirst();
      const root = await reader.lookup([], signal);
      expect(root?.gfid).to.equal(ROOT_GFID);
      expect(root?.inode.type).to.equal('dir');
      const leaf = await reader.lookup(path('dir/deep/leaf'), signal);
      expect(leaf?.inode.type).to.equal('file');
      expect(leaf?.inode.size).to.equal(4n);
      expect(Buffer.from(leaf?.name ?? []).toString()).to.equal('leaf');
      expect(await reader.lookup(path('dir/missing'), signal)).to.equal(null);
      expect(await reader.lookup(path('a.txt/below'), signal)).to.equal(null);
    });

    it('lists a directory in name order and resumes behind a name', async () => {
      await using reader = await openFirst();
      const expected = ['a.txt', 'big.bin', 'dir', 'empty', 'gone.txt', 'z.txt'];
      expect(await names(reader, null)).to.deep.equal(expected);
      for (const [index, name] of expected.entries()) {
        expect(await names(reader, Buffer.from(name))).to.deep.equal(expected.slice(index + 1));
      }
    });

    it('tells all names of an entry', async () => {
      await using reader = await openFirst();
      const entry = await entryAt(reader, 'dir/other.bin');
      const parent = await entryAt(reader, 'dir');
      const details = await reader.details(entry.gfid, signal);
      const found = details.names.map((n) => [n.parent, Buffer.from(n.name).toString()]);
      expect(found).to.deep.equal([[parent.gfid, 'other.bin']]);
      expect(details.exception).to.equal(null);
    });

    it('reads files whole, in part, and not beyond their end', async () => {
      await using reader = await openFirst();
      for (const [name, content] of Object.entries(FIRST_FILES)) {
        const { gfid } = await entryAt(reader, name);
        const bytes = await all(reader.read(gfid, 0n, 1n << 40n, signal));
        expect(Buffer.concat(bytes).equals(content), name).to.equal(true);
      }
      const { gfid } = await entryAt(reader, 'big.bin');
      const part = Buffer.concat(await all(reader.read(gfid, 65_530n, 70_000n, signal)));
      expect(part.equals(BIG.subarray(65_530, 135_530))).to.equal(true);
      const beyond = await all(reader.read(gfid, BigInt(BIG.length), 10n, signal));
      expect(Buffer.concat(beyond)).to.have.length(0);
    });

    it('streams structure on lane 0, then content, then one empty end', async () => {
      await using reader = await openFirst();
      const batches = await all(reader.changes(WHOLE, signal));
      checkOrder(batches, 2);
      const files = await contents(reader, batches);
      expect([...files.keys()].sort()).to.deep.equal(Object.keys(FIRST_FILES).sort());
      for (const [name, content] of Object.entries(FIRST_FILES)) {
        expect(files.get(name)?.equals(content), name).to.equal(true);
      }
    });

    it('keeps within the number of lanes asked for', async () => {
      await using reader = await openFirst();
      for (const lanes of [1, 3, 16]) {
        checkOrder(await all(reader.changes({ ...WHOLE, lanes }, signal)), lanes);
      }
    });

    it('sends only what differs from a base', async () => {
      await using reader = await openSecond();
      const { id, rootDigest } = fixture.first;
      const request = { ...WHOLE, base: { id, rootDigest } };
      const batches = await all(reader.changes(request, signal));
      checkOrder(batches, 2);
      const touched = new Set(records(batches).flatMap((r) => (r.kind === 'file' ? [r.gfid] : [])));
      const expected = await Promise.all(
        ['a.txt', 'big.bin', 'dir/new.txt'].map(async (p) => (await entryAt(reader, p)).gfid),
      );
      expect([...touched].sort()).to.deep.equal(expected.sort());
      const bytes = batches.reduce((sum, { payload }) => sum + payload.length, 0);
      expect(bytes).to.be.lessThan(BIG.length);
    });

    it('fails with not_found for a base it does not hold', async () => {
      await using reader = await openSecond();
      const base = { id: fixture.first.id, rootDigest: parseDigest('ab'.repeat(32)) };
      const error = await failure(all(reader.changes({ ...WHOLE, base }, signal)));
      expect(error.code).to.equal('not_found');
    });

    it('goes on from any token as if it had never stopped', async () => {
      await using reader = await openFirst();
      const whole = await all(reader.changes(WHOLE, signal));
      const content = whole.filter(({ phase }) => phase === 'content');
      for (const index of content.keys()) {
        const before = whole.slice(0, whole.length - content.length - 1 + index + 1);
        const tokens = [0, 1].map(
          (lane) => before.findLast((b) => b.phase === 'content' && b.lane === lane)?.token ?? null,
        );
        const resume: ResumePoint = { lanes: 2, structureDone: true, tokens };
        const rest = await all(reader.changes({ ...WHOLE, resume }, signal));
        expect(rest.some(({ phase }) => phase === 'structure')).to.equal(false);
        expect(size([...before, ...rest])).to.be.at.most(size(whole) + 4_096);
        const files = await contents(reader, [...before, ...rest]);
        for (const [name, expected] of Object.entries(FIRST_FILES)) {
          expect(files.get(name)?.equals(expected), `${name} after ${index}`).to.equal(true);
        }
      }
    });

    it('sends single files whole when asked to', async () => {
      await using reader = await openSecond();
      const { gfid } = await entryAt(reader, 'big.bin');
      const batches = await all(reader.changes({ ...WHOLE, files: [gfid] }, signal));
      expect(batches.some(({ phase }) => phase === 'structure')).to.equal(false);
      const files = await contents(reader, batches);
      expect([...files.keys()]).to.deep.equal(['big.bin']);
      expect(files.get('big.bin')?.equals(BIG_CHANGED)).to.equal(true);
      const named = records(batches).filter((r) => r.kind === 'file');
      expect(named.every((r) => r.kind === 'file' && r.basis === null)).to.equal(true);
    });

    it('stops when the signal aborts', async () => {
      await using reader = await openFirst();
      const abort = new AbortController();
      const stream = reader.changes(WHOLE, abort.signal)[Symbol.asyncIterator]();
      await stream.next();
      abort.abort(new DmError('cancelled', 'stopped by the test'));
      const error = await failure(
        (async () => {
          while (!(await stream.next()).done) {
            // What was on its way may still come.
          }
        })(),
      );
      expect(error.code).to.equal('cancelled');
    });

    it('serves several streams of one reader at once', async () => {
      await using reader = await openFirst();
      const streams = [1, 2, 3].map((lanes) => all(reader.changes({ ...WHOLE, lanes }, signal)));
      for (const batches of await Promise.all(streams)) {
        expect((await contents(reader, batches)).size).to.equal(Object.keys(FIRST_FILES).length);
      }
    });

    async function names(reader: DatasetReader, after: Uint8Array | null): Promise<string[]> {
      const pages = await all(reader.list(ROOT_GFID, after, signal));
      return pages.flat().map((entry) => Buffer.from(entry.name).toString());
    }

    async function entryAt(reader: DatasetReader, where: string) {
      const entry = await reader.lookup(path(where), signal);
      if (entry === null) throw new Error(`${where} is missing`);
      return entry;
    }

    /** Path and content of every file in the batches, put together as a receiver would. */
    async function contents(
      reader: DatasetReader,
      batches: readonly ChangeBatch[],
    ): Promise<Map<string, Buffer>> {
      const paths = new Map<Gfid, string>();
      for (const name of Object.keys({ ...FIRST_FILES, ...SECOND_FILES })) {
        const entry = await reader.lookup(path(name), signal);
        if (entry !== null) paths.set(entry.gfid, name);
      }
      const files = new Map<string, Buffer>();
      let current: Buffer = Buffer.alloc(0);
      for (const lane of new Set(batches.map((b) => b.lane))) {
        for (const record of records(batches.filter((b) => b.lane === lane))) {
          if (record.kind === 'file') {
            const name = paths.get(record.gfid) ?? `gfid ${record.gfid}`;
            current = files.get(name) ?? Buffer.alloc(Number(record.size));
            files.set(name, current);
          } else if (record.kind === 'data') current.set(record.bytes, Number(record.offset));
        }
      }
      return files;
    }
  });
}

function checkOrder(batches: readonly ChangeBatch[], lanes: number): void {
  const order = ['structure', 'content', 'end'];
  const phases = batches.map(({ phase }) => order.indexOf(phase));
  expect(phases).to.deep.equal([...phases].sort((a, b) => a - b));
  expect(batches.filter(({ phase }) => phase === 'end')).to.have.length(1);
  expect(batches.at(-1)?.payload).to.have.length(0);
  expect(batches.at(-1)?.lane).to.equal(0);
  for (const batch of batches) {
    expect(batch.lane).to.be.within(0, batch.phase === 'structure' ? 0 : lanes - 1);
    // A structure is resumed as a whole or not at all.
    if (batch.phase === 'content') expect(batch.token.length).to.be.greaterThan(0);
  }
}

function records(batches: readonly ChangeBatch[]) {
  return batches.flatMap(({ payload }) => {
    const reader = new PayloadReader(payload);
    const found = [];
    for (let record = reader.next(); record !== null; record = reader.next()) found.push(record);
    return found;
  });
}

function size(batches: readonly ChangeBatch[]): number {
  return batches.reduce((sum, { payload }) => sum + payload.length, 0);
}

function path(text: string): Buffer[] {
  return text.split('/').map((name) => Buffer.from(name));
}

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}

async function failure(work: Promise<unknown>): Promise<DmError> {
  try {
    await work;
  } catch (error) {
    if (error instanceof DmError) return error;
    throw error;
  }
  throw new Error('it did not fail');
}
