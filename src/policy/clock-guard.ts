import { DmError } from '../model/error.js';
import type { StateDatabase } from '../state/database.js';
import { keys } from '../state/keys.js';
import type { Clock } from '../util/clock.js';

/** A clock further ahead than this of where it should be is not believed. */
const AHEAD_MS = 24 * 3_600_000;
/** What corrections of a running clock may take back. */
const BACK_MS = 60_000;
const RECORD_EVERY_MS = 60_000;

/** The clock as it was when it was last looked at; a plain value that can be stored as JSON. */
export interface ClockRecord {
  readonly wallMs: number;
  /** Time since the host started, which no setting of the clock changes. */
  readonly uptimeMs: number;
  /** Another boot has another: then nothing is known to have passed. */
  readonly bootId: string;
  readonly suspect: ClockSuspicion | null;
  /** What it should have said, going by what was believed last and has passed since. Absent in records of earlier releases. */
  readonly expectedMs?: number;
}

export interface ClockSuspicion {
  readonly kind: 'ahead' | 'back';
  readonly foundAtMs: number;
  /** What the clock should have said then, going by what it said before. */
  readonly expectedMs: number;
}

export interface ClockGuardModules {
  readonly database: StateDatabase;
  readonly clock: Clock;
  readonly uptime: () => number;
  readonly bootId: string;
  readonly onSuspect: (suspicion: ClockSuspicion) => void;
  readonly onError: (error: unknown) => void;
}

/**
 * Watches the clock by which datasets expire. When it is over 24 h ahead of the last
 * recorded time plus the time that has passed since, or was set back, nothing expires
 * until somebody has said that it is right.
 */
export class ClockGuard implements AsyncDisposable {
  readonly #modules: ClockGuardModules;
  readonly #stop = new AbortController();
  #last: ClockRecord;
  #savedAtMs = Number.NEGATIVE_INFINITY;
  /** Records are written one after the other. */
  #writes: Promise<void> = Promise.resolve();
  #watching: Promise<void> = Promise.resolve();

  private constructor(last: ClockRecord, modules: ClockGuardModules) {
    this.#last = last;
    this.#modules = modules;
  }

  /** Looks at once, and from then on every minute. The first time of all is believed. */
  static async open(modules: ClockGuardModules): Promise<ClockGuard> {
    const stored = (await modules.database.get(keys.clock)) as ClockRecord | undefined;
    const { bootId } = modules;
    const now = { wallMs: modules.clock.now(), uptimeMs: modules.uptime(), bootId, suspect: null };
    const guard = new ClockGuard(stored ?? now, modules);
    await guard.#look();
    guard.#watching = guard.#watch();
    return guard;
  }

  get suspicion(): ClockSuspicion | null {
    return this.#last.suspect;
  }

  /** The time, if the clock can be trusted; else `clock_suspect`. */
  async trustedNow(): Promise<number> {
    await this.#look();
    const { suspect, wallMs } = this.#last;
    if (suspect === null) return wallMs;
    throw new DmError(
      'clock_suspect',
      `${describeSuspicion(suspect)}; nothing expires until the clock is right and \`dm state accept-clock\` has said so`,
    );
  }

  /**
   * What is made now is dated by this: while the clock says less than it should, by what it should say, for else it
   * would expire too soon when the clock is right again. A clock that is ahead may be right (the host was off), and counts.
   */
  datingNow(): number {
    const present = this.#present();
    const expectedMs = Math.round(expectedOf(this.#last, present));
    return present.wallMs < expectedMs - BACK_MS ? expectedMs : present.wallMs;
  }

  /** The clock is right as it is now. */
  async accept(): Promise<void> {
    this.#last = { ...this.#present(), suspect: null };
    await this.#save();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#watching;
    await this.#save();
  }

  async #watch(): Promise<void> {
    const { clock, onError } = this.#modules;
    const { signal } = this.#stop;
    for (;;) {
      await clock.delay(RECORD_EVERY_MS, signal).catch(() => undefined);
      if (signal.aborted) return;
      await this.#look().catch(onError);
    }
  }

  /** A suspicion is on disk before anybody is told the time again. */
  async #look(): Promise<void> {
    const present = this.#present();
    const expectedMs = expectedOf(this.#last, present);
    const suspect = this.#last.suspect ?? suspicionOf(present.wallMs, expectedMs);
    const isNew = suspect !== this.#last.suspect;
    this.#last = { ...present, suspect, ...(suspect !== null && { expectedMs }) };
    if (isNew && suspect !== null) this.#modules.onSuspect(suspect);
    if (isNew || Math.abs(present.wallMs - this.#savedAtMs) >= RECORD_EVERY_MS) await this.#save();
  }

  #present(): Reading {
    const { clock, uptime, bootId } = this.#modules;
    return { wallMs: clock.now(), uptimeMs: uptime(), bootId };
  }

  #save(): Promise<void> {
    const value = this.#last;
    this.#savedAtMs = value.wallMs;
    const write = this.#writes.then(() =>
      this.#modules.database.write([{ put: keys.clock, value }]),
    );
    this.#writes = write.catch(() => undefined);
    return write;
  }
}

type Reading = Omit<ClockRecord, 'suspect' | 'expectedMs'>;

function expectedOf(last: ClockRecord, { uptimeMs, bootId }: Reading): number {
  const passed = bootId === last.bootId ? Math.max(0, uptimeMs - last.uptimeMs) : 0;
  return (last.expectedMs ?? last.wallMs) + passed;
}

function suspicionOf(wallMs: number, expectedMs: number): ClockSuspicion | null {
  const found = { foundAtMs: wallMs, expectedMs };
  if (wallMs > expectedMs + AHEAD_MS) return { kind: 'ahead', ...found };
  if (wallMs < expectedMs - BACK_MS) return { kind: 'back', ...found };
  return null;
}

/** For people. */
export function describeSuspicion({ kind, foundAtMs, expectedMs }: ClockSuspicion): string {
  const [found, expected] = [foundAtMs, expectedMs].map((ms) => new Date(ms).toISOString());
  const what = kind === 'ahead' ? 'is more than a day ahead of what is known' : 'was set back';
  return `the clock ${what} (it said ${found}, expected was about ${expected})`;
}
