import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { connect as tlsConnect } from 'node:tls';
import { expect } from 'chai';
import { DmError } from '../../src/model/error.js';
import {
  makeCa,
  makeCertificate,
  makeCrl,
  makeIdentity,
  type TestCertificate,
} from '../support/certificates.js';
import { TestAgents } from '../support/e2e-agents.js';
import { dmJson } from '../support/e2e-dm.js';
import { HostilePeer, materialOf } from './hostile-peer.js';
import { plainSocket } from './raw-http2.js';
import { withstands } from './withstands.js';

const DAY = 86_400_000;

/** What is checked one by one in unit tests, at an agent that has others to serve. */
describe('strangers at the door of an agent', function () {
  this.timeout(120_000);
  const ca = makeCa({ name: 'door-CA' });
  const leaf = makeIdentity(ca, { name: 'leaf' });
  const revoked = makeIdentity(ca, { name: 'revoked' });
  let agents: TestAgents;

  before('start an agent with a second CA', async () => {
    agents = await TestAgents.open({ agents: [{ name: 'victim' }], accounts: false });
    writeFileSync(agents.scratch('door.pem'), ca.certPem);
    await install('ca', 'door.pem', 'door-CA');
    await setCrl('first', { revoked: [revoked], number: 1 });
  });
  after('stop it', () => agents?.[Symbol.asyncDispose]());
  const { logged } = withstands({ agents: () => agents, name: 'victim' });

  const install = (kind: string, file: string, name: string) =>
    dmJson(
      agents.agent('victim'),
      ...['certificates', kind, 'create', `--name=${name}`],
      `--certificate-path=${agents.scratch(file)}`,
    );
  async function setCrl(name: string, options: Parameters<typeof makeCrl>[1]): Promise<void> {
    writeFileSync(agents.scratch(`${name}.crl`), makeCrl(ca, options));
    await dmJson(
      agents.agent('victim'),
      ...[
        'certificates',
        'crl',
        'create',
        `--name=${name}`,
        `--crl-path=${agents.scratch(`${name}.crl`)}`,
      ],
    );
  }

  /** The error that a peer with this identity meets instead of an answer; null when it is let in. */
  async function shut({ certPem, keyPem }: TestCertificate, chain = ''): Promise<string | null> {
    const { caPems } = await materialOf('mallory');
    const material = { caPems, certPem: certPem + chain, keyPem, crlPems: [] };
    try {
      using _peer = await HostilePeer.connect(agents.agent('victim'), { material });
      return null;
    } catch (error) {
      if (error instanceof DmError) return error.code;
      throw error;
    }
  }

  it('one of that CA is none', async () => {
    expect(await shut(makeIdentity(ca, { name: 'good' }))).to.equal(null);
  });

  const now = Date.now();
  const from = (days: number) => new Date(now + days * DAY);
  const refused: readonly [string, () => TestCertificate, string?][] = [
    ['2: self-signed', () => makeCertificate(null, { name: 'leaf', eku: ['clientAuth'] })],
    [
      '3: of another CA with the same subject',
      () => makeIdentity(makeCa({ name: 'door-CA' }), { name: 'leaf' }),
    ],
    ['4: expired', () => makeIdentity(ca, { notBefore: from(-9), notAfter: from(-1) })],
    ['4: not yet valid', () => makeIdentity(ca, { notBefore: from(1), notAfter: from(9) })],
    ['5: signed by a leaf', () => makeIdentity(leaf, { name: 'evil' }), leaf.certPem],
    ['6: for servers only', () => makeIdentity(ca, { eku: ['serverAuth'] })],
    ['8: not for signatures', () => makeIdentity(ca, { keyUsage: ['keyEncipherment'] })],
    ['9: revoked', () => revoked],
    ['13: a newline in the name', () => makeIdentity(ca, { name: 'a\nb' })],
    [
      '13: two names',
      () => makeIdentity(ca, { subject: [[['2.5.4.3', 'a']], [['2.5.4.3', 'b']]] }),
    ],
    ['14: a short key', () => makeIdentity(ca, { key: 'rsa1024' })],
  ];
  for (const [what, identity, chain] of refused) {
    it(`${what}: refused, and the log tells it`, async () => {
      expect(await shut(identity(), chain)).to.be.oneOf(['peer_untrusted', 'peer_unreachable']);
      await logged('peer_untrusted');
    });
  }

  it('14: a SHA-1 signature, of one who lets OpenSSL present it: refused, and the log tells it', async () => {
    const { certPem: cert, keyPem: key } = makeIdentity(ca, { digest: 'sha1' });
    const socket = tlsConnect({
      ...{ cert, key, ciphers: 'DEFAULT@SECLEVEL=0' },
      socket: plainSocket(agents.agent('victim')),
      ALPNProtocols: ['h2'],
      rejectUnauthorized: false,
    });
    socket.on('error', () => undefined);
    socket.resume();
    await once(socket, 'close');
    await logged('peer_untrusted');
  });

  it('1, 15: without a certificate, and with TLS 1.2: refused, and the log tells it', async () => {
    const { certPem: cert, keyPem: key } = leaf;
    for (const options of [{}, { cert, key, maxVersion: 'TLSv1.2' as const }]) {
      const socket = tlsConnect({
        ...options,
        socket: plainSocket(agents.agent('victim')),
        ALPNProtocols: ['h2'],
        rejectUnauthorized: false,
      });
      const [error] = await once(socket, 'error');
      expect(error.code).to.match(/ALERT|PROTOCOL_VERSION|ECONNRESET/);
      await logged('peer_untrusted');
    }
  });

  it('11: of a CA whose list is over: refused, and the log tells it', async () => {
    await setCrl('over', { number: 2, thisUpdate: from(-9), nextUpdate: from(-1) });
    expect(await shut(leaf)).to.be.oneOf(['peer_untrusted', 'peer_unreachable']);
    await logged('peer_untrusted');
  });
});
