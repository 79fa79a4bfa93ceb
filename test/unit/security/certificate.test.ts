import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import { DmError } from '../../../src/model/error.js';
import {
  certificateStatus,
  parseCertificate,
  parseCertificateDer,
  parseCertificates,
} from '../../../src/security/certificate.js';
import { checkInstallableCa, checkInstallableIdentity } from '../../../src/security/installable.js';
import { loadPrivateKey } from '../../../src/security/private-key.js';
import { verifyPeer } from '../../../src/security/trust.js';
import { makeIdentity, spkiOf, testPki } from '../../support/certificates.js';

const DAY_MS = 86_400_000;
const { ca, alpha, beta } = testPki();

describe('parseCertificate', () => {
  it('gives what stands in the certificate', () => {
    const leaf = makeIdentity(ca, {
      name: 'alpha, "site" 1',
      serial: 0xff01n,
      notBefore: new Date('2026-01-02T03:04:05Z'),
      notAfter: new Date('2055-06-07T08:09:10Z'),
      dns: ['a.example'],
      ips: [Buffer.from([10, 0, 0, 1]), Buffer.from(`fe80${'00'.repeat(13)}01`, 'hex')],
    });
    const certificate = parseCertificate(leaf.certPem);
    expect(certificate).to.include({
      subject: 'CN=alpha\\, \\"site\\" 1',
      issuer: 'CN=test-ca',
      commonName: 'alpha, "site" 1',
      serial: 'FF01',
      fingerprintSha256: createHash('sha256').update(leaf.der).digest('hex'),
      spkiSha256: spkiOf(leaf),
      isCa: false,
      signatureAlgorithm: 'ecdsa-with-SHA256',
      keyType: 'ec',
      keyBits: 256,
    });
    expect(certificate.notBefore.toISOString()).to.equal('2026-01-02T03:04:05.000Z');
    expect(certificate.notAfter.toISOString()).to.equal('2055-06-07T08:09:10.000Z');
    expect(certificate.dnsNames).to.deep.equal(['a.example']);
    expect(certificate.ipAddresses).to.deep.equal(['10.0.0.1', 'fe80::1']);
    expect(certificate.keyUsage).to.deep.equal(['digitalSignature']);
    expect(certificate.extendedKeyUsage).to.deep.equal(['clientAuth', 'serverAuth']);
    expect(parseCertificate(certificate.pem).der.equals(leaf.der)).to.equal(true);
  });

  it('reads every certificate of a file, with text between them', () => {
    const file = `Subject: alpha\n${alpha.certPem}\nthen the CA\n${ca.certPem}`;
    expect(parseCertificates(file).map(({ commonName }) => commonName)).to.deep.equal([
      'alpha',
      'test-ca',
    ]);
  });

  it('refuses a file without a certificate, and a damaged one', () => {
    for (const pem of ['', alpha.keyPem, alpha.certPem.replace('MII', '!II')]) {
      expect(() => parseCertificate(pem))
        .to.throw(DmError)
        .with.property('code', 'certificate_invalid');
    }
  });

  it('answers any damage with a result or a DmError, never with another error', () => {
    fc.assert(
      fc.property(fc.nat(alpha.der.length - 1), fc.nat(255), (position, value) => {
        const der = Buffer.from(alpha.der);
        der[position] = value;
        try {
          parseCertificateDer(der);
        } catch (error) {
          expect(error).to.be.instanceOf(DmError);
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe('certificateStatus', () => {
  const certificate = parseCertificate(alpha.certPem);
  const { notBefore, notAfter } = certificate;
  const at = (time: Date, ms: number) =>
    certificateStatus(certificate, new Date(time.getTime() + ms));

  it('goes from invalid over valid and expiring to expired', () => {
    expect(at(notBefore, -1)).to.equal('invalid');
    expect(at(notBefore, 0)).to.equal('valid');
    expect(at(notAfter, -30 * DAY_MS - 1)).to.equal('valid');
    expect(at(notAfter, -30 * DAY_MS)).to.equal('expiring');
    expect(at(notAfter, 0)).to.equal('expiring');
    expect(at(notAfter, 1)).to.equal('expired');
  });
});

describe('what may be installed', () => {
  const invalid = (act: () => void) =>
    expect(act).to.throw(DmError).with.property('code', 'certificate_invalid');

  it('is a CA certificate as CA', () => {
    checkInstallableCa(parseCertificate(ca.certPem));
    invalid(() => checkInstallableCa(parseCertificate(alpha.certPem)));
  });

  it('is an identity with its own key, good for both sides', () => {
    checkInstallableIdentity(parseCertificate(alpha.certPem), alpha.key);
    invalid(() => checkInstallableIdentity(parseCertificate(alpha.certPem), beta.key));
    invalid(() => checkInstallableIdentity(parseCertificate(ca.certPem), ca.key));
    const clientOnly = makeIdentity(ca, { eku: ['clientAuth'] });
    invalid(() => checkInstallableIdentity(parseCertificate(clientOnly.certPem), clientOnly.key));
  });
});

describe('certificates made with plain openssl', () => {
  let directory: string;
  const openssl = (...args: string[]) =>
    execFileSync('openssl', args, { cwd: directory, stdio: 'pipe' });
  const read = (name: string) => readFileSync(join(directory, name), 'utf8');

  before(() => {
    directory = mkdtempSync(join(tmpdir(), 'dm-openssl-'));
    const extensions = [
      'authorityKeyIdentifier=keyid,issuer',
      'basicConstraints=CA:FALSE',
      'keyUsage=digitalSignature,nonRepudiation,keyEncipherment,dataEncipherment',
    ];
    writeFileSync(join(directory, 'identity.ext'), `${extensions.join('\n')}\n`);
    openssl('genrsa', '-out', 'ca.key', '2048');
    openssl(
      ...'req -x509 -new -nodes -key ca.key -sha256 -days 1825 -out ca.pem -subj /CN=test-ca'.split(
        ' ',
      ),
    );
    openssl('genrsa', '-out', 'identity.key', '2048');
    openssl(...'req -new -key identity.key -out identity.csr -subj /CN=alpha'.split(' '));
    const sign =
      'x509 -req -in identity.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 825 -sha256';
    openssl(...sign.split(' '), '-extfile', 'identity.ext', '-out', 'identity.crt');
    openssl(...sign.split(' '), '-out', 'plain.crt');
  });
  after(() => rmSync(directory, { recursive: true }));

  for (const file of ['identity.crt', 'plain.crt']) {
    it(`${file} is accepted on both sides and its key fits`, () => {
      const leaf = parseCertificate(read(file));
      const trustedCa = parseCertificate(read('ca.pem'));
      checkInstallableCa(trustedCa);
      checkInstallableIdentity(leaf, loadPrivateKey(read('identity.key'), null));
      for (const role of ['client', 'server'] as const) {
        const identity = verifyPeer({
          chain: [leaf.der],
          trustedCas: [trustedCa],
          crls: [],
          now: new Date(),
          role,
        });
        expect(identity.commonName).to.equal('alpha');
      }
    });
  }

  it('shows the same fingerprint and serial as openssl does', () => {
    const shown = openssl(
      ...'x509 -in identity.crt -noout -fingerprint -sha256 -serial'.split(' '),
    );
    const leaf = parseCertificate(read('identity.crt'));
    expect(shown.toString().replaceAll(':', '').toLowerCase()).to.include(leaf.fingerprintSha256);
    expect(shown.toString()).to.include(`serial=${leaf.serial}`);
  });

  it('reads the key in its traditional and its encrypted forms', () => {
    const expected = parseCertificate(read('identity.crt'));
    openssl(...'rsa -in identity.key -traditional -out traditional.key'.split(' '));
    openssl(...'rsa -in identity.key -aes256 -passout pass:s3cret -out encrypted.key'.split(' '));
    checkInstallableIdentity(expected, loadPrivateKey(read('traditional.key'), null));
    checkInstallableIdentity(expected, loadPrivateKey(read('encrypted.key'), 's3cret'));
    for (const password of [null, 'wr0ng']) {
      expect(() => loadPrivateKey(read('encrypted.key'), password))
        .to.throw(DmError, 'password')
        .with.property('code', 'certificate_invalid');
    }
  });

  it('refuses a file that is no key', () => {
    expect(() => loadPrivateKey(read('ca.pem'), null)).to.throw(DmError, 'no "BEGIN PRIVATE KEY"');
    const broken = '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n';
    expect(() => loadPrivateKey(broken, null)).to.throw(DmError, 'cannot be read');
  });
});
