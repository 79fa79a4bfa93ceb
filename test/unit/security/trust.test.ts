import { expect } from 'chai';
import { DmError } from '../../../src/model/error.js';
import { parseCertificate } from '../../../src/security/certificate.js';
import type { TlsRole } from '../../../src/security/certificate-rules.js';
import { parseCrl } from '../../../src/security/crl.js';
import { isSuperseded } from '../../../src/security/revocation.js';
import { type PeerIdentity, verifyPeer } from '../../../src/security/trust.js';
import {
  makeCa,
  makeCertificate,
  makeCrl,
  makeIdentity,
  makeIntermediate,
  spkiOf,
  type TestCertificate,
  testKey,
  testPki,
} from '../../support/certificates.js';

const DAY_MS = 86_400_000;
const { ca, alpha } = testPki();

interface Given {
  cas?: readonly TestCertificate[];
  crls?: readonly string[];
  revoked?: readonly string[];
  role?: TlsRole;
  now?: Date;
}

function verify(chain: readonly TestCertificate[], given: Given = {}): PeerIdentity {
  return verifyPeer({
    chain: chain.map(({ der }) => der),
    trustedCas: (given.cas ?? [ca]).map(({ certPem }) => parseCertificate(certPem)),
    crls: (given.crls ?? []).map(parseCrl),
    revokedFingerprints: new Set(given.revoked ?? []),
    now: given.now ?? new Date(),
    role: given.role ?? 'client',
  });
}

function reasonOf(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    if (!(error instanceof DmError)) throw error;
    expect(error.code).to.equal('peer_untrusted');
    return String(error.data.reason);
  }
  throw new Error('was accepted');
}

describe('verifyPeer accepts', () => {
  it('an identity of an installed CA, and says who it is', () => {
    const identity = verify([alpha]);
    expect(identity.commonName).to.equal('alpha');
    expect(identity.spki).to.equal(spkiOf(alpha));
    expect(identity.caSpki).to.equal(spkiOf(ca));
    expect(identity.caFingerprint).to.equal(parseCertificate(ca.certPem).fingerprintSha256);
    expect(identity.certificateFingerprint).to.equal(
      parseCertificate(alpha.certPem).fingerprintSha256,
    );
    expect(verify([alpha], { role: 'server' }).spki).to.equal(identity.spki);
  });

  it('RSA and Ed25519 keys', () => {
    const rsaCa = makeCa({ key: 'rsa2048', name: 'rsa-ca' });
    expect(verify([makeIdentity(rsaCa, { name: 'r' })], { cas: [rsaCa] }).commonName).to.equal('r');
    const edCa = makeCa({ key: 'ed25519', name: 'ed-ca' });
    const leaf = makeIdentity(edCa, { name: 'e', key: 'ed25519' });
    expect(verify([leaf], { cas: [ca, edCa] }).commonName).to.equal('e');
  });

  it('certificates without SAN, EKU and key usage', () => {
    const plain = makeCertificate(ca, { name: 'plain' });
    expect(verify([plain]).commonName).to.equal('plain');
    expect(verify([plain], { role: 'server' }).dnsNames).to.deep.equal([]);
  });

  it('a subject without a common name, which then has none', () => {
    const leaf = makeIdentity(ca, { subject: [[['2.5.4.10', 'Site']]] });
    expect(verify([leaf]).commonName).to.equal(null);
  });

  it('a chain over an intermediate, naming the installed CA that vouches', () => {
    const middle = makeIntermediate(ca);
    const leaf = makeIdentity(middle, { name: 'deep' });
    expect(verify([leaf, middle]).caSpki).to.equal(spkiOf(ca));
    expect(verify([leaf, middle, ca]).caSpki).to.equal(spkiOf(ca));
    expect(verify([leaf], { cas: [ca, middle] }).caSpki).to.equal(spkiOf(middle));
  });

  it('a CA renewed with its key while the expired one is still installed', () => {
    const old = makeCa({ key: ca.key, notAfter: new Date(Date.now() - DAY_MS) });
    expect(verify([alpha], { cas: [old, ca] }).caSpki).to.equal(spkiOf(ca));
  });

  it('a wildcard, an address and a URI as further names, the URI not taken for a DNS name', () => {
    const leaf = makeIdentity(ca, {
      dns: ['*.site.example', 'a.example'],
      uris: ['https://victim.example/'],
      ips: [Buffer.from([10, 0, 0, 1])],
    });
    const identity = verify([leaf]);
    expect(identity.dnsNames).to.deep.equal(['*.site.example', 'a.example']);
    expect(identity.ipAddresses).to.deep.equal(['10.0.0.1']);
  });
});

