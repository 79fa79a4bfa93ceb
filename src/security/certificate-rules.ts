/** The rules that one certificate of a peer's chain must obey, apart from who signed it. */
import type { Certificate } from './certificate.js';
import { isMisleadingName } from './distinguished-name.js';
import { untrusted } from './trust-refusal.js';

/** The side that presents the certificate in the handshake. */
export type TlsRole = 'client' | 'server';

const MIN_RSA_BITS = 2048;
const MIN_EC_BITS = 256;
const DNS_NAME =
  /^(\*\.)?([A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?\.)*[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?$/;

/**
 * Refuses names that could be taken for another: control characters,
 * bad encoding, several common names.
 */
export function checkNames(leaf: Certificate): void {
  const { commonNames, multiValuedCommonName } = leaf.subjectName;
  if (commonNames.length > 1 || multiValuedCommonName) {
    throw untrusted('bad_name', leaf, 'has several common names; issue it with exactly one CN');
  }
  if (commonNames.some(isMisleadingName)) {
    throw untrusted(
      'bad_name',
      leaf,
      'its common name is empty or has control characters; issue it with a plain CN',
    );
  }
  const odd = leaf.dnsNames.find((name) => !DNS_NAME.test(name));
  if (odd !== undefined) {
    throw untrusted('bad_name', leaf, `"${odd}" is no DNS name; issue it with proper names`);
  }
}

export function checkValidity(certificate: Certificate, now: Date): void {
  if (now < certificate.notBefore) {
    throw untrusted(
      'not_yet_valid',
      certificate,
      `is valid from ${certificate.notBefore.toISOString()} on, and it is ${now.toISOString()} here; check the clocks`,
    );
  }
  if (now > certificate.notAfter) {
    throw untrusted(
      'expired',
      certificate,
      `expired at ${certificate.notAfter.toISOString()}, and it is ${now.toISOString()} here; renew it, or check the clock`,
    );
  }
}

/**
 * RSA below 2048 and curves below 256 bits, MD5 and SHA-1. A self-signed CA's own
 * signature proves nothing and is not judged.
 */
export function checkStrength(certificate: Certificate, options: { signature: boolean }): void {
  const { keyType, keyBits } = certificate;
  const isRsa = keyType === 'rsa' || keyType === 'rsa-pss';
  const isCurve = keyType === 'ec' || keyType === 'ed25519' || keyType === 'ed448';
  if ((!isRsa && !isCurve) || keyBits < (isRsa ? MIN_RSA_BITS : MIN_EC_BITS)) {
    throw untrusted(
      'weak_key',
      certificate,
      `its ${keyType} key of ${keyBits} bits is too weak; use RSA with ${MIN_RSA_BITS} bits or more, or a curve with ${MIN_EC_BITS}`,
    );
  }
  if (options.signature && !certificate.strongSignature) {
    throw untrusted(
      'weak_signature',
      certificate,
      `its signature (${certificate.signatureAlgorithm}) is too weak; issue it with SHA-256`,
    );
  }
}

/**
 * What a leaf may be used for. An absent key usage or extended key usage allows
 * everything; a present one must allow the role.
 */
export function checkLeafUse(leaf: Certificate, role: TlsRole): void {
  if (leaf.isCa) {
    throw untrusted(
      'ca_as_leaf',
      leaf,
      'is a CA certificate (CA:TRUE) and cannot identify a peer; issue an identity with CA:FALSE',
    );
  }
  if (leaf.keyUsage?.includes('digitalSignature') === false) {
    throw untrusted(
      'wrong_key_usage',
      leaf,
      `its key usage (${leaf.keyUsage.join(', ')}) lacks digitalSignature; issue it with that`,
    );
  }
  checkExtendedUse(leaf, role);
}

/**
 * What an issuer must be: CA:TRUE, a key usage (where present) that may sign
 * certificates, room for the CAs `below` it.
 */
export function checkIssuerUse(issuer: Certificate, below: number, role: TlsRole): void {
  if (!issuer.isCa || issuer.keyUsage?.includes('keyCertSign') === false) {
    throw untrusted(
      'not_a_ca',
      issuer,
      'signed a certificate but is not a CA (CA:TRUE with keyCertSign); have a CA sign it',
    );
  }
  if (issuer.pathLength !== null && below > issuer.pathLength) {
    throw untrusted(
      'path_too_long',
      issuer,
      `allows ${issuer.pathLength} CAs below it and the chain has ${below}`,
    );
  }
  checkExtendedUse(issuer, role);
}

export function checkCriticalExtensions(certificate: Certificate): void {
  const [oid] = certificate.unknownCritical;
  if (oid === undefined) return;
  throw untrusted(
    'unknown_critical_extension',
    certificate,
    `has the critical extension ${oid}, whose meaning is not known here; issue it without`,
  );
}

function checkExtendedUse(certificate: Certificate, role: TlsRole): void {
  const needed = role === 'client' ? 'clientAuth' : 'serverAuth';
  const uses = certificate.extendedKeyUsage;
  if (uses === null || uses.includes(needed)) return;
  throw untrusted(
    'wrong_eku',
    certificate,
    `its extended key usage (${uses.join(', ')}) lacks ${needed}; issue it with clientAuth and serverAuth, or without`,
  );
}
