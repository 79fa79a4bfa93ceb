import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { expect } from 'chai';
import { DmError } from '../../../../../src/model/error.js';
import { systemClock } from '../../../../../src/util/clock.js';
import { makeCa, makeIdentity } from '../../../../support/certificates.js';
import { DelayingProxy } from '../../../../support/delaying-proxy.js';
import { S3Server } from '../../../../support/s3-server/s3-server.js';
import { openTestStore, QUICK } from '../../../../support/s3-store.js';

const DAY_MS = 86_400_000;
const { signal } = new AbortController();

describe('connection to an S3 store', () => {
  it('counts what goes over the wire, as a proxy does, within 2 %', async () => {
    await using server = await S3Server.open();
    const { port } = new URL(server.endpoint);
    await using proxy = await DelayingProxy.open({ port: Number(port) });
    await using store = await openTestStore(`http://${proxy.address}`);
    for (let index = 0; index < 10; index++) {
      await store.put(`object-${index}`, Buffer.alloc(10_000 * index, 'x'), {}, signal);
    }
    for await (const _ of store.get('object-9', null, signal));
    for await (const _ of store.list('', {}, signal));
    const { bytesSent, bytesReceived, requests } = store.counters;
    expect(bytesSent / proxy.bytes.up).to.be.within(0.98, 1.02);
    expect(bytesReceived / proxy.bytes.down).to.be.within(0.98, 1.02);
    expect(requests).to.equal(server.log.length);
  });

  it('refuses a wrong access id, a bucket that is not there and a wrong session token', async () => {
    await using server = await S3Server.open({ sessionToken: 'the-token' });
    const key = { accessKeyId: 'AKIDTEST', secretAccessKey: 'planted-secret' };
    const cases = [
      [{ credentials: { ...key, accessKeyId: 'WRONG' } }, /InvalidAccessKeyId.*--access-id/],
      [{ credentials: { ...key, sessionToken: 'planted-old' } }, /ExpiredToken.*--session-token/],
      [{ credentials: { ...key, sessionToken: 'the-token' }, bucket: 'none' }, /NoSuchBucket/],
    ] as const;
    for (const [more, pattern] of cases) {
      const error = await errorOf(openTestStore(server.endpoint, more));
      expect(error.code).to.equal('store_refused');
      expect(error.message)
        .to.match(pattern)
        .and.not.match(/planted/);
    }
    const right = { credentials: { ...key, sessionToken: 'the-token' } };
    await using store = await openTestStore(server.endpoint, right);
    expect(await store.head('none', signal)).to.equal(null);
  });

  it('trusts a certificate of the given authority, and no other', async () => {
    const ca = makeCa();
    const { keyPem, certPem } = makeIdentity(ca, { ips: [Buffer.from([127, 0, 0, 1])] });
    await using server = await S3Server.open({ tls: { key: keyPem, cert: certPem } });
    await using store = await openTestStore(server.endpoint, { caPem: ca.certPem });
    await store.put('over-tls', Buffer.from('x'), {}, signal);
    const error = await errorOf(openTestStore(server.endpoint));
    expect(error.code).to.equal('store_refused');
    expect(error.message).to.match(/certificate is not trusted.*--ca-file/);
    expect(server.log.filter((name) => name === 'PutObject')).to.have.length(3);
  });

  it('goes through a proxy', async () => {
    await using server = await S3Server.open();
    const targets: string[] = [];
    const proxy = createServer();
    proxy.on('connect', (request: IncomingMessage, client: Socket) => {
      targets.push(request.url ?? '');
      const [host, port] = (request.url ?? '').split(':');
      const upstream = connect(Number(port), host, () => {
        client.write('HTTP/1.1 200 Connection Established\r\n\r\n');
        upstream.pipe(client).pipe(upstream);
      });
      client.on('error', () => upstream.destroy());
      upstream.on('error', () => client.destroy());
    });
    proxy.listen(0, '127.0.0.1');
    await once(proxy, 'listening');
    const proxyUri = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
    {
      await using store = await openTestStore(server.endpoint, { proxyUri });
      await store.put('through', Buffer.from('x'), {}, signal);
    }
    expect(targets).to.include(new URL(server.endpoint).host);
    proxy.close();
  });

  it('is late only from its turn on, when there is one request at a time', async () => {
    await using server = await S3Server.open();
    const timing = { ...QUICK, attempts: 1, answerMs: 300 };
    await using store = await openTestStore(server.endpoint, { maxTasks: 1 }, timing);
    server.fault('PutObject', { kind: 'late', ms: 150 }, { times: 3 });
    const put = (key: string) => store.put(key, Buffer.from('x'), {}, signal);
    const started = Date.now();
    await Promise.all([put('a'), put('b'), put('c'), store.head('none', signal)]);
    expect(Date.now() - started).to.be.at.least(440);
    server.faults.verify();
  });

  it('says that nobody answers', async () => {
    const error = await errorOf(openTestStore('http://127.0.0.1:1'));
    expect(error.code).to.equal('store_unreachable');
    expect(error.message).to.match(/^http:\/\/127\.0\.0\.1:1: .*ECONNREFUSED/);
  });

  it("tells the store's clock, not ours", async () => {
    await using server = await S3Server.open({ clockAheadMs: 3_600_000 });
    await using store = await openTestStore(server.endpoint);
    const ahead = (await store.now(signal)) - Date.now();
    expect(ahead).to.be.within(3_590_000, 3_601_000);
    const asked = server.log.length;
    await store.now(signal);
    expect(server.log.length).to.equal(asked);
  });

  for (const [what, ms] of [
    ['a day back', -DAY_MS],
    ['ten years ahead', 3_652 * DAY_MS],
  ] as const) {
    it(`asks the store for the time again when our clock was set ${what}`, async () => {
      await using server = await S3Server.open();
      let shiftMs = 0;
      const clock = { ...systemClock, now: () => Date.now() + shiftMs };
      await using store = await openTestStore(server.endpoint, {}, QUICK, clock);
      expect(await store.now(signal)).to.be.closeTo(Date.now(), 10_000);
      shiftMs = ms;
      expect(await store.now(signal)).to.be.closeTo(Date.now(), 10_000);
    });
  }

  it('sends storage class, encryption at rest and locks with every object', async () => {
    await using server = await S3Server.open({ versioning: true, objectLock: true });
    const more = {
      storageClass: 'STANDARD_IA',
      enforceSse: true,
      lock: { mode: 'COMPLIANCE', days: 2 },
    } as const;
    await using store = await openTestStore(server.endpoint, more);
    const far = Date.now() + 10 * 24 * 3_600_000;
    await store.put('one', Buffer.from('x'), {}, signal);
    await store.put('far', Buffer.from('x'), { retainUntilMs: far }, signal);
    const parts = (async function* () {
      for (let index = 0; index < 9; index++) yield Buffer.alloc(1 << 20);
    })();
    await store.putStream('parts', parts, {}, signal);
    for (const key of ['one', 'far', 'parts']) {
      const [version] = server.objects.versionsOf(key);
      expect(version?.headers, key).to.include({
        'x-amz-storage-class': 'STANDARD_IA',
        'x-amz-server-side-encryption': 'AES256',
      });
      expect(version?.retention?.mode).to.equal('COMPLIANCE');
      const days = ((version?.retention?.untilMs ?? 0) - Date.now()) / (24 * 3_600_000);
      expect(days).to.be.closeTo(key === 'far' ? 10 : 2, 0.01);
    }
  });

  it('can read with credentials that may not write, without being told so', async () => {
    await using server = await S3Server.open();
    const denied = { kind: 'status', status: 403, code: 'AccessDenied' } as const;
    server.fault('PutObject', denied);
    server.fault('GetBucketVersioning', denied);
    await using store = await openTestStore(server.endpoint);
    expect(store.capabilities).to.include({ conditionalPut: false, versions: false });
    expect(await store.head('none', signal)).to.equal(null);
    server.faults.verify();
  });

  it('neither writes nor tries to for a read-only account', async () => {
    await using server = await S3Server.open();
    await using store = await openTestStore(server.endpoint, { readOnly: true });
    expect(store.capabilities.conditionalPut).to.equal(false);
    expect(server.log).to.not.include('PutObject');
  });
});

async function errorOf(promise: Promise<AsyncDisposable>): Promise<DmError> {
  try {
    await (await promise)[Symbol.asyncDispose]();
  } catch (error) {
    if (error instanceof DmError) return error;
    throw error;
  }
  throw new Error('nothing failed');
}
