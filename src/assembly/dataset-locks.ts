import type { DatasetInfo } from '../model/dataset.js';
import type { PolicyBases } from '../policy/policy-bases.js';
import type { LockLookup, PolicyLocks } from '../policy/policy-locks.js';
import type { PeerLocks } from '../state/peer-locks.js';
import type { Clock } from '../util/clock.js';

/** How long a browse session is taken to go on after its last question. */
const BROWSED_FOR_MS = 600_000;

export interface DatasetLocksModules {
  readonly policies: PolicyLocks;
  readonly bases: PolicyBases;
  readonly peers: PeerLocks;
  readonly localAccountId: string;
  readonly clock: Pick<Clock, 'now'>;
}

type Named = Pick<DatasetInfo, 'id' | 'basePath'>;

/**
 * Everybody who needs datasets of this agent's places: policies, jobs, browse
 * sessions, and peers at the local one.
 */
export class DatasetLocks {
  readonly #modules: DatasetLocksModules;
  readonly #browsed = new Map<string, number>();

  constructor(modules: DatasetLocksModules) {
    this.#modules = modules;
  }

  /** As it is now, for the datasets of one account. */
  async of(accountId: string): Promise<LockLookup> {
    const { policies, peers, localAccountId, clock } = this.#modules;
    const ours = await policies.of(accountId);
    const now = clock.now();
    for (const [key, atMs] of this.#browsed) {
      if (Math.abs(now - atMs) > BROWSED_FOR_MS) this.#browsed.delete(key);
    }
    return (dataset) => [
      ...ours(dataset),
      ...(this.#browsed.has(keyOf(accountId, dataset)) ? ['browse'] : []),
      ...(accountId === localAccountId ? peers.lockedBy(dataset.id, dataset.basePath) : []),
    ];
  }

  /** Somebody looks into the dataset. */
  browsed(accountId: string, dataset: Named): void {
    this.#browsed.set(keyOf(accountId, dataset), this.#modules.clock.now());
  }

  /**
   * Takes away the locks that would last; what jobs and waiting children
   * need stays. Returns whose they were.
   */
  async unlock(accountId: string, dataset: Named): Promise<string[]> {
    const { bases, peers, localAccountId } = this.#modules;
    const basePath = Buffer.from(dataset.basePath).toString('base64');
    const unlocked = (await bases.unlock(dataset.id, { accountId, basePath })).map(
      (id) => `policy ${id}`,
    );
    if (this.#browsed.delete(keyOf(accountId, dataset))) unlocked.push('browse');
    if (accountId === localAccountId) {
      unlocked.push(...(await peers.unlock(dataset.id, dataset.basePath)));
    }
    return unlocked;
  }
}

function keyOf(accountId: string, { id, basePath }: Named): string {
  return `${accountId} ${id} ${Buffer.from(basePath).toString('base64')}`;
}
