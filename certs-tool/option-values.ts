/** Readers of option values, for commander: each gives a checked value or a usage error. */
import { isIP } from 'node:net';
import { InvalidArgumentError } from 'commander';
import { isMisleadingName } from '../src/security/distinguished-name.js';

const MAX_DAYS = 36_500;
const MAX_NAME = 64;
const DNS_NAME =
  /^(\*\.)?([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)*[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/;

export function readDays(text: string): number {
  return readWhole(text, 1, MAX_DAYS, 'days');
}

export function readNumber(text: string): number {
  return readWhole(text, 0, Number.MAX_SAFE_INTEGER, 'a number');
}

export function readKeyBits(text: string): number {
  if (!['2048', '3072', '4096'].includes(text)) {
    throw new InvalidArgumentError('It must be 2048, 3072 or 4096.');
  }
  return Number(text);
}

/** A common name: X.509 allows 64 characters, and peers refuse control characters. */
export function readName(text: string): string {
  if (isMisleadingName(text) || text.length > MAX_NAME) {
    throw new InvalidArgumentError(`It must be 1 to ${MAX_NAME} printable characters.`);
  }
  return text;
}

/** Adds one DNS name to those given before. */
export function collectDns(text: string, before: readonly string[] = []): readonly string[] {
  if (!DNS_NAME.test(text) || text.length > 253 || isIP(text) !== 0) {
    throw new InvalidArgumentError('It is no DNS name.');
  }
  return [...before, text];
}

/** Adds one IP address to those given before. */
export function collectIp(text: string, before: readonly string[] = []): readonly string[] {
  if (isIP(text) === 0) throw new InvalidArgumentError('It is no IP address.');
  return [...before, text];
}

export function collectText(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, text];
}

/** RFC 3339, or a date alone (midnight UTC). */
export function readTime(text: string): Date {
  const time = new Date(text);
  if (!/^\d{4}-\d\d-\d\d/.test(text) || Number.isNaN(time.getTime())) {
    throw new InvalidArgumentError('It must look like 2030-01-31T12:00:00Z.');
  }
  return time;
}

function readWhole(text: string, least: number, most: number, what: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < least || value > most) {
    throw new InvalidArgumentError(`It must be ${what} from ${least} to ${most}.`);
  }
  return value;
}
