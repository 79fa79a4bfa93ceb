import type { PolicyId } from '../model/ids.js';
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

/** The names under which a policy holds datasets at other places. */
export function holdersOf(policyId: PolicyId): readonly string[] {
  return ['source', 'target'].map((side) => `policy-${policyId}-${side}`);
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

  constructor(modules: { database: StateDatabase }) {
    this.#database = modules.database;
  }

  async *list(): AsyncIterable<LockRelease> {
    for await (const [key, sinceMs] of this.#database.entries(ranges.lockRelease)) {
      const [accountId = '', holder = ''] = key.slice(ranges.lockRelease.length).split('/');
      yield { accountId, holder, sinceMs: Number(sinceMs) };
    }
  }

  /** Unless the policy holds a dataset there again meanwhile. */
  done({ accountId, holder }: LockRelease): Promise<void> {
    return this.#database.write([{ delete: keys.lockRelease(accountId, holder) }]);
  }
}

function keysOf(policyId: PolicyId, accountIds: Iterable<string>): string[] {
  return [...accountIds].flatMap((accountId) =>
    holdersOf(policyId).map((holder) => keys.lockRelease(accountId, holder)),
  );
}
