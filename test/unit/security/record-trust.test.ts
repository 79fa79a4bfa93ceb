import { expect } from 'chai';
import { DmError } from '../../../src/model/error.js';
import { parseCertificate } from '../../../src/security/certificate.js';
import { parseCrl } from '../../../src/security/crl.js';
import { verifyRecordSigner } from '../../../src/security/record-trust.js';
import {
  makeCa,
  makeCrl,
  makeIdentity,
  makeIntermediate,
  spkiOf,
  type TestCertificate,
} from '../../support/certificates.js';

const DAY_MS = 86_400_000;
const AN_HOUR_AGO = new Date(Date.now() - DAY_MS / 24);

describe('trust in who signed a record', () => {
  const ca = makeCa();
  const writer = makeIdentity(ca, { name: 'writer' });

  interface More {
    readonly cas?: readonly TestCertificate[];
    readonly crls?: readonly string[];
    readonly revoked?: readonly string[];
    readonly own?: readonly string[];
    readonly signedAt?: Date;
    /** The leaf's own unless given. */
    readonly key?: string;
  }
  /** The reason of the refusal, or null. */
  function reasonOf(certificates: string, more: More = {}): unknown {
    try {
      verifyRecordSigner({
        certificates,
        spki:
          more.key ??
          (certificates.includes('END') ? parseCertificate(certificates).spkiSha256 : ''),
        signedAt: more.signedAt ?? AN_HOUR_AGO,
        trustedCas: (more.cas ?? [ca]).map(({ certPem }) => parseCertificate(certPem)),
        crls: (more.crls ?? []).map(parseCrl),
        revokedFingerprints: new Set(more.revoked ?? []),
        ownKeys: new Set(more.own ?? []),
      });
      return null;
    } catch (error) {
      if (error instanceof DmError && error.code === 'peer_untrusted') return error.data.reason;
      throw error;
    }
  }

  it('is for identities of an installed CA, also by an intermediate that is sent along', () => {
    expect(reasonOf(writer.certPem)).to.equal(null);
    const between = makeIntermediate(ca);
    const below = makeIdentity(between, { name: 'below' });
    expect(reasonOf(below.certPem + between.certPem)).to.equal(null);
    expect(reasonOf(below.certPem)).to.equal('unknown_ca');
  });

  it('is for own identities, whoever vouches for them', () => {
    const own = makeIdentity(makeCa({ name: 'elsewhere' }), { name: 'own' });
    expect(reasonOf(own.certPem)).to.equal('unknown_ca');
    expect(reasonOf(own.certPem, { own: [spkiOf(own)] })).to.equal(null);
  });

  it('is for whose key made the signature, whatever certificates stand beside it', () => {
    const stranger = makeIdentity(makeCa(), { name: 'stranger' });
    expect(reasonOf(writer.certPem, { key: spkiOf(stranger) })).to.equal('malformed');
    const own = [spkiOf(writer)];
    expect(reasonOf(writer.certPem, { own, key: spkiOf(stranger) })).to.equal('malformed');
    expect(reasonOf(stranger.certPem + writer.certPem)).to.equal('unknown_ca');
  });

  it('may be younger than the record: who packs it anew signs it anew, and CAs are renewed', () => {
    const signedAt = new Date(Date.now() - 9 * DAY_MS);
    const renewed = makeCa({ key: ca.key, notBefore: new Date() });
    expect(reasonOf(writer.certPem, { signedAt })).to.equal(null);
    expect(reasonOf(writer.certPem, { signedAt, cas: [renewed] })).to.equal(null);
  });

  it('is not for strangers, nor for what is no certificate', () => {
    expect(reasonOf(makeIdentity(makeCa(), { name: 'writer' }).certPem)).to.equal('unknown_ca');
    expect(reasonOf('-----BEGIN CERTIFICATE-----')).to.equal('malformed');
  });

  it('asks who was valid then, for backups outlive certificates', () => {
    const past = makeIdentity(ca, {
      notBefore: new Date(Date.now() - 3 * DAY_MS),
      notAfter: new Date(Date.now() - DAY_MS),
    });
    const signedAt = new Date(Date.now() - 2 * DAY_MS);
    const old = makeCa({ notBefore: new Date(Date.now() - 9 * DAY_MS) });
    expect(reasonOf(past.certPem)).to.equal('expired');
    expect(reasonOf(writer.certPem, { cas: [old] })).to.equal('unknown_ca');
    const ofOld = makeIdentity(old, {
      notBefore: new Date(Date.now() - 3 * DAY_MS),
      notAfter: new Date(Date.now() - DAY_MS),
    });
    expect(reasonOf(ofOld.certPem, { cas: [old], signedAt })).to.equal(null);
  });

  it('is lost by a revocation, by hand or by a list, whenever the record says that it was made', () => {
    expect(reasonOf(writer.certPem, { revoked: [spkiOf(writer)] })).to.equal('revoked');
    const own = [spkiOf(writer)];
    expect(reasonOf(writer.certPem, { own, revoked: own })).to.equal('revoked');
    const list = makeCrl(ca, { revoked: [writer] });
    expect(reasonOf(writer.certPem, { crls: [list] })).to.equal('revoked');
    expect(reasonOf(writer.certPem, { own, crls: [list] })).to.equal('revoked');
    expect(reasonOf(writer.certPem, { crls: [makeCrl(ca, { revoked: [] })] })).to.equal(null);
  });
});