describe('verifyPeer refuses', () => {
  const other = makeCa({ name: 'other-ca' });
  const namesake = makeCa();
  const expiredCa = makeCa({ notAfter: new Date(Date.now() - DAY_MS) });
  const past = { notAfter: new Date(Date.now() - 1000) };
  const future = { notBefore: new Date(Date.now() + DAY_MS) };
  const middle = makeIntermediate(ca, { pathLength: 0 });
  const cn = '2.5.4.3';

  const cases: readonly [string, string, () => TestCertificate[], Given?][] = [
    ['no certificate', 'no_certificate', () => []],
    ['a self-signed certificate', 'self_signed', () => [makeCertificate(null, { ca: false })]],
    ['a self-signed certificate that is CA:TRUE', 'self_signed', () => [makeCa({ name: 'evil' })]],
    ['another CA', 'unknown_ca', () => [makeIdentity(other)]],
    ['another CA sent along', 'unknown_ca', () => [makeIdentity(other), other]],
    ['another CA of the same name', 'unknown_ca', () => [makeIdentity(namesake), namesake]],
    ['any peer when no CA is installed', 'unknown_ca', () => [alpha], { cas: [] }],
    ['an expired certificate', 'expired', () => [makeIdentity(ca, past)]],
    ['an expired CA', 'expired', () => [makeIdentity(expiredCa)], { cas: [expiredCa] }],
    ['a certificate of tomorrow', 'not_yet_valid', () => [makeIdentity(ca, future)]],
    ['an EKU without clientAuth', 'wrong_eku', () => [makeIdentity(ca, { eku: ['serverAuth'] })]],
    [
      'an EKU without serverAuth',
      'wrong_eku',
      () => [makeIdentity(ca, { eku: ['clientAuth'] })],
      { role: 'server' },
    ],
    ['an EKU for other uses', 'wrong_eku', () => [makeIdentity(ca, { eku: ['codeSigning'] })]],
    [
      'a key usage without digitalSignature',
      'wrong_key_usage',
      () => [makeIdentity(ca, { keyUsage: ['keyEncipherment'] })],
    ],
    ['an RSA key of 1024 bits', 'weak_key', () => [makeIdentity(ca, { key: 'rsa1024' })]],
    ['a curve of 224 bits', 'weak_key', () => [makeIdentity(ca, { key: 'secp224r1' })]],
    ['a SHA-1 signature', 'weak_signature', () => [makeIdentity(ca, { digest: 'sha1' })]],
    ['the CA itself as leaf', 'ca_as_leaf', () => [ca]],
    ['a CA below the CA as leaf', 'ca_as_leaf', () => [makeIntermediate(ca)]],
    ['a leaf used as CA', 'not_a_ca', () => [makeIdentity(alpha, { name: 'evil' }), alpha]],
    [
      'an intermediate that may not sign',
      'not_a_ca',
      () => {
        const noSign = makeIntermediate(ca, { keyUsage: ['cRLSign'] });
        return [makeIdentity(noSign), noSign];
      },
    ],
    ['an installed leaf that signs', 'not_a_ca', () => [makeIdentity(alpha)], { cas: [ca, alpha] }],
    ['an installed leaf as itself', 'unknown_ca', () => [alpha], { cas: [alpha] }],
    [
      'a chain longer than a CA allows',
      'path_too_long',
      () => {
        const lower = makeIntermediate(middle, { name: 'lower-ca' });
        return [makeIdentity(lower), lower, middle];
      },
    ],
    [
      'a critical extension of unknown meaning',
      'unknown_critical_extension',
      () => [makeIdentity(ca, { criticalExtension: '1.2.3.4' })],
    ],
    ['a NUL in the CN', 'bad_name', () => [makeIdentity(ca, { name: 'alpha\0.evil' })]],
    ['a newline in the CN', 'bad_name', () => [makeIdentity(ca, { name: 'alpha\nbeta' })]],
    ['a hidden character in the CN', 'bad_name', () => [makeIdentity(ca, { name: 'al\u200bpha' })]],
    ['an empty CN', 'bad_name', () => [makeIdentity(ca, { name: '' })]],
    [
      'a CN of broken UTF-8',
      'malformed',
      () => [makeIdentity(ca, { subject: [[[cn, Buffer.from([0xff, 0x41])]]] })],
    ],
    ['two CNs', 'bad_name', () => [makeIdentity(ca, { subject: [[[cn, 'a']], [[cn, 'b']]] })]],
    [
      'a CN that shares its RDN',
      'bad_name',
      () => [
        makeIdentity(ca, {
          subject: [
            [
              [cn, 'alpha'],
              ['2.5.4.10', 'Site'],
            ],
          ],
        }),
      ],
    ],
    ['a NUL in a DNS name', 'bad_name', () => [makeIdentity(ca, { dns: ['a.example\0.evil'] })]],
    ['a newline in a DNS name', 'bad_name', () => [makeIdentity(ca, { dns: ['a\nb'] })]],
    ['a URI as DNS name', 'bad_name', () => [makeIdentity(ca, { dns: ['https://a/'] })]],
  ];
  for (const [what, reason, chain, given] of cases) {
    it(`${what}: ${reason}`, () => {
      expect(reasonOf(() => verify(chain(), given))).to.equal(reason);
    });
  }

  it('an MD5 signature: weak_signature', () => {
    const rsaCa = makeCa({ key: 'rsa2048', name: 'rsa-ca' });
    const leaf = makeIdentity(rsaCa, { digest: 'md5' });
    expect(reasonOf(() => verify([leaf], { cas: [rsaCa] }))).to.equal('weak_signature');
  });

  it('bytes that are no certificate, or cut off, or changed', () => {
    const chains = [
      [Buffer.from('hello')],
      [alpha.der.subarray(0, 200)],
      [Buffer.concat([alpha.der, Buffer.from([0])])],
      Array.from({ length: 11 }, () => alpha.der),
    ];
    for (const chain of chains) {
      const peer = { chain, trustedCas: [], crls: [], now: new Date(), role: 'client' } as const;
      expect(reasonOf(() => verifyPeer(peer))).to.equal('malformed');
    }
  });

  it('a certificate whose body was changed after it was signed: unknown_ca', () => {
    const der = Buffer.from(alpha.der);
    der.write('omega', der.lastIndexOf('alpha'), 'latin1');
    const forged = { ...alpha, der };
    expect(reasonOf(() => verify([forged]))).to.equal('unknown_ca');
  });

  it('shows control characters of a name escaped in its message', () => {
    expect(() => verify([makeIdentity(ca, { name: 'a\u001b[31m\n' })])).to.throw(
      DmError,
      'CN=a\\x1B[31m\\x0A',
    );
  });
});

