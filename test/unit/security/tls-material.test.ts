import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { connect, createServer, type SecureContextOptions, type TLSSocket } from 'node:tls';
import { expect } from 'chai';
import { DmError } from '../../../src/model/error.js';
import { parseCertificate } from '../../../src/security/certificate.js';
import { peerChain } from '../../../src/security/peer-chain.js';
import {
  buildTlsMaterial,
  newestValidIdentity,
  secureContextOptions,
  type TlsMaterialParts,
} from '../../../src/security/tls-material.js';
import {
  makeCa,
  makeCrl,
  makeIdentity,
  makeIntermediate,
  type TestCertificate,
  testPki,
} from '../../support/certificates.js';

const DAY_MS = 86_400_000;
const { ca, alpha, beta } = testPki();
const now = new Date();
const inDays = (days: number) => new Date(now.getTime() + days * DAY_MS);

function usable(leaf: TestCertificate, ...intermediates: TestCertificate[]) {
  return {
    certificate: parseCertificate(leaf.certPem),
    certPem: [leaf, ...intermediates].map(({ certPem }) => certPem).join(''),
    keyPem: leaf.keyPem,
  };
}

function parts(given: Partial<TlsMaterialParts>): TlsMaterialParts {
  return {
    cas: [parseCertificate(ca.certPem)],
    identities: [usable(alpha)],
    crls: [],
    identityFingerprint: null,
    now,
    ...given,
  };
}

describe('buildTlsMaterial', () => {
  const old = usable(makeIdentity(ca, { notBefore: inDays(-9), notAfter: inDays(900) }));
  const fresh = usable(makeIdentity(ca, { notBefore: inDays(-2), notAfter: inDays(10) }));
  const expired = usable(makeIdentity(ca, { notBefore: inDays(-3), notAfter: inDays(-1) }));
  const future = usable(makeIdentity(ca, { notBefore: inDays(1), notAfter: inDays(900) }));
  const all = [expired, old, future, fresh];

  it('takes the valid identity that was issued last', () => {
    expect(newestValidIdentity(all, now)).to.equal(fresh);
    expect(newestValidIdentity(all, inDays(5))).to.equal(future);
    expect(newestValidIdentity([expired, future], now)).to.equal(null);
    expect(buildTlsMaterial(parts({ identities: all })).certPem).to.equal(fresh.certPem);
  });

  it('takes the identity that is named, valid or not at all', () => {
    const named = (identity: typeof old) =>
      parts({ identities: all, identityFingerprint: identity.certificate.fingerprintSha256 });
    expect(buildTlsMaterial(named(old)).keyPem).to.equal(old.keyPem);
    expect(() => buildTlsMaterial(named(expired))).to.throw(DmError, 'not valid now');
    expect(() => buildTlsMaterial(named(usable(beta)))).to.throw(DmError, 'not installed');
  });

  it('is refused without a CA, an identity, or a valid identity', () => {
    const cases: [string, Partial<TlsMaterialParts>][] = [
      ['no CA is installed', { cas: [] }],
      ['no identity is installed', { identities: [] }],
      ['none of the 1 installed identities is valid', { identities: [expired] }],
    ];
    for (const [problem, given] of cases) {
      expect(() => buildTlsMaterial(parts(given)))
        .to.throw(DmError, problem)
        .with.property('code', 'no_identity');
    }
  });
});

