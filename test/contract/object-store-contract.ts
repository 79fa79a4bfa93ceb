import { expect } from 'chai';
import { DmError } from '../../src/model/error.js';
import type {
  ByteRange,
  ListOptions,
  ObjectStore,
  ObjectSummary,
  UnfinishedUpload,
} from '../../src/repository/object-store.js';

/** A store in which nothing lies below the prefix of its account. */
export interface ObjectStoreFixture extends AsyncDisposable {
  readonly store: ObjectStore;
  /** Another opening of the same place, as a second agent has it. */
  readonly other: ObjectStore;
  /** True where the store may rely on `other` not writing. */
  readonly singleWriter?: boolean;
  /**
   * True for a server that is known to err beyond plain keys, ranges and
   * listings, and to list no uploads.
   */
  readonly plainOnly?: boolean;
}

const PART = 5 * 1024 * 1024;
function bytes(length: number, seed: number): Buffer {
  const body = Buffer.allocUnsafe(length);
  for (let at = 0; at < length; at++) body[at] = at * 31 + seed + (at >> 9) * 7;
  return body;
}

/** Runs the contract of the ObjectStore port on what `make` makes. */
export function describeObjectStore(name: string, make: () => Promise<ObjectStoreFixture>): void {
  describe(`object store contract: ${name}`, () => {
    let fixture: ObjectStoreFixture;
    let store: ObjectStore;
    const { signal } = new AbortController();

    before(async () => {
      fixture = await make();
      store = fixture.store;
    });
    after(async () => {
      for await (const page of store.list('', {}, signal)) {
        await store.delete(
          page.map(({ key }) => key),
          signal,
        );
      }
      await fixture[Symbol.asyncDispose]();
    });

    const put = (key: string, body: Uint8Array | string) =>
      store.put(key, typeof body === 'string' ? Buffer.from(body) : body, {}, signal);

    async function read(key: string, range: ByteRange | null = null, from = store) {
      const chunks: Uint8Array[] = [];
      for await (const chunk of from.get(key, range, signal)) chunks.push(Buffer.from(chunk));
      return Buffer.concat(chunks);
    }

    async function list(prefix: string, options: ListOptions = {}): Promise<ObjectSummary[]> {
      const found: ObjectSummary[] = [];
      for await (const page of store.list(prefix, options, signal)) found.push(...page);
      return found;
    }
    const keys = async (...given: Parameters<typeof list>) =>
      (await list(...given)).map(({ key }) => key);

    it('gives back what was put, whole and by ranges, to others too', async () => {
      const body = bytes(3_000_000, 1);
      await store.put('whole/one', [body.subarray(0, 1_000), body.subarray(1_000)], {}, signal);
      expect((await read('whole/one')).equals(body)).to.equal(true);
      expect((await read('whole/one', null, fixture.other)).equals(body)).to.equal(true);
      for (const [offset, length] of [
        [0, 1],
        [2_999_999, 1],
        [0, 3_000_000],
        [123_456, 1_234_567],
      ] as const) {
        if (fixture.plainOnly && length === 1) continue;
        const part = await read('whole/one', { offset, length });
        expect(part.equals(body.subarray(offset, offset + length)), `${offset}`).to.equal(true);
      }
    });

    it('keeps empty objects, and gives empty ranges', async () => {
      await put('empty', '');
      expect(await read('empty')).to.have.length(0);
      expect(await read('empty', { offset: 0, length: 0 })).to.have.length(0);
      expect(await store.head('empty', signal)).to.include({ size: 0 });
    });

    it('refuses a range beyond the end as corrupt', async () => {
      await put('short', 'twelve bytes');
      await fails('corrupt', read('short', { offset: 10, length: 3 }));
      await fails('corrupt', read('short', { offset: 12, length: 1 }));
      await fails('corrupt', read('short', { offset: 500, length: 1 }));
    });

    it('says not_found, null or nothing for keys that do not exist', async () => {
      await fails('not_found', read('no/such/key'));
      await fails('not_found', read('no/such/key', { offset: 0, length: 1 }));
      expect(await store.head('no/such/key', signal)).to.equal(null);
      expect(await keys('no/such')).to.deep.equal([]);
      await store.delete(['no/such/key', 'no-such-key'], signal);
    });

    it('says of an object its size, time, tag and metadata', async () => {
      const metadata = { 'dm-mode': '0644', owner: 'root' };
      await store.put('about', Buffer.from('abc'), { metadata, contentType: 'text/plain' }, signal);
      const info = await store.head('about', signal);
      expect(info).to.deep.include({ key: 'about', size: 3, metadata });
      const age = (await store.now(signal)) - (info?.modifiedAtMs ?? 0);
      expect(age).to.be.within(-2_000, 60_000);
      const again = await store.head('about', signal);
      expect(again?.etag).to.equal(info?.etag).and.not.equal('');
    });

    it('replaces an object as a whole, its metadata too', async () => {
      await store.put('replaced', bytes(5_000, 2), { metadata: { a: '1' } }, signal);
      const first = await store.head('replaced', signal);
      await put('replaced', 'new');
      expect((await read('replaced')).toString()).to.equal('new');
      const second = await store.head('replaced', signal);
      expect(second?.metadata).to.deep.equal({});
      expect(second?.etag).to.not.equal(first?.etag);
    });

    it('puts an object only once when told so', async function () {
      if (!store.capabilities.conditionalPut) return this.skip();
      await store.put('once', Buffer.from('first'), { ifAbsent: true }, signal);
      const again = store.put('once', Buffer.from('second'), { ifAbsent: true }, signal);
      await fails('already_exists', again);
      expect((await read('once')).toString()).to.equal('first');
    });

    it('lets one of many win who put the same key at once', async function () {
      if (!store.capabilities.conditionalPut) return this.skip();
      const outcomes = await Promise.allSettled(
        Array.from({ length: 16 }, (_, index) =>
          (index % 2 === 0 || fixture.singleWriter ? store : fixture.other).put(
            'race/key',
            Buffer.from(`writer ${index}`),
            { ifAbsent: true },
            signal,
          ),
        ),
      );
      const winners = outcomes.flatMap(({ status }, index) =>
        status === 'fulfilled' ? [index] : [],
      );
      expect(winners).to.have.length(1);
      for (const outcome of outcomes) {
        if (outcome.status === 'rejected') expect(outcome.reason.code).to.equal('already_exists');
      }
      expect((await read('race/key')).toString()).to.equal(`writer ${winners[0]}`);
    });

    it('lists in byte order of UTF-8, by prefix, folded, and resumed behind a key', async function () {
      if (fixture.plainOnly) return this.skip();
      const all = [
        'l/a',
        'l/a-b',
        'l/a.b/c',
        'l/b/1',
        'l/b/2/3',
        'l/b!',
        'l/b0',
        'l/é',
        'l/\uff5e',
        'l/😀',
      ];
      const sorted = [...all].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
      await Promise.all(all.map((key) => put(key, key)));
      await put('m', 'behind');
      const found = await list('l/');
      expect(found.map(({ key }) => key)).to.deep.equal(sorted);
      expect(found.map(({ size }) => size)).to.deep.equal(sorted.map((k) => Buffer.byteLength(k)));
      expect(await keys('l/b')).to.deep.equal(['l/b!', 'l/b/1', 'l/b/2/3', 'l/b0']);
      expect(await keys('l/', { delimiter: '/' })).to.deep.equal([
        'l/a',
        'l/a-b',
        'l/a.b/',
        'l/b!',
        'l/b/',
        'l/b0',
        'l/é',
        'l/\uff5e',
        'l/😀',
      ]);
      for (const [index, after] of sorted.entries()) {
        const behind = sorted.slice(index + 1);
        expect(await keys('l/', { after }), after).to.deep.equal(behind);
        expect(await keys('l/', { after, keysOnly: true }), after).to.deep.equal(behind);
      }
      expect(await keys('l/', { after: 'l/b/', delimiter: '/' })).to.deep.equal([
        'l/b0',
        'l/é',
        'l/\uff5e',
        'l/😀',
      ]);
      expect(await keys('l/', { after: 'k' })).to.deep.equal(sorted);
      expect(await keys('l/', { after: 'z' })).to.deep.equal([]);
    });

    it('lists more than a page', async function () {
      if (fixture.plainOnly) return this.skip();
      const all = Array.from({ length: 1_100 }, (_, i) => `many/${String(i).padStart(5, '0')}`);
      for (let at = 0; at < all.length; at += 50) {
        await Promise.all(all.slice(at, at + 50).map((key) => put(key, 'x')));
      }
      expect(await keys('many/')).to.deep.equal(all);
      expect(await keys('many/', { after: 'many/00999' })).to.deep.equal(all.slice(1_000));
      await store.delete(all, signal);
      expect(await keys('many/')).to.deep.equal([]);
    });

    it('takes every key of Unicode, dots, empty components and long ones', async function () {
      if (fixture.plainOnly) return this.skip();
      const odd = [
        'odd/../up',
        'odd/./here',
        'odd/x/..',
        'odd//empty',
        'odd/folder/',
        'odd/%2E%25',
        'odd/%t0123456789abcdef0123456789abcdef',
        'odd/%mfile',
        'odd/sp ace+&=?#"\'<>\\\u202e',
        'odd/new\nline',
        `odd/${'l'.repeat(300)}`,
        `odd/${'é'.repeat(200)}/${'m'.repeat(256)}`,
      ];
      for (const key of odd) await put(key, key);
      for (const key of odd) expect((await read(key)).toString(), key).to.equal(key);
      const sorted = [...odd].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
      expect(await keys('odd/')).to.deep.equal(sorted);
      await store.delete(odd, signal);
      expect(await keys('odd/')).to.deep.equal([]);
    });

    it('refuses keys that not every store could hold', async () => {
      for (const key of ['', 'k'.repeat(901), 'nul\0', '\ud800']) {
        await fails('invalid_argument', put(key, 'x'));
      }
    });

    it('deletes what it is told, and the rest stays', async () => {
      await Promise.all(['d/1', 'd/2', 'd/3'].map((key) => put(key, key)));
      await store.delete(['d/1', 'd/3', 'd/4'], signal);
      expect(await keys('d/')).to.deep.equal(['d/2']);
      expect(await store.head('d/1', signal)).to.equal(null);
    });

    it('puts streams of any length, and nothing of one that failed', async () => {
      for (const length of [0, 1_000, PART, 2 * PART + 12_345]) {
        const body = bytes(length, 3);
        await store.putStream(`stream/${length}`, pieces(body), { metadata: { n: '1' } }, signal);
        expect((await read(`stream/${length}`)).equals(body), `${length}`).to.equal(true);
        expect((await store.head(`stream/${length}`, signal))?.metadata).to.deep.equal({ n: '1' });
      }
      const broken = store.putStream('stream/broken', breaking(2 * PART), {}, signal);
      expect(await reason(broken)).to.match(/source broke/);
      expect(await store.head('stream/broken', signal)).to.equal(null);
      expect(await unfinished('stream/')).to.deep.equal([]);
    });

    it('puts a stream only once when told so', async function () {
      if (!store.capabilities.conditionalPut) return this.skip();
      const options = { ifAbsent: true };
      await store.putStream('stream-once', pieces(bytes(100, 4)), options, signal);
      const again = store.putStream('stream-once', pieces(bytes(PART + 1, 5)), options, signal);
      await fails('already_exists', again);
      expect(await read('stream-once')).to.have.length(100);
      expect(await unfinished('stream-once')).to.deep.equal([]);
    });

    it('stops on request and leaves nothing behind', async () => {
      const stop = new AbortController();
      const endless = (async function* () {
        for (let count = 0; ; count++) {
          if (count === 3) stop.abort(new DmError('cancelled', 'stopped by the test'));
          yield bytes(PART, count);
        }
      })();
      await fails('cancelled', store.putStream('stopped/one', endless, {}, stop.signal));
      expect(await store.head('stopped/one', signal)).to.equal(null);
      expect(await unfinished('stopped/')).to.deep.equal([]);
      await put('stopped/two', bytes(100_000, 1));
      const reading = (async () => {
        for await (const _ of store.get('stopped/two', null, stop.signal));
      })();
      await fails('cancelled', reading);
    });

    it('counts requests and bytes', async () => {
      const before = { ...store.counters };
      await put('counted', bytes(100_000, 1));
      await read('counted');
      const { requests, bytesSent, bytesReceived } = store.counters;
      expect(requests).to.be.at.least(before.requests + 2);
      expect(bytesSent).to.be.at.least(before.bytesSent + 100_000);
      expect(bytesReceived).to.be.at.least(before.bytesReceived + 100_000);
    });

    it('lists every version and mark of deletion, or says that it keeps none', async () => {
      if (!store.capabilities.versions) {
        await fails('not_supported', first(store.listVersions('', signal)));
        return;
      }
      await put('v/1', 'one');
      await put('v/1', 'second');
      await store.delete(['v/1'], signal);
      await put('v/2', 'x');
      const found = [];
      for await (const page of store.listVersions('v/', signal)) found.push(...page);
      const seen = found.map((v) => [v.key, v.size, v.deleteMarker, v.latest]);
      expect(seen).to.deep.equal([
        ['v/1', 0, true, true],
        ['v/1', 6, false, false],
        ['v/1', 3, false, false],
        ['v/2', 1, false, true],
      ]);
      expect(new Set(found.map(({ versionId }) => versionId)).size).to.equal(4);
    });

    it('moves a lock to a later time, or says that it has none', async () => {
      const until = Date.now() + 3_600_000_000;
      const lock = (untilMs: number) => ({ neededUntilMs: untilMs, untilMs });
      if (!store.capabilities.lock) {
        await fails('not_supported', store.extendLock('whole/one', lock(until), signal));
        return;
      }
      await store.put('locked', Buffer.from('x'), { retainUntilMs: until }, signal);
      const later = await store.extendLock('locked', lock(until + 1_000), signal);
      expect(later).to.be.within(until + 1_000, until + 2_000);
      const enough = { neededUntilMs: until + 1_000, untilMs: until + 60_000 };
      expect(await store.extendLock('locked', enough, signal)).to.equal(later);
      expect(await store.extendLock('locked', lock(until), signal)).to.equal(later);
      await fails('not_found', store.extendLock('no-such-key', lock(until), signal));
    });

    async function unfinished(prefix: string) {
      const found: UnfinishedUpload[] = [];
      if (fixture.plainOnly) return found;
      for await (const page of store.listUnfinished(prefix, signal)) found.push(...page);
      return found;
    }
  });
}

async function* pieces(body: Buffer): AsyncIterable<Uint8Array> {
  for (let at = 0; at < body.length; at += 300_000) yield body.subarray(at, at + 300_000);
}

async function* breaking(length: number): AsyncIterable<Uint8Array> {
  yield* pieces(bytes(length, 9));
  throw new DmError('io_error', 'the source broke');
}

async function first(items: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of items) return;
}

async function reason(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  return 'nothing failed';
}

async function fails(code: string, promise: Promise<unknown>): Promise<void> {
  try {
    await promise;
  } catch (error) {
    expect(error).to.be.instanceOf(DmError);
    expect(error).to.have.property('code', code);
    return;
  }
  expect.fail(`nothing failed, ${code} was expected`);
}
