/** Bytes of every tree that is received from an owner, as it stands. */
export type ReceivedBytes = (owner: string) => readonly { path: Uint8Array; bytes: bigint }[];

interface Account {
  /** By path in hex: what the newest datasets hold; null when that is to be looked at again. */
  held: ReadonlyMap<string, bigint> | null;
  /** What copies have sent that have neither been committed nor given up: it is staged. */
  readonly unfinished: Map<string, bigint>;
}

/**
 * What each owner has at a target, with what its unfinished copies have sent since this agent was started: else trees that
 * are begun and never ended would count nothing.
 */
export class OwnerBytes {
  readonly #received: ReceivedBytes;
  readonly #accounts = new Map<string, Account>();

  constructor(received: ReceivedBytes) {
    this.#received = received;
  }

  /** To be called when a copy begins: what is held is looked at again. */
  refresh(owner: string): void {
    this.#account(owner).held = null;
  }

  /**
   * Bytes of all trees of the owner but the one at a path; fails as looking at what is held does. A tree counts by its
   * newest dataset, or by what is being sent to it when that is more.
   */
  beside(owner: string, path: Uint8Array): bigint {
    const account = this.#account(owner);
    account.held ??= this.#held(owner);
    const { held, unfinished } = account;
    let sum = 0n;
    for (const key of new Set([...held.keys(), ...unfinished.keys()])) {
      if (key === hexOf(path)) continue;
      const [now, coming] = [held.get(key) ?? 0n, unfinished.get(key) ?? 0n];
      sum += now > coming ? now : coming;
    }
    return sum;
  }

  /** Counts what has come for a path; returns all that has. */
  take(owner: string, path: Uint8Array, bytes: bigint): bigint {
    const { unfinished } = this.#account(owner);
    const all = (unfinished.get(hexOf(path)) ?? 0n) + bytes;
    unfinished.set(hexOf(path), all);
    return all;
  }

  /** Nothing is staged at a path any more; its tree may hold something else. */
  forget(owner: string, path: Uint8Array): void {
    const account = this.#account(owner);
    account.unfinished.delete(hexOf(path));
    account.held = null;
  }

  #held(owner: string): ReadonlyMap<string, bigint> {
    return new Map(this.#received(owner).map(({ path, bytes }) => [hexOf(path), bytes]));
  }

  #account(owner: string): Account {
    const known = this.#accounts.get(owner) ?? { held: null, unfinished: new Map() };
    this.#accounts.set(owner, known);
    return known;
  }
}

function hexOf(path: Uint8Array): string {
  return Buffer.from(path).toString('hex');
}
