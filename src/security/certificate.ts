import { createHash, type KeyObject, X509Certificate } from 'node:crypto';
import { DmError } from '../model/error.js';
import { parseSpkiFingerprint, type SpkiFingerprint } from '../model/ids.js';
import {
  type CertificateExtensions,
  readCertificateExtensions,
  readExtensionList,
} from './certificate-extensions.js';
import {
  DER_TAG,
  type DerNode,
  derChildren,
  derIntegerHex,
  derTime,
  expectTag,
  malformed,
  readDer,
} from './der.js';
import { type DistinguishedName, readDistinguishedName } from './distinguished-name.js';
import { pemBlocks, toPem } from './pem.js';
import { readSignatureAlgorithm } from './signature-algorithm.js';

/** A certificate as plain values; nothing here has been verified. */
export interface Certificate extends CertificateExtensions {
  readonly subject: string;
  readonly issuer: string;
  readonly subjectName: DistinguishedName;
  readonly issuerName: DistinguishedName;
  /** The only common name; null when there is none or more than one. */
  readonly commonName: string | null;
  /** Upper-case hex, two digits a byte. */
  readonly serial: string;
  readonly notBefore: Date;
  readonly notAfter: Date;
  /** 64 lower-case hex digits, over the whole certificate. */
  readonly fingerprintSha256: string;
  /**
   * 64 lower-case hex digits, over the public key: stays the same when a
   * certificate is renewed with its key.
   */
  readonly spkiSha256: SpkiFingerprint;
  readonly signatureAlgorithm: string;
  /** False for MD5, SHA-1 and whatever is not known to be safe. */
  readonly strongSignature: boolean;
  /** "rsa", "ec", "ed25519", … */
  readonly keyType: string;
  readonly keyBits: number;
  readonly pem: string;
  readonly der: Buffer;
}

export type CertificateStatus = 'valid' | 'invalid' | 'expired' | 'expiring';

const DAY_MS = 86_400_000;
const EXPIRING_MS = 30 * DAY_MS;
const MAX_DER_BYTES = 64 * 1024;
const CURVE_BITS: Readonly<Record<string, number>> = {
  prime256v1: 256,
  secp256k1: 256,
  secp384r1: 384,
  secp521r1: 521,
  secp224r1: 224,
  prime192v1: 192,
};

/**
 * Every certificate of a PEM file, in file order (leaf first, as TLS wants it).
 * At least one, or `certificate_invalid`.
 */
export function parseCertificates(pem: string): [Certificate, ...Certificate[]] {
  const [first, ...rest] = pemBlocks(pem, 'CERTIFICATE');
  if (first === undefined) {
    throw new DmError(
      'certificate_invalid',
      'no "BEGIN CERTIFICATE" block found; give the certificate in PEM form',
    );
  }
  return [parseCertificateDer(first), ...rest.map(parseCertificateDer)];
}

/** The first certificate of a PEM file. */
export function parseCertificate(pem: string): Certificate {
  return parseCertificates(pem)[0];
}

/**
 * Reads one DER certificate; throws `certificate_invalid` when it is
 * malformed or its key is of an unknown kind.
 */
export function parseCertificateDer(bytes: Uint8Array): Certificate {
  if (bytes.length > MAX_DER_BYTES) throw malformed(`${bytes.length} bytes are too many`);
  const der = Buffer.from(bytes);
  const parts = derChildren(expectTag(readDer(der), DER_TAG.sequence, 'the certificate'));
  const fields = derChildren(expectTag(parts[0], DER_TAG.sequence, 'the certificate body'));
  if (fields[0]?.tag === 0xa0) fields.shift();
  const [serial, innerAlgorithm, issuer, validity, subject, spki, ...optional] = fields;
  const algorithm = expectTag(parts[1], DER_TAG.sequence, 'the signature algorithm');
  if (innerAlgorithm === undefined || !innerAlgorithm.raw.equals(algorithm.raw)) {
    throw malformed('two different signature algorithms');
  }
  const signature = readSignatureAlgorithm(algorithm);
  const [notBefore, notAfter] = derChildren(expectTag(validity, DER_TAG.sequence, 'the validity'));
  const subjectName = readDistinguishedName(subject);
  const issuerName = readDistinguishedName(issuer);
  const key = publicKeyOf(der);
  const { commonNames } = subjectName;
  return {
    subject: subjectName.text,
    issuer: issuerName.text,
    subjectName,
    issuerName,
    commonName: commonNames.length === 1 ? (commonNames[0] ?? null) : null,
    serial: derIntegerHex(serial),
    notBefore: derTime(notBefore),
    notAfter: derTime(notAfter),
    fingerprintSha256: sha256(der),
    spkiSha256: parseSpkiFingerprint(
      sha256(expectTag(spki, DER_TAG.sequence, 'the public key').raw),
    ),
    ...readCertificateExtensions(extensionsOf(optional)),
    signatureAlgorithm: signature.name,
    strongSignature: signature.strong,
    keyType: key.asymmetricKeyType ?? 'unknown',
    keyBits: keyBits(key),
    pem: toPem(der, 'CERTIFICATE'),
    der,
  };
}

/** What to show at a time: `invalid` is not valid yet, `expiring` ends within 30 days. */
export function certificateStatus(
  certificate: Pick<Certificate, 'notBefore' | 'notAfter'>,
  now: Date,
): CertificateStatus {
  if (now < certificate.notBefore) return 'invalid';
  if (now > certificate.notAfter) return 'expired';
  return certificate.notAfter.getTime() - now.getTime() <= EXPIRING_MS ? 'expiring' : 'valid';
}

/**
 * True when the certificate names `issuer` as its issuer and `issuer`'s key made its
 * signature. Says nothing of whether the issuer may.
 */
export function isIssuedBy(certificate: Certificate, issuer: Certificate): boolean {
  if (certificate.issuerName.canonical !== issuer.subjectName.canonical) return false;
  return new X509Certificate(certificate.der).verify(publicKeyOf(issuer.der));
}

/** The public key of a DER certificate, or `certificate_invalid` when OpenSSL cannot use it. */
export function publicKeyOf(der: Buffer): KeyObject {
  try {
    return new X509Certificate(der).publicKey;
  } catch (cause) {
    throw new DmError(
      'certificate_invalid',
      'the certificate or its public key cannot be read by OpenSSL; make a new one with an RSA or EC key',
      { cause },
    );
  }
}

function extensionsOf(optional: readonly DerNode[]) {
  const wrapper = optional.find((field) => field.tag === 0xa3);
  const list = wrapper === undefined ? undefined : derChildren(wrapper)[0];
  return list === undefined ? new Map() : readExtensionList(list);
}

function keyBits(key: KeyObject): number {
  const details = key.asymmetricKeyDetails;
  if (key.asymmetricKeyType === 'ed25519') return 256;
  if (key.asymmetricKeyType === 'ed448') return 456;
  return details?.modulusLength ?? CURVE_BITS[details?.namedCurve ?? ''] ?? 0;
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
