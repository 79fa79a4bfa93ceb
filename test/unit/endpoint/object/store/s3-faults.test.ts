import { expect } from 'chai';
import { DEFAULT_TIMING } from '../../../../../src/endpoint/object/store/retry.js';
import type { S3Store } from '../../../../../src/endpoint/object/store/s3/s3-store.js';
import { DmError } from '../../../../../src/model/error.js';
import type { FaultKind } from '../../../../support/s3-server/faults.js';
import { S3Server } from '../../../../support/s3-server/s3-server.js';
import { openTestStore, QUICK } from '../../../../support/s3-store.js';

const { signal } = new AbortController();
const BODY = Buffer.alloc(300_000, 'the body of an object, ');
const LOCK = { mode: 'GOVERNANCE', days: 1 } as const;
/** Later each time, so that there is something to extend. */
let lastLater = Date.now() + 40 * 24 * 3_600_000;
const later = (): number => (lastLater += 1_000);
const PART = 8 * 1024 * 1024;

/** What calls each operation of S3, on an object `there` that exists. */
const CALLS: Readonly<Record<string, (store: S3Store) => Promise<unknown>>> = {
  PutObject: (store) => store.put('new', BODY, {}, signal),
  GetObject: (store) => read(store, 'there'),
  HeadObject: (store) => store.head('there', signal),
  DeleteObjects: (store) => store.delete(['there'], signal),
  DeleteObject: (store) => store.delete(['line\nend'], signal),
  ListObjectsV2: (store) => all(store.list('', {}, signal)),
  ListObjectVersions: (store) => all(store.listVersions('', signal)),
  ListMultipartUploads: (store) => all(store.listUnfinished('', signal)),
  CreateMultipartUpload: (store) => store.putStream('new', stream(PART + 1), {}, signal),
  UploadPart: (store) => store.putStream('new', stream(PART + 1), {}, signal),
  CompleteMultipartUpload: (store) => store.putStream('new', stream(PART + 1), {}, signal),
  AbortMultipartUpload: (store) =>
    store.dropUnfinished({ key: 'x', uploadId: 'none', startedAtMs: 0 }, signal),
  PutObjectRetention: (store) => {
    const untilMs = later();
    return store.extendLock('there', { neededUntilMs: untilMs, untilMs }, signal);
  },
};
const TRANSIENT: readonly FaultKind[] = [
  { kind: 'status', status: 500, code: 'InternalError' },
  { kind: 'status', status: 503, code: 'SlowDown' },
  { kind: 'status', status: 429, code: 'TooManyRequests' },
  { kind: 'status', status: 409, code: 'OperationAborted' },
  { kind: 'status', status: 400, code: 'RequestTimeout' },
  { kind: 'lost-reply' },
  { kind: 'silence' },
];

