import { createHash } from 'node:crypto';
import type { RepositoryFormat } from '../../repository/repository-format.js';
import { Lru } from '../../util/lru.js';

const KEPT = 64;

/** Master keys of repositories by the secret that opened them: unwrapping is made to take long. In memory only. */
export class MasterKeys {
  readonly #known = new Lru<string, Uint8Array>(KEPT, () => 1);

  get(format: RepositoryFormat, secret: Uint8Array): Uint8Array | null {
    return this.#known.get(nameOf(format, secret)) ?? null;
  }

  add(format: RepositoryFormat, secret: Uint8Array, master: Uint8Array): void {
    this.#known.set(nameOf(format, secret), master);
  }
}

/** A secret that was taken away opens nothing any more: other keys make another name. */
function nameOf({ repository, encryption }: RepositoryFormat, secret: Uint8Array): string {
  const ids = encryption?.keys.map(({ id }) => id) ?? [];
  return [repository, ...ids, createHash('sha256').update(secret).digest('hex')].join(' ');
}
