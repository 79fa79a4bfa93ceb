import { expect } from 'chai';
import { DmError } from '../../../src/model/error.js';
import { parseCertificate } from '../../../src/security/certificate.js';
import { isCrlSignedBy, parseCrl } from '../../../src/security/crl.js';
import { makeCa, makeCrl, testKey, testPki } from '../../support/certificates.js';

const { ca, alpha } = testPki();

describe('parseCrl', () => {
  it('gives issuer, number, times and revoked serials', () => {
    const list = parseCrl(
      makeCrl(ca, {
        revoked: [alpha, 0xff02n],
        number: 300,
        thisUpdate: new Date('2026-01-02T03:04:05Z'),
        nextUpdate: new Date('2051-01-02T03:04:05Z'),
      }),
    );
    expect(list.issuer).to.equal('CN=test-ca');
    expect(list.number).to.equal(300n);
    expect(list.thisUpdate.toISOString()).to.equal('2026-01-02T03:04:05.000Z');
    expect(list.nextUpdate.toISOString()).to.equal('2051-01-02T03:04:05.000Z');
    expect([...list.revoked.keys()]).to.deep.equal([
      parseCertificate(alpha.certPem).serial,
      'FF02',
    ]);
  });

  it('reads DER as well as PEM, and a list that revokes nothing', () => {
    const fromPem = parseCrl(makeCrl(ca));
    const fromDer = parseCrl(fromPem.der);
    expect(fromDer.fingerprintSha256).to.equal(fromPem.fingerprintSha256);
    expect(fromDer.revoked.size).to.equal(0);
  });

  it('refuses lists that would leave revocations out or never end', () => {
    const bad: [string, string][] = [
      ['critical extension 2.5.29.27', makeCrl(ca, { criticalExtension: '2.5.29.27' })],
      ['critical extension 2.5.29.28', makeCrl(ca, { criticalExtension: '2.5.29.28' })],
      ['no next update', makeCrl(ca, { nextUpdate: null })],
      ['0 "BEGIN X509 CRL" blocks', ca.certPem],
      ['2 "BEGIN X509 CRL" blocks', makeCrl(ca) + makeCrl(ca)],
      ['malformed', 'not a list'],
    ];
    for (const [problem, file] of bad) {
      expect(() => parseCrl(file), problem)
        .to.throw(DmError, problem)
        .with.property('code', 'certificate_invalid');
    }
  });
});

describe('isCrlSignedBy', () => {
  it('is true for the CA with every kind of key, false for another of its name', () => {
    for (const key of ['ec', 'rsa2048', 'ed25519'] as const) {
      const signer = makeCa({ key });
      const list = parseCrl(makeCrl(signer));
      expect(isCrlSignedBy(list, parseCertificate(signer.certPem)), key).to.equal(true);
      const namesake = parseCertificate(makeCa({ key: testKey('ec') }).certPem);
      expect(isCrlSignedBy(list, namesake), key).to.equal(false);
    }
  });

  it('is false when one byte of the list was changed', () => {
    const list = parseCrl(makeCrl(ca, { revoked: [alpha] }));
    const der = Buffer.from(list.der);
    const serial = Buffer.from(parseCertificate(alpha.certPem).serial, 'hex');
    const position = der.indexOf(serial) + serial.length - 1;
    der[position] = (der[position] ?? 0) ^ 1;
    expect(isCrlSignedBy(parseCrl(der), parseCertificate(ca.certPem))).to.equal(false);
  });
});