describe('faults of an S3 store', () => {
  let server: S3Server;
  let store: S3Store;

  beforeEach(async () => {
    server = await S3Server.open({ versioning: true, objectLock: true });
    store = await openTestStore(server.endpoint, { lock: LOCK });
    await store.put('there', BODY, {}, signal);
    server.log.length = 0;
  });
  afterEach(async () => {
    await store[Symbol.asyncDispose]();
    await server[Symbol.asyncDispose]();
  });

  for (const [operation, call] of Object.entries(CALLS)) {
    it(`${operation} is sent again after each fault that passes`, async () => {
      // Bodies get no time of their own here, so that silence is short.
      const timing = { ...QUICK, answerMs: 800, minBytesPerSecond: 64 << 20 };
      await using hasty = await openTestStore(server.endpoint, { lock: LOCK }, timing);
      for (const fault of TRANSIENT) {
        // The answer to HEAD has no body, so no code.
        if (operation === 'HeadObject' && fault.kind === 'status' && fault.status === 400) continue;
        server.fault(operation, fault);
        await call(hasty);
        server.faults.verify();
        if (operation === 'DeleteObjects') await hasty.put('there', BODY, {}, signal);
      }
    });
  }

  it('each operation that keeps failing says what kind of failure it is', async () => {
    for (const [operation, call] of Object.entries(CALLS)) {
      const times = { times: Number.POSITIVE_INFINITY };
      server.fault(operation, { kind: 'status', status: 500, code: 'InternalError' }, times);
      expect(await codeOf(call(store)), operation).to.equal('store_unreachable');
      server.faults.verify();
      server.fault(operation, { kind: 'status', status: 503, code: 'SlowDown' }, times);
      expect(await codeOf(call(store)), operation).to.equal('store_throttled');
      server.faults.verify();
    }
    expect(server.unfinishedUploads).to.equal(0);
  });

  it('what is refused is not tried again', async () => {
    for (const [operation, call] of Object.entries(CALLS)) {
      server.fault(operation, { kind: 'status', status: 403, code: 'AccessDenied' });
      expect(await codeOf(call(store)), operation).to.equal('store_refused');
      server.faults.verify();
    }
    expect(server.unfinishedUploads).to.equal(0);
  });

  it('no redirect is followed, by any operation, and nothing is sent there', async () => {
    await using elsewhere = await S3Server.open();
    const location = `${elsewhere.endpoint}/bucket/there`;
    for (const [operation, call] of Object.entries(CALLS)) {
      server.fault(operation, { kind: 'redirect', location });
      const error = await errorOf(call(store));
      expect(error?.code, operation).to.equal('store_refused');
      expect(error?.message).to.contain(elsewhere.endpoint);
      server.faults.verify();
    }
    expect(elsewhere.log).to.deep.equal([]);
  });

  it('a put whose reply was lost is found out, also when it may happen only once', async () => {
    for (const ifAbsent of [false, true]) {
      server.fault('PutObject', { kind: 'lost-reply' });
      await store.put(`single-${ifAbsent}`, BODY, { ifAbsent }, signal);
      server.fault('CompleteMultipartUpload', { kind: 'lost-reply' });
      await store.putStream(`parts-${ifAbsent}`, stream(PART + 1), { ifAbsent }, signal);
      server.faults.verify();
    }
    expect(server.objects.versionsOf('single-true')).to.have.length(1);
    expect(server.objects.versionsOf('parts-true')).to.have.length(1);
    expect((await store.head('single-true', signal))?.metadata).to.deep.equal({});
  });

  it("another's put behind a lost reply is not taken for ours", async () => {
    server.fault('PutObject', { kind: 'status', status: 500, code: 'InternalError' });
    const putting = store.put('raced', Buffer.from('same'), { ifAbsent: true }, signal);
    await server.asked('PutObject');
    const body = Buffer.from('same');
    server.objects.put({ key: 'raced', body, headers: {}, retention: null, ifNoneMatch: true });
    expect(await codeOf(putting)).to.equal('already_exists');
    server.faults.verify();
  });

  it('an unexpected 412 is not taken for success', async () => {
    server.fault('PutObject', { kind: 'status', status: 412, code: 'PreconditionFailed' });
    const putting = store.put('new', BODY, { ifAbsent: true }, signal);
    expect(await codeOf(putting)).to.equal('already_exists');
    server.faults.verify();
  });

  for (const kind of ['reset', 'short'] as const) {
    it(`a body that breaks off (${kind}) goes on where it was`, async () => {
      server.fault('GetObject', { kind }, { times: 3 });
      expect((await read(store, 'there')).equals(BODY)).to.equal(true);
      server.fault('GetObject', { kind }, { times: 2 });
      const range = { offset: 1_000, length: 200_000 };
      const part = await read(store, 'there', range);
      expect(part.equals(BODY.subarray(1_000, 201_000))).to.equal(true);
      server.faults.verify();
    });
  }

  it('a body that breaks off again and again without progress is unreachable', async () => {
    server.fault('GetObject', { kind: 'reset' }, { times: QUICK.attempts });
    const tiny = read(store, 'there', { offset: 0, length: 10 });
    expect(await codeOf(tiny)).to.equal('store_unreachable');
    server.faults.verify();
  });

  it('an object replaced between two halves of a read is corrupt, never a mixture', async () => {
    server.fault('GetObject', { kind: 'reset' });
    const chunks: Uint8Array[] = [];
    const reading = (async () => {
      for await (const chunk of store.get('there', null, signal)) {
        if (chunks.length === 0) await store.put('there', Buffer.alloc(300_000), {}, signal);
        chunks.push(chunk);
      }
    })();
    expect(await codeOf(reading)).to.equal('corrupt');
    server.faults.verify();
  });

  it('one byte a second is as good as none', async () => {
    server.fault('GetObject', { kind: 'slow', msPerByte: 20 }, { times: 2 });
    expect((await read(store, 'there')).equals(BODY)).to.equal(true);
    server.faults.verify();
  });

  it('a slow reader is not taken for a slow store', async () => {
    let size = 0;
    for await (const chunk of store.get('there', { offset: 0, length: 150_000 }, signal)) {
      if (size === 0) await new Promise((resolve) => setTimeout(resolve, 450));
      size += chunk.length;
    }
    expect(size).to.equal(150_000);
    expect(server.log).to.deep.equal(['GetObject']);
  });

  it('wrong bytes of the right length pass here: the digests above find them', async () => {
    server.fault('GetObject', { kind: 'wrong-bytes' });
    const got = await read(store, 'there');
    expect(got.length).to.equal(BODY.length);
    expect(got.equals(BODY)).to.equal(false);
    server.faults.verify();
  });

  it('an answer without end is refused before it fills the memory', async () => {
    // Its length is what ends it here, however slowly it comes on a busy machine.
    const timing = { ...QUICK, answerMs: 60_000, minBytesPerSecond: 1 };
    await using patient = await openTestStore(server.endpoint, { lock: LOCK }, timing);
    server.fault('ListObjectsV2', { kind: 'endless' });
    const before = process.memoryUsage.rss();
    expect(await codeOf(all(patient.list('', {}, signal)))).to.equal('store_refused');
    expect(process.memoryUsage.rss() - before).to.be.below(200 * 1024 * 1024);
    server.faults.verify();
  });

  it('a broken upload of parts is taken back', async () => {
    const fault = { kind: 'status', status: 403, code: 'AccessDenied' } as const;
    server.fault('UploadPart', fault, { after: 1 });
    const putting = store.putStream('new', stream(4 * PART), {}, signal);
    expect(await codeOf(putting)).to.equal('store_refused');
    server.faults.verify();
    expect(server.unfinishedUploads).to.equal(0);
    expect(server.objects.versionsOf('new')).to.have.length(0);
  });

  it('stops at once on request, whatever it waits for', async () => {
    for (const operation of ['PutObject', 'GetObject', 'ListObjectsV2']) {
      const stop = new AbortController();
      await using patient = await openTestStore(server.endpoint, { lock: LOCK }, DEFAULT_TIMING);
      server.fault(operation, { kind: 'silence' });
      server.log.length = 0;
      const calls: Readonly<Record<string, () => Promise<unknown>>> = {
        PutObject: () => patient.put('new', BODY, {}, stop.signal),
        GetObject: () => read(patient, 'there', null, stop.signal),
        ListObjectsV2: () => all(patient.list('', {}, stop.signal)),
      };
      const running = calls[operation]?.() ?? Promise.resolve();
      await server.asked(operation);
      stop.abort(new DmError('cancelled', 'stopped by the test'));
      expect(await codeOf(running), operation).to.equal('cancelled');
      server.faults.verify();
    }
  });
});

async function read(
  store: S3Store,
  key: string,
  range: { offset: number; length: number } | null = null,
  stop: AbortSignal = signal,
): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of store.get(key, range, stop)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function all<T>(pages: AsyncIterable<readonly T[]>): Promise<T[]> {
  const found: T[] = [];
  for await (const page of pages) found.push(...page);
  return found;
}

async function* stream(length: number): AsyncIterable<Uint8Array> {
  const chunk = Buffer.alloc(1 << 20, 'stream');
  for (let sent = 0; sent < length; sent += chunk.length) {
    yield chunk.subarray(0, Math.min(chunk.length, length - sent));
  }
}

async function errorOf(promise: Promise<unknown>): Promise<DmError | null> {
  try {
    await promise;
    return null;
  } catch (error) {
    if (error instanceof DmError) return error;
    throw error;
  }
}

async function codeOf(promise: Promise<unknown>): Promise<string> {
  return (await errorOf(promise))?.code ?? 'nothing failed';
}
