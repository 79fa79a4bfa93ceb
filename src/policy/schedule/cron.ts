import { DmError } from '../../model/error.js';
import type { WallTime } from './wall-time.js';

/** The values that each field of a cron expression allows. */
export interface Cron {
  readonly seconds: ReadonlySet<number>;
  readonly minutes: ReadonlySet<number>;
  readonly hours: ReadonlySet<number>;
  readonly days: ReadonlySet<number>;
  readonly months: ReadonlySet<number>;
  /** Sunday is 0. */
  readonly weekdays: ReadonlySet<number>;
  readonly years: ReadonlySet<number>;
  /** Both kinds of day are restricted: one of them is enough. */
  readonly eitherDay: boolean;
}

interface Field {
  readonly name: string;
  readonly from: number;
  readonly to: number;
  /** Names of the values, from the first one on. */
  readonly names?: readonly string[];
}

const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const WEEKDAYS = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];
const FIRST_YEAR = 2001;
const LAST_YEAR = 2099;
const FIELDS: readonly Field[] = [
  { name: 'second', from: 0, to: 59 },
  { name: 'minute', from: 0, to: 59 },
  { name: 'hour', from: 0, to: 23 },
  { name: 'day of month', from: 1, to: 31 },
  { name: 'month', from: 1, to: 12, names: MONTHS },
  { name: 'day of week', from: 0, to: 7, names: WEEKDAYS },
  { name: 'year', from: FIRST_YEAR, to: LAST_YEAR },
];

/** Reads a cron expression; `invalid_argument` says which field is wrong. */
export function parseCron(text: string): Cron {
  const given = text.trim().split(/\s+/);
  if (given.length < 5 || given.length > 7) {
    throw invalid(text, `has ${text.trim() === '' ? 0 : given.length} fields, not 5, 6 or 7`);
  }
  const words = [
    ...(given.length === 5 ? ['0'] : []),
    ...given,
    ...(given.length < 7 ? ['*'] : []),
  ];
  const sets = FIELDS.map((field, at) => fieldValues(field, words[at] ?? '', text));
  const [seconds, minutes, hours, days, months, weekdays, years] = sets as [
    Set<number>,
    Set<number>,
    Set<number>,
    Set<number>,
    Set<number>,
    Set<number>,
    Set<number>,
  ];
  if (weekdays.has(7)) weekdays.add(0);
  const restricted = (word: string | undefined) => !/^[*?]/.test(word ?? '');
  const eitherDay = restricted(words[3]) && restricted(words[5]);
  return { seconds, minutes, hours, days, months, weekdays, years, eitherDay };
}

/**
 * The first wall time after `after` that the expression allows; null when there is none until 2099.
 */
export function nextWallTime(cron: Cron, after: WallTime): WallTime | null {
  const day = new Date(0);
  day.setUTCFullYear(after.year, after.month - 1, after.day);
  const today = day.getTime();
  let clock = nextClock(cron, after.hour * 3600 + after.minute * 60 + after.second + 1);
  for (; day.getUTCFullYear() <= LAST_YEAR; day.setUTCDate(day.getUTCDate() + 1)) {
    if (!cron.years.has(day.getUTCFullYear())) {
      day.setUTCMonth(11, 31);
      continue;
    }
    if (!cron.months.has(day.getUTCMonth() + 1)) {
      day.setUTCMonth(day.getUTCMonth() + 1, 0);
      continue;
    }
    if (day.getTime() > today) clock = nextClock(cron, 0);
    if (clock === null || !allowsDay(cron, day)) continue;
    return {
      year: day.getUTCFullYear(),
      month: day.getUTCMonth() + 1,
      day: day.getUTCDate(),
      ...clock,
    };
  }
  return null;
}

function allowsDay(cron: Cron, day: Date): boolean {
  const ofMonth = cron.days.has(day.getUTCDate());
  const ofWeek = cron.weekdays.has(day.getUTCDay());
  return cron.eitherDay ? ofMonth || ofWeek : ofMonth && ofWeek;
}

/** The first allowed time of day that is `fromSecond` of the day or later. */
function nextClock(
  cron: Cron,
  fromSecond: number,
): { hour: number; minute: number; second: number } | null {
  for (let at = fromSecond; at < 86_400; ) {
    const hour = Math.floor(at / 3600);
    const minute = Math.floor(at / 60) % 60;
    const second = at % 60;
    if (!cron.hours.has(hour)) at = (hour + 1) * 3600;
    else if (!cron.minutes.has(minute)) at = (Math.floor(at / 60) + 1) * 60;
    else if (!cron.seconds.has(second)) at++;
    else return { hour, minute, second };
  }
  return null;
}

function fieldValues(field: Field, word: string, text: string): Set<number> {
  const values = new Set<number>();
  for (const part of word.split(',')) {
    const [, range = '', step = '1'] = /^([^/]+)(?:\/([0-9]{1,4}))?$/.exec(part) ?? [];
    const bounds = range.split('-').map((value) => parseValue(field, value));
    const every = Number(step);
    let [from, to] = bounds;
    if (range === '*' || range === '?') [from, to] = [field.from, field.to];
    else if (bounds.length === 1) to = part.includes('/') ? field.to : from;
    if (from === undefined || to === undefined || bounds.length > 2 || from > to || every < 1) {
      throw invalid(
        text,
        `has "${part.slice(0, 40)}" as ${field.name}; possible are ${field.from} to ${field.to}, ranges (a-b), lists (a,b) and steps (*/n)`,
      );
    }
    for (let value = from; value <= to; value += every) values.add(value);
  }
  return values;
}

function parseValue(field: Field, word: string): number | undefined {
  const named = field.names?.indexOf(word.toUpperCase()) ?? -1;
  if (named >= 0) return named + (field.name === 'month' ? 1 : 0);
  const value = /^[0-9]{1,4}$/.test(word) ? Number(word) : Number.NaN;
  return value >= field.from && value <= field.to ? value : undefined;
}

function invalid(text: string, what: string): DmError {
  return new DmError(
    'invalid_argument',
    `recurrence "${text.slice(0, 80)}" ${what}; give for example "0 * * * *" for every hour`,
  );
}
