import { createHash } from 'node:crypto';
import { DmError } from '../model/error.js';
import { type Certificate, publicKeyOf } from './certificate.js';
import { readExtensionList } from './certificate-extensions.js';
import {
  DER_TAG,
  type DerNode,
  derBitStringBytes,
  derChildren,
  derIntegerHex,
  derTime,
  expectTag,
  malformed,
  readDer,
} from './der.js';
import { type DistinguishedName, readDistinguishedName } from './distinguished-name.js';
import { pemBlocks, toPem } from './pem.js';
import {
  isSignedBy,
  readSignatureAlgorithm,
  type SignatureAlgorithm,
} from './signature-algorithm.js';

/** A certificate revocation list as plain values; its signature is checked by `isCrlSignedBy`. */
export interface RevocationList {
  readonly issuer: string;
  readonly issuerName: DistinguishedName;
  /** Counts up with each list of one CA; null where the CA does not number its lists. */
  readonly number: bigint | null;
  readonly thisUpdate: Date;
  readonly nextUpdate: Date;
  /** Serial (as in `Certificate.serial`) -> when it was revoked. */
  readonly revoked: ReadonlyMap<string, Date>;
  readonly signatureAlgorithm: string;
  readonly strongSignature: boolean;
  /** 64 lower-case hex digits, over the whole list. */
  readonly fingerprintSha256: string;
  readonly pem: string;
  readonly der: Buffer;
}

const CRL_NUMBER = '2.5.29.20';
const MAX_DER_BYTES = 10 * 1024 * 1024;

/**
 * Reads a list in PEM or DER form. Throws `certificate_invalid` for a malformed one, for one
 * without an end date, and for delta, partial and indirect lists (recognised by their critical
 * extensions): they would leave revocations out.
 */
export function parseCrl(file: Uint8Array | string): RevocationList {
  const bytes = typeof file === 'string' ? Buffer.from(file, 'latin1') : Buffer.from(file);
  const isPem = bytes.includes('-----BEGIN ');
  const blocks = isPem ? pemBlocks(bytes.toString('latin1'), 'X509 CRL') : [bytes];
  const [der, ...more] = blocks;
  if (der === undefined || more.length > 0) {
    throw new DmError(
      'certificate_invalid',
      `the file holds ${blocks.length} "BEGIN X509 CRL" blocks; give one list per file`,
    );
  }
  if (der.length > MAX_DER_BYTES) throw malformed(`a list of ${der.length} bytes`);
  const { body, algorithm } = outerParts(der);
  const fields = derChildren(body);
  if (fields[0]?.tag === DER_TAG.integer) fields.shift();
  const [innerAlgorithm, issuer, thisUpdate, nextUpdate, ...rest] = fields;
  if (innerAlgorithm === undefined || !innerAlgorithm.raw.equals(algorithm.raw)) {
    throw malformed('two different signature algorithms');
  }
  if (nextUpdate?.tag !== DER_TAG.utcTime && nextUpdate?.tag !== DER_TAG.generalizedTime) {
    throw malformed('the revocation list has no next update');
  }
  const issuerName = readDistinguishedName(issuer);
  const entries = rest.find((field) => field.tag === DER_TAG.sequence);
  const signature = readSignatureAlgorithm(algorithm);
  return {
    issuer: issuerName.text,
    issuerName,
    number: listNumber(rest.find((field) => field.tag === 0xa0)),
    thisUpdate: derTime(thisUpdate),
    nextUpdate: derTime(nextUpdate),
    revoked: new Map(entries === undefined ? [] : derChildren(entries).map(revokedEntry)),
    signatureAlgorithm: signature.name,
    strongSignature: signature.strong,
    fingerprintSha256: createHash('sha256').update(der).digest('hex'),
    pem: toPem(der, 'X509 CRL'),
    der,
  };
}

/**
 * True when the list names `ca` as its issuer, `ca` may sign lists, and its key made the signature.
 */
export function isCrlSignedBy(list: RevocationList, ca: Certificate): boolean {
  if (list.issuerName.canonical !== ca.subjectName.canonical) return false;
  if (!ca.isCa || ca.keyUsage?.includes('cRLSign') === false) return false;
  const { body, algorithm, signature } = outerParts(list.der);
  const scheme: SignatureAlgorithm = readSignatureAlgorithm(algorithm);
  return isSignedBy(scheme, body.raw, signature, publicKeyOf(ca.der));
}

function outerParts(der: Buffer): { body: DerNode; algorithm: DerNode; signature: Buffer } {
  const parts = derChildren(expectTag(readDer(der), DER_TAG.sequence, 'the revocation list'));
  return {
    body: expectTag(parts[0], DER_TAG.sequence, 'the revocation list body'),
    algorithm: expectTag(parts[1], DER_TAG.sequence, 'the signature algorithm'),
    signature: derBitStringBytes(parts[2]),
  };
}

function listNumber(wrapper: DerNode | undefined): bigint | null {
  const list = wrapper === undefined ? undefined : derChildren(wrapper)[0];
  if (list === undefined) return null;
  const extensions = readExtensionList(list);
  refuseCritical(extensions);
  const number = extensions.get(CRL_NUMBER);
  return number === undefined ? null : BigInt(`0x${derIntegerHex(readDer(number.value))}`);
}

function revokedEntry(node: DerNode): [string, Date] {
  const [serial, time, extensions] = derChildren(
    expectTag(node, DER_TAG.sequence, 'a revoked certificate'),
  );
  if (extensions !== undefined) refuseCritical(readExtensionList(extensions));
  return [derIntegerHex(serial), derTime(time)];
}

function refuseCritical(extensions: ReturnType<typeof readExtensionList>): void {
  for (const [oid, { critical }] of extensions) {
    if (!critical) continue;
    throw new DmError(
      'certificate_invalid',
      `the revocation list has the critical extension ${oid}; delta, partial and indirect lists are not supported, use the CA's full list`,
    );
  }
}
