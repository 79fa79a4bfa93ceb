import { randomBytes } from 'node:crypto';
import forge from 'node-forge';
import { DmError } from '../src/model/error.js';
import { toPem } from '../src/security/pem.js';
import { SHA256_WITH_RSA, sequence, signedDer } from './asn1-parts.js';
import type { KeyPair } from './key-pair.js';
import type { SigningCa } from './signing-ca.js';
import { commonNameSubject, copiedName } from './subject-name.js';

export interface Names {
  readonly dns: readonly string[];
  readonly ips: readonly string[];
}

export interface IdentityRequest extends Names {
  readonly subject: forge.asn1.Asn1;
  readonly publicKey: forge.pki.rsa.PublicKey;
  readonly days: number;
  readonly now: Date;
}

type Extension = Record<string, unknown>;

const DAY_MS = 86_400_000;
/** A peer whose clock is a little behind must not find a fresh certificate in its future. */
const BACKDATE_MS = 5 * 60_000;
/** Positions in the body: version, serial, algorithm, issuer, validity, subject. */
const ISSUER_PART = 3;
const SUBJECT_PART = 5;

/** A self-signed CA certificate in PEM: CA:TRUE, keyCertSign, cRLSign, SKI. */
export function issueCa(name: string, days: number, keys: KeyPair, now: Date): string {
  const certificate = newCertificate(keys.publicKey, days, now, null);
  certificate.setExtensions([
    { name: 'basicConstraints', cA: true, critical: true },
    { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
    { name: 'subjectKeyIdentifier' },
  ]);
  const subject = commonNameSubject(name);
  return sign(certificate, { issuer: subject, subject }, keys);
}

/** An identity in PEM: CA:FALSE, digitalSignature, clientAuth and serverAuth, SKI, AKI, the names. It never outlives the CA. */
export function issueIdentity(request: IdentityRequest, ca: SigningCa): string {
  const { publicKey, days, now, subject } = request;
  const certificate = newCertificate(publicKey, days, now, ca.certificate.notAfter);
  certificate.setExtensions([
    { name: 'basicConstraints', cA: false, critical: true },
    { name: 'keyUsage', digitalSignature: true, critical: true },
    { name: 'extKeyUsage', clientAuth: true, serverAuth: true },
    { name: 'subjectKeyIdentifier' },
    ...authorityKeyIdentifier(ca.certificate.subjectKeyId),
    ...alternativeNames(request),
  ]);
  return sign(
    certificate,
    { issuer: copiedName(ca.certificate.subjectName.der), subject },
    ca.keys,
  );
}

/** The subjectAltName extension, or none. */
export function alternativeNames({ dns, ips }: Names): Extension[] {
  const altNames = [
    ...dns.map((value) => ({ type: 2, value })),
    ...ips.map((ip) => ({ type: 7, ip })),
  ];
  return altNames.length === 0 ? [] : [{ name: 'subjectAltName', altNames }];
}

function authorityKeyIdentifier(caKeyId: string | null): Extension[] {
  if (caKeyId === null) return [];
  return [{ name: 'authorityKeyIdentifier', keyIdentifier: forge.util.hexToBytes(caKeyId) }];
}

function newCertificate(
  publicKey: forge.pki.rsa.PublicKey,
  days: number,
  now: Date,
  latest: Date | null,
): forge.pki.Certificate {
  const certificate = forge.pki.createCertificate();
  const end = new Date(now.getTime() + days * DAY_MS);
  certificate.publicKey = publicKey;
  certificate.serialNumber = newSerial();
  certificate.validity.notBefore = new Date(now.getTime() - BACKDATE_MS);
  certificate.validity.notAfter = latest !== null && latest < end ? latest : end;
  return certificate;
}

/** 127 random bits with the top one of those set: positive, and always 16 bytes. */
function newSerial(): string {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40;
  return bytes.toString('hex');
}

/** forge lays out the body; the names in it are put in as they are, and Node signs it. */
function sign(
  certificate: forge.pki.Certificate,
  names: { issuer: forge.asn1.Asn1; subject: forge.asn1.Asn1 },
  keys: KeyPair,
): string {
  certificate.siginfo.algorithmOid = SHA256_WITH_RSA;
  certificate.signatureOid = SHA256_WITH_RSA;
  const [body] = partsOf(forge.pki.certificateToAsn1(certificate));
  const parts = partsOf(body).with(ISSUER_PART, names.issuer).with(SUBJECT_PART, names.subject);
  return toPem(signedDer(sequence(parts), keys), 'CERTIFICATE');
}

function partsOf(node: forge.asn1.Asn1 | undefined): forge.asn1.Asn1[] {
  if (node === undefined || typeof node.value === 'string') {
    throw new DmError('internal', 'the certificate was not laid out as expected');
  }
  return node.value;
}
