import { generateKeyPair, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import forge from 'node-forge';
import { DmError } from '../src/model/error.js';
import { privateKeyPem } from '../src/security/private-key.js';

export interface KeyPair {
  /** PKCS#8 PEM. */
  readonly privatePem: string;
  readonly privateKey: forge.pki.rsa.PrivateKey;
  readonly publicKey: forge.pki.rsa.PublicKey;
}

const generate = promisify(generateKeyPair);

/** A new RSA key; Node makes it, for that is many times faster than JavaScript. */
export async function makeKeyPair(bits: number): Promise<KeyPair> {
  const { privateKey } = await generate('rsa', { modulusLength: bits, publicExponent: 65_537 });
  return toKeyPair(privateKey, 'the new key');
}

/** Throws `not_supported` for keys that are not RSA: node-forge signs with nothing else. */
export function toKeyPair(key: KeyObject, what: string): KeyPair {
  if (key.asymmetricKeyType !== 'rsa') {
    throw new DmError(
      'not_supported',
      `${what} is an ${key.asymmetricKeyType} key; this tool signs with RSA keys only, use openssl for others`,
    );
  }
  const privatePem = privateKeyPem(key);
  const privateKey = forge.pki.privateKeyFromPem(privatePem);
  return {
    privatePem,
    privateKey,
    publicKey: forge.pki.setRsaPublicKey(privateKey.n, privateKey.e),
  };
}