describe('verifyPeer and revocation', () => {
  const gone = makeIdentity(ca, { name: 'gone' });
  const day = (days: number) => new Date(Date.now() + days * DAY_MS);

  it('needs no list for a CA that has none installed', () => {
    const other = makeCa({ name: 'other-ca' });
    expect(verify([alpha], { crls: [makeCrl(other)], cas: [ca, other] }).commonName).to.equal(
      'alpha',
    );
  });

  it('refuses what the list of its CA revokes, and nothing else', () => {
    const crls = [makeCrl(ca, { revoked: [gone] })];
    expect(reasonOf(() => verify([gone], { crls }))).to.equal('revoked');
    expect(verify([alpha], { crls }).commonName).to.equal('alpha');
  });

  it('does not take a serial of another CA for its own', () => {
    const other = makeCa({ name: 'other-ca' });
    const crls = [makeCrl(other, { revoked: [alpha] }), makeCrl(ca)];
    expect(verify([alpha], { crls, cas: [ca, other] }).commonName).to.equal('alpha');
  });

  it('refuses everyone of a CA whose list is expired, not valid yet, weak or wrongly signed', () => {
    const past = makeCrl(ca, { thisUpdate: day(-9), nextUpdate: day(-1) });
    const future = makeCrl(ca, { thisUpdate: day(1) });
    const forged = makeCrl(ca, { signer: testKey('ec') });
    const weak = makeCrl(ca, { digest: 'sha1' });
    expect(reasonOf(() => verify([alpha], { crls: [past] }))).to.equal('crl_expired');
    expect(reasonOf(() => verify([alpha], { crls: [future] }))).to.equal('crl_not_yet_valid');
    expect(reasonOf(() => verify([alpha], { crls: [forged] }))).to.equal('crl_wrong_signer');
    expect(reasonOf(() => verify([alpha], { crls: [weak] }))).to.equal('weak_signature');
  });

  it('refuses a list of a CA whose key usage lacks cRLSign', () => {
    const noCrl = makeCa({ keyUsage: ['keyCertSign'] });
    const act = () => verify([makeIdentity(noCrl)], { cas: [noCrl], crls: [makeCrl(noCrl)] });
    expect(reasonOf(act)).to.equal('crl_wrong_signer');
  });

  it('keeps the lists of two CAs with one name apart', () => {
    const namesake = makeCa();
    const crls = [makeCrl(namesake, { revoked: [alpha] })];
    expect(verify([alpha], { crls, cas: [ca, namesake] }).commonName).to.equal('alpha');
  });

  it('goes by the list with the highest number', () => {
    const old = makeCrl(ca, { number: 1, thisUpdate: day(-9), nextUpdate: day(-1) });
    const current = makeCrl(ca, { number: 2, revoked: [gone] });
    expect(reasonOf(() => verify([gone], { crls: [current, old] }))).to.equal('revoked');
    expect(verify([alpha], { crls: [old, current] }).commonName).to.equal('alpha');
    const lists = [old, current, makeCrl(makeCa(), { number: 3 })].map(parseCrl);
    const cas = [parseCertificate(ca.certPem)];
    expect(lists.map((list) => isSuperseded(list, lists, cas))).to.deep.equal([true, false, false]);
  });

  it('checks intermediates too, also one that is installed', () => {
    const middle = makeIntermediate(ca);
    const leaf = makeIdentity(middle);
    const crls = [makeCrl(ca, { revoked: [middle] })];
    expect(reasonOf(() => verify([leaf, middle], { crls }))).to.equal('revoked');
    expect(reasonOf(() => verify([leaf], { crls, cas: [ca, middle] }))).to.equal('revoked');
  });

  it('refuses fingerprints revoked by hand: of the certificate, the key or a CA', () => {
    const fingerprint = parseCertificate(alpha.certPem).fingerprintSha256;
    for (const revoked of [fingerprint, spkiOf(alpha), spkiOf(ca)]) {
      expect(reasonOf(() => verify([alpha], { revoked: [revoked] }))).to.equal('revoked');
    }
  });
});
