import type { Log } from '../observe/log.js';
import { exceedsRpo } from '../policy/rpo-alert.js';
import type { Clock } from '../util/clock.js';
import type { Overview } from './overview.js';

const LOOK_EVERY_MS = 60_000;

/**
 * Logs when the newest copy of a policy has become older than its RPO
 * alert says, and when that is over.
 */
export class RpoWatch implements Disposable {
  readonly #modules: { overview: Overview; clock: Clock; log: Log };
  readonly #stop = new AbortController();
  #late: ReadonlySet<number> = new Set();

  constructor(modules: { overview: Overview; clock: Clock; log: Log }) {
    this.#modules = modules;
    void this.#watch();
  }

  [Symbol.dispose](): void {
    this.#stop.abort();
  }

  /** Looks now; it happens by itself every minute. */
  async look(): Promise<void> {
    const { overview, clock, log } = this.#modules;
    const late = new Set<number>();
    for (const { policy, place, path, outcome } of await overview.policies()) {
      const about = { policy: policy.name, place, path };
      const wasLate = this.#late.has(policy.id);
      if (exceedsRpo(policy, outcome, clock.now())) {
        late.add(policy.id);
        if (!wasLate) log.warn(about, 'the newest copy is older than the RPO alert of its policy');
      } else if (wasLate) log.info(about, 'the newest copy is within the RPO alert again');
    }
    this.#late = late;
  }

  async #watch(): Promise<void> {
    const { clock, log } = this.#modules;
    const { signal } = this.#stop;
    while (!signal.aborted) {
      try {
        await clock.delay(LOOK_EVERY_MS, signal);
        await this.look();
      } catch (error) {
        if (signal.aborted) return;
        log.error({ err: error }, 'the age of copies could not be looked at');
      }
    }
  }
}
