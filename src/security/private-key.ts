import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { DmError } from '../model/error.js';
import type { Certificate } from './certificate.js';

/**
 * Reads a PEM private key, decrypting it with `password` where it is encrypted.
 * Throws `certificate_invalid`; the message never holds key or password.
 */
export function loadPrivateKey(pem: string, password: string | null): KeyObject {
  const encrypted = /BEGIN ENCRYPTED PRIVATE KEY|Proc-Type: 4,ENCRYPTED/.test(pem);
  if (encrypted && password === null) {
    throw new DmError(
      'certificate_invalid',
      'the private key is encrypted; give its password with a key password file',
    );
  }
  if (!/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(pem)) {
    throw new DmError(
      'certificate_invalid',
      'no "BEGIN PRIVATE KEY" block found; give the private key in PEM form',
    );
  }
  try {
    return createPrivateKey(
      encrypted && password !== null
        ? { key: pem, format: 'pem', passphrase: password }
        : { key: pem, format: 'pem' },
    );
  } catch (cause) {
    throw new DmError(
      'certificate_invalid',
      encrypted
        ? 'the private key cannot be decrypted; check its password'
        : 'the private key cannot be read; the file is damaged or of an unknown kind',
      { cause },
    );
  }
}

/** Unencrypted PKCS#8 PEM, the form in which keys are kept and handed to TLS. */
export function privateKeyPem(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' }).toString();
}

/**
 * Throws `certificate_invalid` unless the key is the one whose public
 * half stands in the certificate.
 */
export function checkKeyBelongs(key: KeyObject, certificate: Certificate): void {
  if (new X509Certificate(certificate.der).checkPrivateKey(key)) return;
  throw new DmError(
    'certificate_invalid',
    `the private key does not belong to the certificate "${certificate.subject}"; give the key that its request was made with`,
    { data: { fingerprint: certificate.fingerprintSha256 } },
  );
}
