import { DmError } from '../model/error.js';

const SECONDS_OF: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400 };

/** Seconds of "90s", "15m", "24h" or "7d". Throws `usage`. */
export function durationSeconds(flag: string, text: string): number {
  const [, digits = '', unit = ''] = /^([0-9]{1,6})(s|m|h|d)$/.exec(text) ?? [];
  const seconds = Number(digits) * (SECONDS_OF[unit] ?? Number.NaN);
  if (digits !== '' && Number.isSafeInteger(seconds)) return seconds;
  throw new DmError(
    'usage',
    `--${flag} "${text}" is no duration; give for example 90s, 15m, 24h or 7d`,
  );
}
