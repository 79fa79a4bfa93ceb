import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { blake3 } from '@napi-rs/blake-hash';
import { DmError } from '../model/error.js';
import { JsonFields, toBase64 } from '../model/json-fields.js';
import {
  parseRecordSignature,
  type RecordSignature,
  type RecordSigner,
  recordSignatureJson,
  signRecord,
} from './record-signature.js';
import type { RepositoryId } from './repository-id.js';
import type { RepositoryKeys } from './repository-keys.js';

const OBJECT_FORMAT = 1;
const CIPHER = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** The record of a dataset, out of its object. */
export interface OpenedRecord {
  /** JSON text of the record. */
  readonly record: string;
  readonly signature: RecordSignature | null;
}

export interface RecordPlace {
  readonly repository: RepositoryId;
  readonly key: string;
}

/**
 * The object at `place.key`: the record, sealed when the repository is
 * encrypted, signed when there is a signer.
 */
export function recordObject(
  record: string,
  place: RecordPlace,
  modules: { readonly keys: RepositoryKeys; readonly signer: RecordSigner | null },
): string {
  const { keys, signer } = modules;
  const key = keys.recordKey();
  const signature = signer === null ? null : signRecord({ ...place, record }, signer);
  const content = key === null ? record : toBase64(seal(record, place, key));
  return JSON.stringify({
    format: OBJECT_FORMAT,
    record: key === null ? content : null,
    sealed: key === null ? null : content,
    digest: digestOf(content),
    signature: signature && recordSignatureJson(signature),
  });
}

/** Undoes `recordObject`; the signature is not checked. Throws `corrupt`. */
export function openRecordObject(
  text: string,
  place: RecordPlace,
  modules: { readonly keys: RepositoryKeys },
): OpenedRecord {
  const fields = JsonFields.parse(`dataset record ${place.key}`, text, OBJECT_FORMAT);
  const key = modules.keys.recordKey();
  const content = fields.text(key === null ? 'record' : 'sealed');
  const isOther = fields.raw(key === null ? 'sealed' : 'record') !== null;
  if (isOther || fields.text('digest') !== digestOf(content)) {
    throw fields.wrong('the record is not what its digest says');
  }
  return {
    record: key === null ? content : open(fields.bytes('sealed'), place, key),
    signature: fields.nullable('signature', (name) => parseRecordSignature(fields.object(name))),
  };
}

/** Without an identity and without encryption nothing else tells damage from what was written. */
function digestOf(content: string): string {
  return blake3(Buffer.from(content)).toString('hex');
}

/** Nonce (12), encrypted text, tag (16). */
function seal(record: string, place: RecordPlace, key: Uint8Array): Buffer {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, key, nonce);
  cipher.setAAD(authenticated(place));
  return Buffer.concat([nonce, cipher.update(record), cipher.final(), cipher.getAuthTag()]);
}

function open(sealed: Uint8Array, place: RecordPlace, key: Uint8Array): string {
  const end = sealed.length - TAG_BYTES;
  try {
    const decipher = createDecipheriv(CIPHER, key, sealed.subarray(0, NONCE_BYTES));
    decipher.setAAD(authenticated(place));
    decipher.setAuthTag(sealed.subarray(end));
    const text = decipher.update(sealed.subarray(NONCE_BYTES, end));
    return Buffer.concat([text, decipher.final()]).toString();
  } catch (error) {
    throw new DmError('corrupt', `dataset record ${place.key} is not what was encrypted there`, {
      cause: error,
    });
  }
}

function authenticated({ repository, key }: RecordPlace): Buffer {
  return Buffer.from(`datamover dataset record\0${repository}\0${key}`);
}
