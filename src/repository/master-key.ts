import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { DmError } from '../model/error.js';
import { type JsonFields, toBase64 } from '../model/json-fields.js';
import { stretchPassphrase } from '../util/stretch-passphrase.js';
import type { RepositoryId } from './repository-id.js';

const CIPHER = 'aes-256-gcm';
const KEY_BYTES = 32;
const SALT_BYTES = 16;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const SCRYPT = { logN: 17, r: 8, p: 1 } as const;
/**
 * A repository that asks for more than this is refused: opening it would take
 * the memory of the host. Eight times ours.
 */
const MAX_SCRYPT_BYTES = 2 ** 30;
const MAX_P = 16;
/** A shorter secret could be guessed from a copy of the repository. */
const MIN_SECRET_BYTES = 8;

/** The master key, encrypted for one secret: a passphrase or the bytes of a key file. */
export interface WrappedKey {
  /** 8 hex digits, to name it by. */
  readonly id: string;
  readonly scrypt: { readonly logN: number; readonly r: number; readonly p: number };
  readonly salt: Uint8Array;
  /** Nonce (12), encrypted master key (32), tag (16). */
  readonly wrapped: Uint8Array;
}

export function newMasterKey(): Buffer {
  return randomBytes(KEY_BYTES);
}

/**
 * The secret in the bytes of a passphrase file or a key file: one line end at the end does not
 * belong to it. Errors: `invalid_argument` when it is too short.
 */
export function secretOf(file: Uint8Array): Buffer {
  let end = file.length;
  if (file[end - 1] === 0x0a) end--;
  if (end < file.length && file[end - 1] === 0x0d) end--;
  if (end < MIN_SECRET_BYTES) {
    throw new DmError(
      'invalid_argument',
      `the encryption passphrase or key file holds fewer than ${MIN_SECRET_BYTES} bytes; choose a longer one`,
    );
  }
  return Buffer.from(file.subarray(0, end));
}

export async function wrapMasterKey(
  master: Uint8Array,
  secret: Uint8Array,
  repository: RepositoryId,
): Promise<WrappedKey> {
  const salt = randomBytes(SALT_BYTES);
  const key = await stretch(secret, salt, SCRYPT);
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, key, nonce);
  cipher.setAAD(wrappingAad(repository));
  const wrapped = Buffer.concat([
    nonce,
    cipher.update(master),
    cipher.final(),
    cipher.getAuthTag(),
  ]);
  return { id: randomBytes(4).toString('hex'), scrypt: SCRYPT, salt, wrapped };
}

/**
 * The master key when one of `wrapped` was made for `secret`, and which;
 * null when none was. About 0.3 s for each.
 */
export async function unwrapMasterKey(
  wrapped: readonly WrappedKey[],
  secret: Uint8Array,
  repository: RepositoryId,
): Promise<{ readonly master: Buffer; readonly id: string } | null> {
  for (const one of wrapped) {
    const key = await stretch(secret, one.salt, one.scrypt);
    const nonce = one.wrapped.subarray(0, NONCE_BYTES);
    const decipher = createDecipheriv(CIPHER, key, nonce);
    decipher.setAAD(wrappingAad(repository));
    decipher.setAuthTag(one.wrapped.subarray(one.wrapped.length - TAG_BYTES));
    try {
      const sealed = one.wrapped.subarray(NONCE_BYTES, one.wrapped.length - TAG_BYTES);
      return {
        master: Buffer.concat([decipher.update(sealed), decipher.final()]),
        id: one.id,
      };
    } catch {
      // Made for another secret.
    }
  }
  return null;
}

export function wrappedKeyJson(key: WrappedKey): Record<string, unknown> {
  const { logN, r, p } = key.scrypt;
  return {
    id: key.id,
    scrypt: { logN, r, p },
    salt: toBase64(key.salt),
    wrapped: toBase64(key.wrapped),
  };
}

export function parseWrappedKey(fields: JsonFields): WrappedKey {
  const cost = fields.object('scrypt');
  const key = {
    id: fields.text('id'),
    scrypt: { logN: cost.integer('logN', 1), r: cost.integer('r', 1), p: cost.integer('p', 1) },
    salt: fields.bytes('salt'),
    wrapped: fields.bytes('wrapped'),
  };
  const { logN, r, p } = key.scrypt;
  if (128 * 2 ** logN * r > MAX_SCRYPT_BYTES || p > MAX_P)
    throw fields.wrong('scrypt is too costly');
  if (key.wrapped.length !== NONCE_BYTES + KEY_BYTES + TAG_BYTES) {
    throw fields.wrong('wrapped is not a nonce, a key and a tag');
  }
  return key;
}

function wrappingAad(repository: RepositoryId): Buffer {
  return Buffer.from(`datamover master key\0${repository}`);
}

function stretch(
  secret: Uint8Array,
  salt: Uint8Array,
  { logN, r, p }: WrappedKey['scrypt'],
): Promise<Buffer> {
  return stretchPassphrase(secret, salt, KEY_BYTES, { N: 2 ** logN, r, p });
}
