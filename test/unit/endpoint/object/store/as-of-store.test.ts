import { expect } from 'chai';
import { ReadOnlyStore } from '../../../../../src/endpoint/object/store/read-only-store.js';
import { AsOfStore } from '../../../../../src/endpoint/object/store/s3/as-of-store.js';
import type { S3Store } from '../../../../../src/endpoint/object/store/s3/s3-store.js';
import { DmError } from '../../../../../src/model/error.js';
import { S3Server } from '../../../../support/s3-server/s3-server.js';
import { openTestStore } from '../../../../support/s3-store.js';

const { signal } = new AbortController();
const LOCK = { mode: 'COMPLIANCE', days: 30 } as const;

describe('a bucket as of an earlier time', () => {
  let server: S3Server;
  let writer: S3Store;

  beforeEach(async () => {
    server = await S3Server.open({ versioning: true, objectLock: true, pageSize: 3 });
    writer = await openTestStore(server.endpoint, { lock: LOCK, tryConditionalPut: false });
  });
  afterEach(async () => {
    await writer[Symbol.asyncDispose]();
    await server[Symbol.asyncDispose]();
  });

  const put = (key: string, text: string) => writer.put(key, Buffer.from(text), {}, signal);
  const asOf = async (asOfMs: number) =>
    new AsOfStore({ asOfMs }, { store: await openTestStore(server.endpoint, { readOnly: true }) });
  const read = async (store: AsOfStore, key: string) => {
    const chunks: Uint8Array[] = [];
    for await (const chunk of store.get(key, null, signal)) chunks.push(chunk);
    return Buffer.concat(chunks).toString();
  };
  const keys = async (store: AsOfStore, prefix: string, options = {}) => {
    const found: string[] = [];
    for await (const page of store.list(prefix, options, signal)) {
      found.push(...page.map(({ key }) => key));
    }
    return found;
  };
  const codeOf = async (promise: Promise<unknown>) => {
    try {
      await promise;
      return 'nothing failed';
    } catch (error) {
      return error instanceof DmError ? error.code : String(error);
    }
  };

  it('shows everything as it was, after the keys were used to overwrite and delete it all', async () => {
    const before = ['a/1', 'a/2', 'a/b/3', 'a/b/4', 'a/c/5', 'd'];
    for (const key of before) await put(key, `good ${key}`);
    const then = Date.now();
    server.ageMs = 10_000;
    for (const key of before) await put(key, 'ransom');
    await writer.delete(before, signal);
    await put('a/0', 'new');
    for (const key of before) {
      for (const { versionId } of server.objects.versionsOf(key).slice(-1)) {
        expect(() => server.objects.delete(key, versionId), key).to.throw('AccessDenied');
      }
    }

    await using store = await asOf(then);
    expect(await keys(store, '')).to.deep.equal(before);
    expect(await keys(store, 'a/', { delimiter: '/' })).to.deep.equal([
      'a/1',
      'a/2',
      'a/b/',
      'a/c/',
    ]);
    expect(await keys(store, 'a/', { after: 'a/2' })).to.deep.equal(before.slice(2, 5));
    for (const key of before) {
      expect(await read(store, key)).to.equal(`good ${key}`);
      expect((await store.head(key, signal))?.size).to.equal(`good ${key}`.length);
    }
    expect(await store.head('a/0', signal)).to.equal(null);
    expect(await codeOf(read(store, 'a/0'))).to.equal('not_found');
  });

  it('shows nothing that was deleted by then, and takes no key for another', async () => {
    await put('key', 'short');
    await put('key-longer', 'long');
    await writer.delete(['key'], signal);
    server.ageMs = 10_000;
    await put('key', 'again');
    await using store = await asOf(Date.now() + 5_000);
    expect(await keys(store, ''))
      .to.include('key-longer')
      .and.not.include('key');
    expect(await store.head('key', signal)).to.equal(null);
  });

  it('cannot be written to', async () => {
    await put('key', 'x');
    await using reader = await asOf(Date.now() + 1_000);
    const store = new ReadOnlyStore({ why: 'it shows the past' }, { store: reader });
    const asked = server.log.length;
    const upload = { key: 'key', uploadId: 'id', startedAtMs: 0 };
    for (const call of [
      store.put('key'),
      store.putStream('key'),
      store.delete(['key']),
      store.extendLock('key'),
      store.dropUnfinished(upload),
    ]) {
      expect(await codeOf(call)).to.equal('store_refused');
    }
    expect(server.log.length).to.equal(asked);
    expect(await store.head('key', signal)).to.include({ size: 1 });
  });

  it('needs a bucket with versions', async () => {
    await using plain = await S3Server.open();
    const store = await openTestStore(plain.endpoint);
    expect(() => new AsOfStore({ asOfMs: 0 }, { store })).to.throw('keeps no versions');
    await store[Symbol.asyncDispose]();
  });
});
