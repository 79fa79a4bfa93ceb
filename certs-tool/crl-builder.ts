/** Builds a version 2 certificate revocation list, which node-forge cannot, from its ASN.1 parts. */
import forge from 'node-forge';
import { toPem } from '../src/security/pem.js';
import { extension, integer, sequence, signatureAlgorithm, signedDer, time } from './asn1-parts.js';
import type { SigningCa } from './signing-ca.js';
import { copiedName } from './subject-name.js';

export interface CrlContent {
  readonly number: bigint;
  readonly thisUpdate: Date;
  readonly nextUpdate: Date;
  /** Serial in hex -> when it was revoked. */
  readonly revoked: ReadonlyMap<string, Date>;
}

const { asn1 } = forge;
const VERSION_2 = '01';
const CRL_NUMBER = '2.5.29.20';
const AUTHORITY_KEY_ID = '2.5.29.35';

/** The list in PEM, signed by the CA with SHA-256. */
export function buildCrl(content: CrlContent, ca: SigningCa): string {
  const entries = [...content.revoked].map(([serial, revokedAt]) =>
    sequence([integer(serial), time(revokedAt)]),
  );
  const body = sequence([
    integer(VERSION_2),
    signatureAlgorithm(),
    copiedName(ca.certificate.subjectName.der),
    time(content.thisUpdate),
    time(content.nextUpdate),
    ...(entries.length === 0 ? [] : [sequence(entries)]),
    tagged(0, true, [sequence(extensions(content.number, ca))]),
  ]);
  return toPem(signedDer(body, ca.keys), 'X509 CRL');
}

function extensions(number: bigint, ca: SigningCa): forge.asn1.Asn1[] {
  const list = [extension(CRL_NUMBER, integer(number.toString(16)))];
  const { subjectKeyId } = ca.certificate;
  if (subjectKeyId !== null) {
    const keyId = tagged(0, false, forge.util.hexToBytes(subjectKeyId));
    list.push(extension(AUTHORITY_KEY_ID, sequence([keyId])));
  }
  return list;
}

function tagged(
  tag: number,
  constructed: boolean,
  value: string | forge.asn1.Asn1[],
): forge.asn1.Asn1 {
  return asn1.create(asn1.Class.CONTEXT_SPECIFIC, tag, constructed, value);
}
