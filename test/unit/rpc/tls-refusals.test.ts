import { once } from 'node:events';
import { connect as connectHttp2 } from 'node:http2';
import { type AddressInfo, connect, createServer, type Server } from 'node:net';
import { connect as connectTls, createServer as createTlsServer, type TLSSocket } from 'node:tls';
import { expect } from 'chai';
import { checkPin, parsePin } from '../../../src/security/pin.js';
import { secureContextOptions } from '../../../src/security/tls-material.js';
import {
  makeCa,
  makeCertificate,
  makeCrl,
  makeIdentity,
  makeIntermediate,
  spkiOf,
  type TestCertificate,
  testPki,
} from '../../support/certificates.js';
import { MemoryPlace } from '../../support/memory-endpoint.js';
import {
  failureOf,
  materialOf,
  type TestServer,
  testChannel,
  testServer,
  trustOf,
  verifier,
} from './peer-pair.js';

const DAY = 86_400_000;

describe('who is not let in', () => {
  const { ca, alpha, beta } = testPki();
  const place = new MemoryPlace();
  const signal = new AbortController().signal;
  let served: TestServer;

  beforeEach(async () => {
    served = await testServer(place);
  });
  afterEach(() => served[Symbol.asyncDispose]());

  /** What a client with this identity meets. */
  async function refusalOf(identity: TestCertificate) {
    const material = materialOf(identity);
    await using channel = testChannel(served.server.port, { material: () => material });
    const error = await failureOf(channel.hello(signal));
    expect(served.refused, 'told for the log').not.to.have.length(0);
    return error;
  }

  it('lets a peer of the CA in', async () => {
    await using channel = testChannel(served.server.port);
    const hello = await channel.hello(signal);
    expect(hello.agentName).to.equal('server');
    expect(hello.identity?.spki).to.equal(spkiOf(alpha));
    expect(served.refused).to.have.length(0);
  });

  it('takes certificates without SAN and EKU, as the article makes them', async () => {
    const plain = makeIdentity(ca, { name: 'plain', eku: null, keyUsage: null });
    const material = materialOf(plain);
    await using channel = testChannel(served.server.port, { material: () => material });
    expect((await channel.hello(signal)).protocol).to.equal(2);
  });

  it('refuses a self-signed client', async () => {
    const self = makeCertificate(null, { name: 'beta', eku: ['clientAuth'] });
    expect((await refusalOf(self)).code).to.equal('peer_untrusted');
  });

  it('refuses a client of another CA with the same subject', async () => {
    const impostor = makeIdentity(makeCa(), { name: 'beta' });
    expect((await refusalOf(impostor)).code).to.equal('peer_untrusted');
  });

  it('refuses an expired client and one that is not valid yet', async () => {
    const now = Date.now();
    for (const [from, to] of [
      [now - 9 * DAY, now - DAY],
      [now + DAY, now + 9 * DAY],
    ] as const) {
      const identity = makeIdentity(ca, { notBefore: new Date(from), notAfter: new Date(to) });
      expect((await refusalOf(identity)).code).to.equal('peer_untrusted');
    }
  });

  it('refuses a client whose certificate is for servers only', async () => {
    const identity = makeIdentity(ca, { eku: ['serverAuth'] });
    expect((await refusalOf(identity)).code).to.equal('peer_untrusted');
  });

  it('refuses a CA certificate as a client, and tells it why', async () => {
    const identity = makeIdentity(ca, { ca: true });
    const error = await refusalOf(identity);
    expect(error.code).to.equal('peer_untrusted');
  });

  it('refuses a revoked client, and tells it why', async () => {
    served.trust.crls = [makeCrl(ca, { revoked: [beta] })];
    const error = await refusalOf(beta);
    expect(error.code).to.equal('peer_untrusted');
    expect(error.data.reason).to.equal('revoked');
  });

  it('takes an installed intermediate CA for peers that send none, beside its root and not alone', async () => {
    const middle = makeIntermediate(ca, { name: 'middle' });
    const below = materialOf(makeIdentity(middle, { name: 'below' }));
    for (const [caPems, isIn] of [
      [[ca.certPem, middle.certPem], true],
      [[middle.certPem], false],
      [[ca.certPem], false],
    ] satisfies [[string, ...string[]], boolean][]) {
      const material = { ...materialOf(alpha), caPems };
      const listen = { kind: 'tls', host: '127.0.0.1', port: 0, material } as const;
      await using server = await testServer(place, { listen });
      server.trust.cas = [ca, middle];
      await using channel = testChannel(server.server.port, { material: () => below });
      const end = await channel.hello(signal).then(
        () => true,
        () => false,
      );
      expect(end, `${caPems.length}`).to.equal(isIn);
      expect(server.refused.length === 0, `${caPems.length}`).to.equal(isIn);
    }
  });

  it('refuses a client that shows no certificate', async () => {
    const socket = connectTls({
      port: served.server.port,
      host: '127.0.0.1',
      ca: ca.certPem,
      ALPNProtocols: ['h2'],
      checkServerIdentity: () => undefined,
    });
    const [error] = await once(socket, 'error');
    expect(error.code).to.match(/ALERT|ECONNRESET/);
    expect(served.refused).not.to.have.length(0);
  });

  it('refuses TLS 1.2', async () => {
    const socket = connectTls({
      port: served.server.port,
      host: '127.0.0.1',
      ca: ca.certPem,
      cert: beta.certPem,
      key: beta.keyPem,
      maxVersion: 'TLSv1.2',
      ALPNProtocols: ['h2'],
    });
    const [error] = await once(socket, 'error');
    expect(error.code).to.match(/PROTOCOL_VERSION|ECONNRESET/);
  });

  it('drops a client that speaks no TLS', async () => {
    const session = connectHttp2(`http://127.0.0.1:${served.server.port}`);
    session.on('error', () => undefined);
    await once(session, 'close');
    const socket = connect(served.server.port, '127.0.0.1');
    socket.on('error', () => undefined);
    socket.write('GET / HTTP/1.1\r\n\r\n');
    await once(socket, 'close');
    expect(served.refused).not.to.have.length(0);
  });

  it('resumes no TLS session', async () => {
    const material = { ...secureContextOptions(materialOf(beta)), ALPNProtocols: ['h2'] };
    const options = {
      ...material,
      port: served.server.port,
      host: '127.0.0.1',
      checkServerIdentity: () => undefined,
    };
    const first = connectTls(options);
    const sessions: Buffer[] = [];
    first.on('session', (session: Buffer) => sessions.push(session));
    await once(first, 'secureConnect');
    await once(first, 'data');
    const session = sessions.at(-1) ?? first.getSession();
    first.destroy();
    const second: TLSSocket = connectTls({ ...options, ...(session && { session }) });
    await once(second, 'secureConnect');
    expect(second.isSessionReused()).to.equal(false);
    second.destroy();
  });

  it('refuses a server of another CA, one that is for clients only, and a revoked one', async () => {
    const other = makeCa();
    const bad = [makeIdentity(other), makeIdentity(ca, { eku: ['clientAuth'] })];
    for (const identity of bad) {
      const material = materialOf(identity);
      const listen = { kind: 'tls', host: '127.0.0.1', port: 0, material } as const;
      await using wrong = await testServer(place, { listen });
      await using channel = testChannel(wrong.server.port);
      expect((await failureOf(channel.hello(signal))).code).to.equal('peer_untrusted');
    }
    const trust = { ...trustOf(ca), crls: [makeCrl(ca, { revoked: [alpha] })] };
    await using channel = testChannel(served.server.port, { verify: verifier(trust, 'server') });
    const error = await failureOf(channel.hello(signal));
    expect(error.data.reason).to.equal('revoked');
  });

  it('sends nothing to a server that is not the pinned one', async () => {
    const pin = parsePin(`spki:${spkiOf(beta)}`, new Date());
    await using channel = testChannel(served.server.port, {
      admit: (identity) => {
        checkPin(pin, identity, 'beta');
      },
    });
    const error = await failureOf(channel.hello(signal));
    expect(error.code).to.equal('peer_key_mismatch');
    expect(channel.bytesSent).to.equal(0);
  });

  it('checks the host name only when it is told to', async () => {
    await using lax = testChannel(served.server.port);
    await lax.hello(signal);
    await using strict = testChannel(served.server.port, { strictHostname: true });
    const error = await failureOf(strict.hello(signal));
    expect(error.code).to.equal('peer_untrusted');
    const named = makeIdentity(ca, { ips: [Buffer.from([127, 0, 0, 1])] });
    served.server.replaceMaterial(materialOf(named));
    await strict.hello(signal);
  });

  it('refuses a server that speaks no TLS, or only TLS 1.2', async () => {
    const plain = createServer((socket) => socket.end('HTTP/1.1 200 OK\r\n\r\n'));
    const old = createTlsServer({ cert: alpha.certPem, key: alpha.keyPem, maxVersion: 'TLSv1.2' });
    for (const server of [plain, old] as Server[]) {
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      await using channel = testChannel((server.address() as AddressInfo).port);
      const error = await failureOf(channel.hello(signal));
      expect(error.code).to.be.oneOf(['peer_untrusted', 'peer_unreachable']);
      expect(channel.bytesSent).to.equal(0);
      server.close();
    }
  });

  it('presents a new identity to new connections at once', async () => {
    const renewed = makeIdentity(ca, { name: 'alpha' });
    await using before = testChannel(served.server.port);
    await before.hello(signal);
    served.server.replaceMaterial(materialOf(renewed));
    await using after = testChannel(served.server.port);
    expect((await after.hello(signal)).identity?.spki).to.equal(spkiOf(renewed));
    expect((await before.hello(signal)).identity?.spki).to.equal(spkiOf(alpha));
  });
});
