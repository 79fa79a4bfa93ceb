import { expect } from 'chai';
import { DmError } from '../../../src/model/error.js';
import { parseCertificate } from '../../../src/security/certificate.js';
import { checkPin, learnedPin, type Pin, parsePin } from '../../../src/security/pin.js';
import { type PeerIdentity, verifyPeer } from '../../../src/security/trust.js';
import {
  makeCa,
  makeIdentity,
  spkiOf,
  type TestCertificate,
  testPki,
} from '../../support/certificates.js';

const { ca, alpha, beta } = testPki();
const now = new Date();

function identityOf(leaf: TestCertificate, issuer: TestCertificate = ca): PeerIdentity {
  const trustedCas = [parseCertificate(issuer.certPem)];
  return verifyPeer({ chain: [leaf.der], trustedCas, crls: [], now, role: 'server' });
}

function mismatchOf(pin: Pin, identity: PeerIdentity): unknown {
  try {
    checkPin(pin, identity, 'beta');
  } catch (error) {
    if (error instanceof DmError && error.code === 'peer_key_mismatch') {
      expect(error.message).to.contain('dm accounts modify beta --peer-fingerprint=');
      return error.data.what;
    }
    throw error;
  }
  return null;
}

describe('checkPin', () => {
  const pin = learnedPin(null, identityOf(alpha), now);

  it('learns at first contact and matches from then on', () => {
    expect(checkPin(null, identityOf(alpha), 'beta')).to.equal('learned');
    expect(pin).to.deep.equal({
      keys: [spkiOf(alpha)],
      caSpki: spkiOf(ca),
      pinnedAt: now.getTime(),
    });
    expect(checkPin(pin, identityOf(alpha), 'beta')).to.equal('match');
  });

  it('takes a renewal with the same key, of the peer or of its CA, for the same peer', () => {
    const renewed = makeIdentity(ca, { name: 'alpha', key: alpha.key });
    const renewedCa = makeCa({ key: ca.key });
    expect(checkPin(pin, identityOf(renewed), 'beta')).to.equal('match');
    expect(checkPin(pin, identityOf(alpha, renewedCa), 'beta')).to.equal('match');
  });

  it('refuses a valid certificate of another peer of the same CA, also one with the same name', () => {
    expect(mismatchOf(pin, identityOf(beta))).to.equal('key');
    expect(mismatchOf(pin, identityOf(makeIdentity(ca, { name: 'alpha' })))).to.equal('key');
  });

  it('refuses the pinned key when another CA vouches for it', () => {
    const other = makeCa({ name: 'other-ca' });
    const moved = makeIdentity(other, { name: 'alpha', key: alpha.key });
    expect(mismatchOf(pin, identityOf(moved, other))).to.equal('ca');
  });

  it('accepts the next key that was announced, and learns the CA of a pin given by hand', () => {
    const given = parsePin(`spki:${spkiOf(alpha)}, ${spkiOf(beta).toUpperCase()}`, now);
    expect(checkPin(given, identityOf(beta), 'beta')).to.equal('learned');
    const learned = learnedPin(given, identityOf(beta), now);
    expect(learned.keys).to.deep.equal([spkiOf(alpha), spkiOf(beta)]);
    expect(checkPin(learned, identityOf(alpha), 'beta')).to.equal('match');
    expect(mismatchOf(given, identityOf(makeIdentity(ca)))).to.equal('key');
  });

  it('refuses a fingerprint that is none', () => {
    expect(() => parsePin('1234', now))
      .to.throw(DmError)
      .with.property('code', 'invalid_argument');
    expect(() => parsePin(`${spkiOf(alpha)},`, now)).to.throw(DmError);
  });
});
