import { constants, createHash, type KeyObject, sign, verify, X509Certificate } from 'node:crypto';
import { DmError } from '../model/error.js';
import { type JsonFields, toBase64 } from '../model/json-fields.js';
import { pemBlocks } from '../security/pem.js';
import type { RepositoryId } from './repository-id.js';

/** Who signs records: an identity of this agent. */
export interface RecordSigner {
  /** PEM, the leaf first, then its intermediates. */
  readonly certificates: string;
  readonly key: KeyObject;
}

/** A signature as it stands beside a record. */
export interface RecordSignature {
  readonly certificates: string;
  readonly value: Uint8Array;
}

/** What a signature is for: a record at one key of one repository. */
export interface SignedText {
  readonly repository: RepositoryId;
  /** Key of the record's object, below the account's prefix. */
  readonly key: string;
  readonly record: string;
}

/** Ed25519 as it is, ECDSA with SHA-256 (DER), RSA as PSS with SHA-256 and a salt of 32 bytes. */
export function signRecord(text: SignedText, signer: RecordSigner): RecordSignature {
  const { key, certificates } = signer;
  return { certificates, value: sign(digestOf(key), signedBytes(text), schemeOf(key)) };
}

/**
 * The key that signed a record, when the signature is right; null when it is not. Says nothing about whether it is to be
 * trusted. The key is that of the first block with the label CERTIFICATE, as whoever judges the certificates reads them: OpenSSL
 * would take blocks with other labels too.
 */
export function verifyRecord(
  text: SignedText,
  signature: RecordSignature,
): { readonly spki: string } | null {
  try {
    const [leaf] = pemBlocks(signature.certificates, 'CERTIFICATE');
    if (leaf === undefined) return null;
    const key = new X509Certificate(leaf).publicKey;
    const right = verify(digestOf(key), signedBytes(text), schemeOf(key), signature.value);
    return right ? { spki: spkiOf(key) } : null;
  } catch {
    return null;
  }
}

export function recordSignatureJson(signature: RecordSignature): Record<string, unknown> {
  return { certificates: signature.certificates, value: toBase64(signature.value) };
}

export function parseRecordSignature(fields: JsonFields): RecordSignature {
  return { certificates: fields.text('certificates'), value: fields.bytes('value') };
}

/** SHA-256 of the public key, 64 lower-case hex digits. */
function spkiOf(key: KeyObject): string {
  return createHash('sha256')
    .update(key.export({ type: 'spki', format: 'der' }))
    .digest('hex');
}

function signedBytes({ repository, key, record }: SignedText): Buffer {
  return Buffer.from(`datamover dataset record\0${repository}\0${key}\0${record}`);
}

function digestOf(key: KeyObject): string | null {
  switch (key.asymmetricKeyType) {
    case 'ed25519':
      return null;
    case 'ec':
    case 'rsa':
    case 'rsa-pss':
      return 'sha256';
    default:
      throw new DmError(
        'certificate_invalid',
        `records cannot be signed with a key of type ${key.asymmetricKeyType}; install an identity with an Ed25519, EC or RSA key`,
      );
  }
}

function schemeOf(key: KeyObject) {
  const isRsa = key.asymmetricKeyType === 'rsa' || key.asymmetricKeyType === 'rsa-pss';
  return isRsa ? { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 } : { key };
}
