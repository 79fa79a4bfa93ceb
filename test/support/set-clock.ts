import type { Clock } from '../../src/util/clock.js';

/**
 * A clock that stands still until it is set; sleeps end when the time
 * they last for has passed on it.
 */
export class SetClock implements Clock {
  #nowMs: number;
  readonly #sleepers = new Set<{ readonly untilMs: number; readonly wake: () => void }>();
  #onSleep: () => void = () => undefined;

  constructor(nowMs: number) {
    this.#nowMs = nowMs;
  }

  get sleeping(): boolean {
    return this.#sleepers.size > 0;
  }

  now(): number {
    return this.#nowMs;
  }

  delay(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason);
      if (ms <= 0) return resolve();
      const sleeper = {
        untilMs: this.#nowMs + ms,
        wake: () => {
          this.#sleepers.delete(sleeper);
          signal.removeEventListener('abort', stop);
          resolve();
        },
      };
      const stop = () => {
        this.#sleepers.delete(sleeper);
        reject(signal.reason);
      };
      this.#sleepers.add(sleeper);
      signal.addEventListener('abort', stop, { once: true });
      this.#onSleep();
    });
  }

  /** Resolves as soon as somebody sleeps. */
  asleep(): Promise<void> {
    if (this.sleeping) return Promise.resolve();
    return new Promise((resolve) => {
      this.#onSleep = resolve;
    });
  }

  set(time: string): void {
    this.#nowMs = Date.parse(time);
    for (const { untilMs, wake } of [...this.#sleepers]) if (untilMs <= this.#nowMs) wake();
  }

  /** As if real time had passed although the clock was set to an earlier one. */
  wakeAll(): void {
    for (const { wake } of [...this.#sleepers]) wake();
  }
}
