import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { expect } from 'chai';
import { DmError } from '../../../src/model/error.js';
import { secureContextOptions } from '../../../src/security/tls-material.js';
import {
  makeCa,
  makeCertificate,
  makeIdentity,
  type TestCertificate,
  testPki,
} from '../../support/certificates.js';
import { until } from '../../support/e2e-until.js';
import { MemoryPlace } from '../../support/memory-endpoint.js';
import { materialOf, type TestServer, testServer } from './peer-pair.js';

describe('what is told of connections that are not served', function () {
  this.timeout(60_000);
  const { ca, beta } = testPki();
  let served: TestServer;

  beforeEach(async () => {
    served = await testServer(new MemoryPlace());
  });
  afterEach(() => served[Symbol.asyncDispose]());

  const address = () => ({ host: '127.0.0.1', port: served.server.port });
  const nameOf = (socket: Socket) => `127.0.0.1:${socket.localPort}`;
  const tls = (change: object = {}) =>
    connectTls({
      ...address(),
      ca: ca.certPem,
      ALPNProtocols: ['h2'],
      checkServerIdentity: () => undefined,
      ...change,
    });

  /** What the log is told of a connection, which has to be where it came from, with code and reason. */
  async function toldOf(socket: Socket): Promise<string> {
    socket.on('error', () => undefined);
    socket.resume();
    await once(socket, 'connect');
    const from = nameOf(socket);
    await until('the refusal is told', () => served.refused.length > 0);
    socket.destroy();
    expect(served.hungUp).to.deep.equal([]);
    const [refusal, ...more] = served.refused.splice(0);
    expect(more).to.deep.equal([]);
    expect(refusal?.who).to.equal(from);
    const { error } = refusal ?? {};
    if (!(error instanceof DmError)) throw error ?? new Error('nothing was told');
    return `${error.code} ${error.data.reason}`;
  }
  const as = ({ certPem: cert, keyPem: key }: TestCertificate) => ({ cert, key });

  it('names address, code and reason of each refused handshake', async () => {
    const expired = { notBefore: new Date(0), notAfter: new Date(86_400_000) };
    const cases: readonly (readonly [string, string, () => Socket])[] = [
      ['no certificate', 'no_certificate', () => tls()],
      [
        'self-signed',
        'depth_zero_self_signed_cert',
        () => tls(as(makeCertificate(null, { name: 'beta' }))),
      ],
      [
        'of another CA',
        'unable_to_get_issuer_cert_locally|unable_to_verify_leaf_signature|cert_signature_failure',
        () => tls(as(makeIdentity(makeCa({ name: 'other' }), { name: 'beta' }))),
      ],
      ['expired', 'cert_has_expired', () => tls(as(makeIdentity(ca, expired)))],
      [
        'TLS 1.2',
        'err_ssl_unsupported_protocol',
        () => tls({ ...as(beta), maxVersion: 'TLSv1.2' }),
      ],
      [
        'another protocol inside',
        'err_ssl_no_application_protocol',
        () => tls({ ...as(beta), ALPNProtocols: ['http/1.1'] }),
      ],
      [
        'clear text',
        'err_ssl_http_request',
        () => {
          const socket = connect(address());
          socket.write('GET / HTTP/1.1\r\n\r\n');
          return socket;
        },
      ],
    ];
    for (const [what, reason, make] of cases) {
      expect(await toldOf(make()), what).to.match(new RegExp(`^peer_untrusted (${reason})$`));
    }
  });

  it('takes nobody who hangs up for refused', async () => {
    const ends: readonly (readonly [string, (socket: Socket) => void])[] = [
      ['in order', (socket) => socket.end()],
      ['with a reset', (socket) => socket.resetAndDestroy()],
      [
        'in the middle of a record',
        (socket) => {
          socket.write(Buffer.from('160301', 'hex'));
          socket.end();
        },
      ],
    ];
    const expectLeft = async (what: string, from: string) => {
      await until(`${what}: it is told`, () => served.hungUp.length > 0);
      expect(served.hungUp.splice(0), what).to.deep.equal([from]);
      expect(served.refused, what).to.deep.equal([]);
    };
    for (const [what, end] of ends) {
      const socket = connect(address());
      socket.on('error', () => undefined);
      await once(socket, 'connect');
      const from = nameOf(socket);
      end(socket);
      await expectLeft(what, from);
      socket.destroy();
    }
    // One that does not accept this certificate leaves without a word.
    const socket: TLSSocket = tls({ ...as(beta), ca: makeCa({ name: 'other' }).certPem });
    await once(socket, 'connect');
    const from = nameOf(socket);
    const [error] = await once(socket, 'error');
    expect(error.code).to.match(/^(UNABLE_TO|SELF_SIGNED|DEPTH)/);
    await expectLeft('for our certificate', from);
  });

  it('ends handshakes that take 10 s, and connections that say no Hello 10 s later', async () => {
    const since = performance.now();
    const silent = connect(address());
    const greetless = connectTls({
      ...secureContextOptions(materialOf(beta)),
      ...address(),
      ALPNProtocols: ['h2'],
      checkServerIdentity: () => undefined,
    });
    const names: string[] = [];
    const closed = [silent, greetless].map(async (socket) => {
      socket.on('error', () => undefined);
      socket.resume();
      await once(socket, 'connect');
      names.push(nameOf(socket));
      await once(socket, 'close');
      return performance.now() - since;
    });
    for (const time of await Promise.all(closed)) expect(time).to.be.within(9_000, 25_000);
    const told = served.refused.map(({ who, error }) => [who, (error as DmError).code]);
    expect(told).to.have.deep.members([
      [names[0], 'peer_unreachable'],
      [names[1], 'protocol_mismatch'],
    ]);
  });
});