describe('secureContextOptions', () => {
  const server = secureContextOptions(buildTlsMaterial(parts({ identities: [usable(beta)] })));
  const client = secureContextOptions(buildTlsMaterial(parts({})));

  interface Talk {
    readonly verdict: unknown;
    readonly protocol: string | null;
    readonly reused: boolean;
    readonly session: Buffer;
    readonly chain: Buffer[];
  }

  /**
   * Connects, lets the server send one byte, and gives what both sides
   * saw; throws what broke the connection.
   */
  async function talk(
    serverOptions: SecureContextOptions,
    clientOptions: SecureContextOptions & { session?: Buffer },
    rejectUnauthorized = true,
  ): Promise<Talk> {
    const listener = createServer({ ...serverOptions, requestCert: true, rejectUnauthorized });
    listener.listen(0, '127.0.0.1');
    await once(listener, 'listening');
    const { port } = listener.address() as AddressInfo;
    const checkServerIdentity = () => undefined;
    const socket = connect({ ...clientOptions, host: '127.0.0.1', port, checkServerIdentity });
    const answered = Promise.all([
      once(listener, 'secureConnection').then(([peer]: TLSSocket[]) => {
        if (peer === undefined) throw new Error('no peer');
        peer.write('x');
        return peer;
      }),
      // A resumed session brings no new ticket.
      clientOptions.session ??
        once(socket, 'session').then(([ticket]: Buffer[]) => ticket ?? Buffer.alloc(0)),
      once(socket, 'data'),
    ]);
    const refused = once(listener, 'tlsClientError').then(([error]) => Promise.reject(error));
    try {
      const [peer, session] = await Promise.race([answered, refused]);
      return {
        verdict: peer.authorizationError,
        protocol: socket.getProtocol(),
        reused: socket.isSessionReused(),
        session,
        chain: peerChain(peer.getPeerCertificate(true)),
      };
    } finally {
      for (const late of [answered, refused]) late.catch(() => {});
      socket.on('error', () => {});
      socket.destroy();
      listener.close();
    }
  }

  async function failure(attempt: Promise<unknown>): Promise<string> {
    try {
      await attempt;
    } catch (error) {
      return error instanceof Error && 'code' in error ? String(error.code) : String(error);
    }
    throw new Error('was accepted');
  }

  it('speaks TLS 1.3 with certificates on both sides', async () => {
    const { protocol, chain } = await talk(server, client);
    expect(protocol).to.equal('TLSv1.3');
    expect(chain[0]?.equals(alpha.der)).to.equal(true);
  });

  it('never resumes a session, which would get round a revocation', async () => {
    const eager = { ...client, secureOptions: 0 };
    const resumedWith = async (options: SecureContextOptions) => {
      const withKeys = { ...options, ticketKeys: Buffer.alloc(48, 7) };
      const { session } = await talk(withKeys, eager);
      return (await talk(withKeys, { ...eager, session })).reused;
    };
    expect(await resumedWith({ ...server, secureOptions: 0 }), 'the test can tell').to.equal(true);
    expect(await resumedWith(server)).to.equal(false);
  });

  it('refuses TLS 1.2, a client without a certificate and one of another CA', async () => {
    const old: SecureContextOptions = { ...client, minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2' };
    expect(await failure(talk(server, old))).to.match(/PROTOCOL/);
    const { ca: roots } = client;
    expect(await failure(talk(server, roots === undefined ? {} : { ca: roots }))).to.match(
      /PEER_DID_NOT_RETURN_A_CERTIFICATE/,
    );
    const otherCa = makeCa({ name: 'other-ca' });
    const stranger = usable(makeIdentity(otherCa));
    const other = { ...client, cert: stranger.certPem, key: stranger.keyPem };
    expect(await failure(talk(server, other))).to.equal('ECONNRESET');
    expect((await talk(server, other, false)).verdict).to.equal('UNABLE_TO_VERIFY_LEAF_SIGNATURE');
  });

  it('shows the chain that a client presents, as far as this Node does', async () => {
    // Node 24 shows a server the leaf only: docs/security.md says what follows.
    const showsIssuers = Number(process.versions.node.split('.')[0]) < 24;
    const middle = makeIntermediate(ca);
    const leaf = makeIdentity(middle, { name: 'deep' });
    const material = buildTlsMaterial(parts({ identities: [usable(leaf, middle)] }));
    const { chain } = await talk(server, secureContextOptions(material));
    expect(chain[0]?.equals(leaf.der)).to.equal(true);
    expect(chain[1]?.equals(middle.der) ?? false).to.equal(showsIssuers);
    expect(peerChain(null)).to.deep.equal([]);
  });

  it('keeps revocation lists from OpenSSL, which would refuse the peers of a CA without one', async () => {
    const other = makeCa({ name: 'other-ca' });
    const material = buildTlsMaterial(
      parts({ cas: [ca, other].map(({ certPem }) => parseCertificate(certPem)) }),
    );
    const options = secureContextOptions(material);
    const withList = { ...options, crl: makeCrl(other) };
    expect((await talk(withList, client, false)).verdict).to.equal('UNABLE_TO_GET_CRL');
    expect((await talk(options, client)).protocol).to.equal('TLSv1.3');
  });
});
