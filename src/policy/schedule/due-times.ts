import { DmError } from '../../model/error.js';
import type { Schedule } from '../../model/schedule.js';
import { type Cron, nextWallTime, parseCron } from './cron.js';
import type { TimeZone } from './wall-time.js';

const FORM =
  /^([0-9]{4})-([0-9]{2})-([0-9]{2})(?:[ T]([0-9]{2}):([0-9]{2})(?::([0-9]{2}))?(Z|[+-][0-9]{2}:?[0-9]{2})?)?$/;
const FIRST_YEAR = 2001;
const LAST_YEAR = 2099;

/** A schedule that was read: all its questions are answered from `afterMs`, the time it is. */
export class DueTimes {
  readonly #crons: readonly Cron[];
  readonly #dates: readonly number[];
  readonly #zone: TimeZone;
  /** The earliest moment of a run; null when there is none. */
  readonly startMs: number | null;

  /**
   * `zone` is what the schedule's times are meant in. Throws `invalid_argument` for a schedule that
   * cannot be read or whose recurrence never comes.
   */
  constructor(schedule: Schedule, zone: TimeZone) {
    this.#zone = zone;
    this.#crons = schedule.recurrence.map(parseCron);
    this.#dates = schedule.dateTimes.map((text) => parseMoment(text, '--date-times', this.#zone));
    this.startMs =
      schedule.startTime === ''
        ? null
        : parseMoment(schedule.startTime, '--start-time', this.#zone);
    for (const [at, cron] of this.#crons.entries()) {
      const first = { year: FIRST_YEAR, month: 1, day: 1, hour: 0, minute: 0, second: -1 };
      if (nextWallTime(cron, first) === null) {
        throw new DmError(
          'invalid_argument',
          `recurrence "${schedule.recurrence[at]}" never comes; correct its day, month or year`,
        );
      }
    }
  }

  /**
   * When a policy with a new schedule runs first: at the first recurrence or date from now on; with
   * a start time alone at that time, which may be past. Null for never.
   */
  first(afterMs: number): number | null {
    const next = this.next(afterMs);
    if (this.startMs === null || this.#crons.length > 0) return next;
    return next === null ? this.startMs : Math.min(this.startMs, next);
  }

  /**
   * The first recurrence after a moment and not before the start time, or date, which comes whatever the start time, or
   * the start time where nothing recurs; null when none is left.
   */
  next(afterMs: number): number | null {
    const { startMs } = this;
    const start =
      startMs !== null && this.#crons.length === 0 && startMs > afterMs ? startMs : null;
    return earliest([start, this.nextDate(afterMs), this.nextRecurrence(afterMs)]);
  }

  /** As `next`, of the dates alone. */
  nextDate(afterMs: number): number | null {
    return earliest(this.#dates.filter((date) => date > afterMs));
  }

  /** Whether a date came in so many milliseconds before a moment, or at it. */
  hasDateWithin(ms: number, untilMs: number): boolean {
    return this.#dates.some((date) => date <= untilMs && date > untilMs - ms);
  }

  /** As `next`, of the recurrence alone. */
  nextRecurrence(afterMs: number): number | null {
    // A match at the start time itself counts.
    const from = Math.max(afterMs, (this.startMs ?? 0) - 1);
    return earliest(this.#crons.map((cron) => this.#nextOf(cron, from)));
  }

  #nextOf(cron: Cron, afterMs: number): number | null {
    let wall = nextWallTime(cron, this.#zone.wallTime(afterMs));
    while (wall !== null) {
      const moment = this.#zone.moment(wall);
      // In an hour that the clocks show twice, what they show was due the first time.
      if (moment > afterMs) return moment;
      wall = nextWallTime(cron, wall);
    }
    return null;
  }
}

function earliest(moments: readonly (number | null)[]): number | null {
  const known = moments.filter((moment) => moment !== null);
  return known.length === 0 ? null : Math.min(...known);
}

function parseMoment(text: string, flag: string, zone: TimeZone): number {
  const [all, year, month, day, hour, minute, second, offset] = FORM.exec(text.trim()) ?? [];
  const [y, mo, d, h, mi, s] = [year, month, day, hour, minute, second].map((part) =>
    Number(part ?? 0),
  ) as [number, number, number, number, number, number];
  const shown = Date.UTC(y, mo - 1, d, h, mi, s);
  const real =
    h < 24 && mi < 60 && s < 60 && new Date(shown).getUTCDate() === d && mo >= 1 && mo <= 12;
  if (all === undefined || !real || y < FIRST_YEAR || y > LAST_YEAR) {
    throw new DmError(
      'invalid_argument',
      `${flag} "${text.slice(0, 40)}" is not a time from ${FIRST_YEAR} to ${LAST_YEAR}; give for example "2026-05-29 10:20:00"`,
    );
  }
  if (offset === undefined) {
    return zone.moment({ year: y, month: mo, day: d, hour: h, minute: mi, second: s });
  }
  const [, sign, hours = '0', minutes = '0'] = /^([+-])(..):?(..)$/.exec(offset) ?? [];
  const ahead = (Number(hours) * 60 + Number(minutes)) * 60_000;
  return sign === '-' ? shown + ahead : shown - ahead;
}
