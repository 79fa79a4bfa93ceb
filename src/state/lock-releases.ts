import type { PolicyId } from '../model/ids.js';
import { KeyedMutex } from '../util/keyed-mutex.js';
import type { StateDatabase } from './database.js';
import { keys, ranges } from './keys.js';
import type { StateWrite } from './state-write.js';

/** A lock at an account that is to be taken away. */
export interface LockRelease {
  readonly accountId: string;
  readonly holder: string;
  /** Since when nothing is needed there. */
  readonly sinceMs: number;
}

const SIDES = ['source', 'target'] as const;

/** The name under which a policy holds its dataset at another place. */
export function holderOf(policyId: PolicyId, side: (typeof SIDES)[number]): string {
  return `policy-${policyId}-${side}`;
}

/** What notes that a policy needs nothing at some accounts any more. */
export function releasing(
  policyId: PolicyId,
  accountIds: Iterable<string>,
  sinceMs: number,
): StateWrite[] {
  return keysOf(policyId, accountIds).map((put) => ({ put, value: sinceMs }));
}

/** What takes such a note back: the policy holds datasets there again. */
export function holding(policyId: PolicyId, accountIds: Iterable<string>): StateWrite[] {
  return keysOf(policyId, accountIds).map((key) => ({ delete: key }));
}

/** The locks at other places that nobody needs any more, until those places know. */
export class LockReleases {
  readonly #database: StateDatabase;
  /** Of account and holder. */
  readonly #turns = new KeyedMutex();

  constructor(modules: { database: StateDatabase }) {
    this.#database = modules.database;
  }

  async *list(): AsyncIterable<LockRelease> {
    for await (const [key, sinceMs] of this.#database.entries(ranges.lockRelease)) {
      const [accountId = '', holder = ''] = key.slice(ranges.lockRelease.length).split('/');
      yield { accountId, holder, sinceMs: Number(sinceMs) };
    }
  }

  /** Forgets a release, unless it was noted anew meanwhile. */
  done(release: LockRelease): Promise<void> {
    return this.#database.update(async () => {
      if (await this.#stands(release)) await this.#database.write([{ delete: keyOf(release) }]);
    });
  }

  /**
   * Runs `tell` unless the policy holds a dataset there again; a lock that it
   * wants meanwhile is taken behind `tell`.
   */
  release(release: LockRelease, tell: () => Promise<void>): Promise<void> {
    return this.#turns.run(keyOf(release), async () => {
      if (await this.#stands(release)) await tell();
    });
  }

  /**
   * Runs what takes a lock, and not while its holder is released. To be
   * called when no release is noted any more.
   */
  hold(accountId: string, holder: string, take: () => Promise<void>): Promise<void> {
    return this.#turns.run(keys.lockRelease(accountId, holder), take);
  }

  async #stands(release: LockRelease): Promise<boolean> {
    return (await this.#database.get(keyOf(release))) === release.sinceMs;
  }
}

function keyOf({ accountId, holder }: LockRelease): string {
  return keys.lockRelease(accountId, holder);
}

function keysOf(policyId: PolicyId, accountIds: Iterable<string>): string[] {
  return [...accountIds].flatMap((accountId) =>
    SIDES.map((side) => keys.lockRelease(accountId, holderOf(policyId, side))),
  );
}
