import type { Clock } from '../util/clock.js';

/** A sleep ends after so long: timers do not notice when somebody sets the clock. */
const LONGEST_SLEEP_MS = 60_000;

export interface SchedulerModules {
  /** Starts what is due; tells when the next run is due, null for never. */
  readonly startDue: () => Promise<number | null>;
  /** Plans anew after the clock was set back. */
  readonly clockSetBack: () => Promise<void>;
  readonly clock: Clock;
  readonly onError: (error: unknown) => void;
}

/**
 * Starts policies when they are due, and sleeps in between. Disposing
 * waits for a start that is under way.
 */
export class Scheduler implements AsyncDisposable {
  readonly #modules: SchedulerModules;
  readonly #stop = new AbortController();
  #sleep = new AbortController();
  #asked = false;
  #running: Promise<void> = Promise.resolve();

  constructor(modules: SchedulerModules) {
    this.#modules = modules;
  }

  /** What became due while nobody looked starts at once. */
  start(): void {
    this.#running = this.#run();
  }

  /** Looks again at what is due; asked several times at once, it looks once. */
  wake(): void {
    this.#asked = true;
    this.#sleep.abort();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    this.wake();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { clock } = this.#modules;
    let next: number | null = null;
    let seenMs = Number.POSITIVE_INFINITY;
    this.#asked = true;
    while (!this.#stop.signal.aborted) {
      const nowMs = clock.now();
      const setBack = nowMs < seenMs;
      seenMs = nowMs;
      if (this.#asked || setBack || (next !== null && next <= nowMs)) {
        this.#asked = false;
        next = await this.#look(setBack);
      }
      await this.#sleepUntil(next);
    }
  }

  /** A failure ends neither the scheduler nor what is due: it is tried again after a sleep. */
  async #look(setBack: boolean): Promise<number | null> {
    try {
      if (setBack) await this.#modules.clockSetBack();
      return await this.#modules.startDue();
    } catch (error) {
      this.#modules.onError(error);
      return this.#modules.clock.now() + LONGEST_SLEEP_MS;
    }
  }

  async #sleepUntil(next: number | null): Promise<void> {
    if (this.#asked) return;
    const { clock } = this.#modules;
    const ms = Math.min(LONGEST_SLEEP_MS, Math.max(0, (next ?? Infinity) - clock.now()));
    this.#sleep = new AbortController();
    await clock.delay(ms, this.#sleep.signal).catch(() => undefined);
  }
}
