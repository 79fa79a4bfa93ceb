import { DmError } from '../model/error.js';
import type { AccountSecrets, EncryptionSecret } from '../model/object-account.js';
import { secretOf } from '../repository/master-key.js';

const MIN_KEY_BYTES = 32;
const MIN_PASSPHRASE = 8;
const MAX_SECRET = 4_096;

/** The one secret of the two that is given; null when none is. */
export function encryptionSecretOf(
  key: Buffer | undefined,
  passphrase: string | undefined,
): EncryptionSecret | null {
  if (key !== undefined && passphrase !== undefined) {
    throw new DmError('invalid_argument', 'give either a key file or a passphrase file');
  }
  return encryptionKey(key) ?? encryptionPassphrase(passphrase);
}

/** What an account's master keys are wrapped with; null for one without encryption. */
export function wrappingSecret({ encryption }: AccountSecrets): Uint8Array | null {
  return encryption === null ? null : secretBytes(encryption);
}

/** The bytes that master keys are wrapped with. */
export function secretBytes(secret: EncryptionSecret): Uint8Array {
  return secretOf(
    secret.kind === 'key'
      ? Buffer.from(secret.keyBase64, 'base64')
      : Buffer.from(secret.passphrase),
  );
}

function encryptionKey(key: Buffer | undefined): EncryptionSecret | null {
  if (key === undefined) return null;
  if (key.length < MIN_KEY_BYTES || key.length > MAX_SECRET) {
    throw new DmError(
      'invalid_argument',
      `the encryption key has ${key.length} bytes; make one of 32 random bytes: head -c 32 /dev/urandom`,
    );
  }
  return { kind: 'key', keyBase64: key.toString('base64') };
}

function encryptionPassphrase(passphrase: string | undefined): EncryptionSecret | null {
  if (passphrase === undefined) return null;
  if (passphrase.length < MIN_PASSPHRASE || passphrase.length > MAX_SECRET) {
    throw new DmError(
      'invalid_argument',
      `the encryption passphrase must have ${MIN_PASSPHRASE} to ${MAX_SECRET} characters`,
    );
  }
  return { kind: 'passphrase', passphrase };
}
