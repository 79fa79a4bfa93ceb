import { createHash } from 'node:crypto';
import { toBase64 } from '../../model/json-fields.js';
import type { RepositoryFormat } from '../../repository/repository-format.js';
import { Lru } from '../../util/lru.js';

const KEPT = 64;

/** Master keys of repositories by the secret that was tried: unwrapping is made to take long. In memory only. */
export class MasterKeys {
  readonly #known = new Lru<string, { readonly master: Uint8Array | null }>(KEPT, () => 1);

  /** Null when the secret does not open it, undefined when nobody has tried. */
  get(format: RepositoryFormat, secret: Uint8Array): Uint8Array | null | undefined {
    return this.#known.get(nameOf(format, secret))?.master;
  }

  add(format: RepositoryFormat, secret: Uint8Array, master: Uint8Array | null): void {
    this.#known.set(nameOf(format, secret), { master });
  }
}

/** A secret that was taken away opens nothing any more: other keys, and damaged ones, make another name. */
function nameOf({ repository, encryption }: RepositoryFormat, secret: Uint8Array): string {
  const keys = (encryption?.keys ?? []).map(({ id, scrypt, salt, wrapped }) =>
    [id, scrypt.logN, scrypt.r, scrypt.p, toBase64(salt), toBase64(wrapped)].join(':'),
  );
  return [repository, ...keys, createHash('sha256').update(secret).digest('hex')].join(' ');
}
