import { DmError } from '../model/error.js';
import { type Caller, ownerOf } from './peer-access.js';

/**
 * Worker threads that the calls of one caller may hold at once, about 10 MiB of memory each. An agent has four jobs at a
 * time, of two lanes at most, and may read from here and write here in each; the pool has 64, so that one peer alone cannot
 * take them all.
 */
const MAX_THREADS_PER_CALLER = 20;

/**
 * Counts the worker threads that the calls of each caller hold; this agent itself is not limited.
 */
export class PeerWorkload {
  readonly #taken = new Map<string, number>();

  /** Until it is disposed of. Throws `peer_busy` when the caller holds too many already. */
  take(caller: Caller, threads: number): Disposable {
    const owner = ownerOf(caller);
    const before = this.#taken.get(owner) ?? 0;
    if (typeof caller !== 'string' && before + threads > MAX_THREADS_PER_CALLER) {
      throw new DmError(
        'peer_busy',
        `calls of this peer hold ${before} worker threads here, and ${threads} more would be too many; wait until some have ended`,
      );
    }
    this.#taken.set(owner, before + threads);
    return { [Symbol.dispose]: () => this.#release(owner, threads) };
  }

  #release(owner: string, threads: number): void {
    const left = (this.#taken.get(owner) ?? 0) - threads;
    if (left > 0) this.#taken.set(owner, left);
    else this.#taken.delete(owner);
  }
}
