import { DmError } from '../../model/error.js';

const MINUTES_OF: Readonly<Record<string, number>> = { m: 1, min: 1, h: 60, d: 1_440 };
const HOUR = 60;
const DAY = 1_440;

/**
 * The cron expression for "every 15m", "1h", "6h" or "1d". Only what
 * divides an hour or a day has equal steps.
 */
export function cronOfEvery(text: string): string {
  const [, digits = '', unit = ''] = /^([1-9][0-9]{0,4})(m|min|h|d)$/.exec(text) ?? [];
  const minutes = Number(digits) * (MINUTES_OF[unit] ?? Number.NaN);
  if (minutes <= HOUR && HOUR % minutes === 0) {
    return minutes === HOUR ? '0 * * * *' : `*/${minutes} * * * *`;
  }
  if (minutes % HOUR === 0 && DAY % minutes === 0) {
    return minutes === DAY ? '0 0 * * *' : `0 */${minutes / HOUR} * * *`;
  }
  throw new DmError(
    'usage',
    `--every "${text}" must divide an hour or a day; give for example 15m, 1h, 6h or 1d`,
  );
}
