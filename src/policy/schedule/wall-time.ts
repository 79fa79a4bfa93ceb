import { DmError } from '../../model/error.js';

/** What a clock on the wall shows. */
export interface WallTime {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
}

const DAY_MS = 86_400_000;

/** A time zone: what its clocks show at a moment, and which moment they show. */
export class TimeZone {
  readonly #format: Intl.DateTimeFormat;

  /** By IANA name; `invalid_argument` for one that is not known. */
  constructor(name: string) {
    try {
      this.#format = new Intl.DateTimeFormat('en-US', {
        timeZone: name,
        hourCycle: 'h23',
        year: 'numeric',
        month: 'numeric',
        day: 'numeric',
        hour: 'numeric',
        minute: 'numeric',
        second: 'numeric',
      });
    } catch (error) {
      throw new DmError(
        'invalid_argument',
        `time zone "${name.slice(0, 60)}" is not known; give an IANA name such as Europe/Berlin or UTC`,
        { cause: error },
      );
    }
  }

  wallTime(ms: number): WallTime {
    const shown = new Map(this.#format.formatToParts(ms).map(({ type, value }) => [type, value]));
    const part = (type: Intl.DateTimeFormatPartTypes) => Number(shown.get(type));
    return {
      year: part('year'),
      month: part('month'),
      day: part('day'),
      hour: part('hour'),
      minute: part('minute'),
      second: part('second'),
    };
  }

  /**
   * The moment the clocks show `wall`: the first one if they do twice,
   * the end of the gap if they never do.
   */
  moment(wall: WallTime): number {
    const shown = asUtc(wall);
    const before = this.#offset(shown - DAY_MS);
    const after = this.#offset(shown + DAY_MS);
    for (const offset of before >= after ? [before, after] : [after, before]) {
      if (this.#offset(shown - offset) === offset) return shown - offset;
    }
    return this.#endOfGap(shown - after, shown - before, before);
  }

  /** The first moment after `from` and not after `to` at which the offset is no longer `before`. */
  #endOfGap(from: number, to: number, before: number): number {
    let low = from;
    let high = to;
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2);
      if (this.#offset(middle) === before) low = middle;
      else high = middle;
    }
    return high;
  }

  #offset(ms: number): number {
    const whole = Math.floor(ms / 1000) * 1000;
    return asUtc(this.wallTime(whole)) - whole;
  }
}

function asUtc({ year, month, day, hour, minute, second }: WallTime): number {
  return Date.UTC(year, month - 1, day, hour, minute, second);
}
