import { isIP } from 'node:net';
import { DmError } from './error.js';

/** How fast this agent may talk to the peers of a network. */
export interface BandwidthRule {
  readonly id: number;
  /** An address and the length of its prefix: "10.1.0.0/16", "2001:db8::/32". */
  readonly netmask: string;
  /** Bytes a second for all jobs together, each direction for itself. */
  readonly bwLimit: number;
  /** When it holds, as `parseTimeWindow` reads it; "" is always. */
  readonly window: string;
}

/** Below it a single batch would take longer than a connection is held to be alive. */
export const MIN_BW_LIMIT = 65_536;
export const MAX_BW_LIMIT = 1_000_000_000_000;

export interface Netmask {
  readonly address: string;
  readonly prefix: number;
  readonly family: 'ipv4' | 'ipv6';
}

/** Throws `invalid_argument` for what is no CIDR netmask. */
export function parseNetmask(text: string): Netmask {
  const [address = '', prefixText = '', ...rest] = text.split('/');
  const version = isIP(address);
  const prefix = Number(prefixText);
  const isPrefix = /^[0-9]{1,3}$/.test(prefixText) && prefix <= (version === 4 ? 32 : 128);
  if (version === 0 || !isPrefix || rest.length > 0) {
    throw new DmError(
      'invalid_argument',
      `--netmask "${text.slice(0, 80)}" is no network; give for example 10.1.0.0/16 or 2001:db8::/32`,
    );
  }
  return { address, prefix, family: version === 4 ? 'ipv4' : 'ipv6' };
}

const DAYS: readonly string[] = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
const WINDOW =
  /^(?:([a-z]{3}(?:-[a-z]{3})?(?:,[a-z]{3}(?:-[a-z]{3})?)*) )?([0-2][0-9]):([0-5][0-9])-([0-2][0-9]):([0-5][0-9])$/;
const DAY_MINUTES = 24 * 60;

/** Part of a week, by the clock of the host. */
export interface TimeWindow {
  /** Days on which it begins, 0 is Sunday. */
  readonly days: ReadonlySet<number>;
  /** Minutes of the day; an end that is not after the start lies on the next day. */
  readonly from: number;
  readonly to: number;
}

/**
 * Reads "[DAYS] HH:MM-HH:MM", DAYS as "mon-fri,sun"; "" is null: always. Throws `invalid_argument`.
 */
export function parseTimeWindow(text: string): TimeWindow | null {
  if (text === '') return null;
  const match = WINDOW.exec(text.toLowerCase());
  const [, days, fromHour, fromMinute, toHour, toMinute] = match ?? [];
  const from = Number(fromHour) * 60 + Number(fromMinute);
  const to = Number(toHour) * 60 + Number(toMinute);
  const known = days === undefined ? new Set([0, 1, 2, 3, 4, 5, 6]) : parseDays(days);
  if (match === null || known === null || from >= DAY_MINUTES || to > DAY_MINUTES) {
    throw new DmError(
      'invalid_argument',
      `--window "${text.slice(0, 80)}" is no time of the week; give for example "08:00-18:00" or "mon-fri 22:00-06:00"`,
    );
  }
  return { days: known, from, to };
}

function parseDays(text: string): Set<number> | null {
  const found = new Set<number>();
  for (const part of text.split(',')) {
    const [first = '', last = first] = part.split('-');
    const from = DAYS.indexOf(first);
    const to = DAYS.indexOf(last);
    if (from < 0 || to < 0) return null;
    for (let day = from; ; day = (day + 1) % DAYS.length) {
      found.add(day);
      if (day === to) break;
    }
  }
  return found;
}

/** Whether the window is open at a moment, by the host's local time. */
export function isOpen(window: TimeWindow | null, at: Date): boolean {
  if (window === null) return true;
  const minute = at.getHours() * 60 + at.getMinutes();
  const today = at.getDay();
  const yesterday = (today + DAYS.length - 1) % DAYS.length;
  const { days, from, to } = window;
  if (from < to) return days.has(today) && minute >= from && minute < to;
  return (days.has(today) && minute >= from) || (days.has(yesterday) && minute < to);
}
