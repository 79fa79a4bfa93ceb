import { type CpuSettings, DEFAULT_CPU_SETTINGS } from '../model/cpu-settings.js';
import type { CpuTimes } from '../observe/cpu-times.js';
import type { Clock } from '../util/clock.js';

const SAMPLE_MS = 1_000;
/** The share of its time that a copy works, at the least. */
const LEAST_DUTY = 0.1;
const SLOW_DOWN = 0.7;
const SPEED_UP = 0.1;
const MAX_REST_MS = 1_000;

export interface CpuGovernorModules {
  readonly clock: Clock;
  readonly times: () => CpuTimes;
}

/**
 * Slows copies down while the machine is busy and this agent takes more than it may: they rest
 * between batches, the longer the more often that is seen.
 */
export class CpuGovernor implements Disposable {
  readonly #modules: CpuGovernorModules;
  readonly #stop = new AbortController();
  #settings: CpuSettings = DEFAULT_CPU_SETTINGS;
  #last: CpuTimes;
  #duty = 1;

  constructor(modules: CpuGovernorModules) {
    this.#modules = modules;
    this.#last = modules.times();
    void this.#watch();
  }

  /** From the next look on, which is a second away at most. */
  set settings(settings: CpuSettings) {
    this.#settings = settings;
  }

  /** Share of its time that a copy works now, up to 1. */
  get duty(): number {
    return this.#duty;
  }

  /** For one copy: to be awaited after each batch. */
  breather(): (signal: AbortSignal) => Promise<void> {
    const { clock } = this.#modules;
    let workedSince = clock.now();
    return async (signal) => {
      const worked = clock.now() - workedSince;
      const rest = Math.min(MAX_REST_MS, worked * (1 / this.#duty - 1));
      if (rest >= 1) await clock.delay(rest, signal);
      workedSince = clock.now();
    };
  }

  [Symbol.dispose](): void {
    this.#stop.abort();
  }

  async #watch(): Promise<void> {
    const { clock, times } = this.#modules;
    const { signal } = this.#stop;
    while (!signal.aborted) {
      try {
        await clock.delay(SAMPLE_MS, signal);
      } catch {
        return;
      }
      const now = times();
      this.#look(this.#last, now);
      this.#last = now;
    }
  }

  #look(before: CpuTimes, now: CpuTimes): void {
    const total = now.totalMs - before.totalMs;
    if (total <= 0) return;
    const system = (100 * (now.busyMs - before.busyMs)) / total;
    const own = (100 * (now.ownMs - before.ownMs)) / total;
    const { systemCpuLoadThreshold, allowedCpuThreshold } = this.#settings;
    const isTooMuch = system >= systemCpuLoadThreshold && own > allowedCpuThreshold;
    this.#duty = isTooMuch
      ? Math.max(LEAST_DUTY, this.#duty * SLOW_DOWN)
      : Math.min(1, this.#duty + SPEED_UP);
  }
}
