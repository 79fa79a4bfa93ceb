/**
 * What may be installed as a CA or as our identity: refused at once
 * instead of at the first connection.
 */
import type { KeyObject } from 'node:crypto';
import { DmError } from '../model/error.js';
import type { Certificate } from './certificate.js';
import { checkLeafUse, checkNames, checkStrength } from './certificate-rules.js';
import { checkKeyBelongs } from './private-key.js';

/**
 * Throws `certificate_invalid` unless the certificate is a CA that may sign and is
 * strong enough. Expiry is shown, not refused.
 */
export function checkInstallableCa(ca: Certificate): void {
  if (!ca.isCa || ca.keyUsage?.includes('keyCertSign') === false) {
    throw new DmError(
      'certificate_invalid',
      `"${ca.subject}" is not a CA certificate (CA:TRUE with keyCertSign); give the CA's own certificate`,
      { data: { reason: 'not_a_ca', fingerprint: ca.fingerprintSha256 } },
    );
  }
  asInvalid(() => checkStrength(ca, { signature: false }));
}

/**
 * Throws `certificate_invalid` unless peers could accept this certificate from
 * us on both sides and the key is its own.
 */
export function checkInstallableIdentity(leaf: Certificate, key: KeyObject): void {
  asInvalid(() => {
    checkNames(leaf);
    checkLeafUse(leaf, 'client');
    checkLeafUse(leaf, 'server');
    checkStrength(leaf, { signature: true });
  });
  checkKeyBelongs(key, leaf);
}

function asInvalid(check: () => void): void {
  try {
    check();
  } catch (cause) {
    if (!(cause instanceof DmError)) throw cause;
    throw new DmError('certificate_invalid', cause.message, { data: cause.data, cause });
  }
}
