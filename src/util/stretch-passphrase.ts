import { scrypt } from 'node:crypto';

export interface ScryptCost {
  readonly N: number;
  readonly r: number;
  readonly p: number;
}

const SPARE_BYTES = 1_048_576;
let last: Promise<unknown> = Promise.resolve();

/**
 * Makes a key of a passphrase by scrypt. It takes much memory on purpose: however many
 * are asked for, one is made after the other.
 */
export function stretchPassphrase(
  passphrase: string | Uint8Array,
  salt: Uint8Array,
  keyBytes: number,
  cost: ScryptCost,
): Promise<Buffer> {
  const { N, r, p } = cost;
  const options = { N, r, p, maxmem: 128 * (N * r + r * p) + SPARE_BYTES };
  const make = () =>
    new Promise<Buffer>((resolve, reject) => {
      scrypt(passphrase, salt, keyBytes, options, (error, key) => {
        if (error === null) resolve(key);
        else reject(error);
      });
    });
  const made = last.then(make);
  // The next one does not care how this one ended.
  last = made.catch(() => undefined);
  return made;
}
