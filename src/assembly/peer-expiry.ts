import type { LocalExpirer } from '../endpoint/local/local-expirer.js';
import type { Log } from '../observe/log.js';
import type { PeerDatasets } from '../state/peer-datasets.js';
import type { Clock } from '../util/clock.js';

const EVERY_MS = 3_600_000;

export interface PeerExpiryModules {
  readonly expirer: Pick<LocalExpirer, 'ofPeers'>;
  readonly made: Pick<PeerDatasets, 'all'>;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Removes, every hour, the datasets that were made here for peers or received from them, when the
 * retention that they came with is over: nobody here has a policy for them.
 */
export class PeerExpiry implements AsyncDisposable {
  readonly #modules: PeerExpiryModules;
  readonly #stop = new AbortController();
  readonly #running: Promise<void>;

  constructor(modules: PeerExpiryModules) {
    this.#modules = modules;
    this.#running = this.#run();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { clock, log } = this.#modules;
    const { signal } = this.#stop;
    while (!signal.aborted) {
      try {
        await this.#expire(signal);
      } catch (error) {
        if (!signal.aborted) log.error({ err: error }, 'datasets of peers did not expire');
      }
      await clock.delay(EVERY_MS, signal).catch(() => undefined);
    }
  }

  async #expire(signal: AbortSignal): Promise<void> {
    const { expirer, made, log } = this.#modules;
    let [datasets, bytes] = [0, 0];
    const ofPeers = await expirer.ofPeers(await made.all());
    await ofPeers.expire(({ expired, freedBytes }) => {
      datasets += expired.length;
      bytes += freedBytes;
    }, signal);
    if (datasets > 0) log.info({ datasets, freedBytes: bytes }, 'datasets of peers have expired');
  }
}
