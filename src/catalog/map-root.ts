import { DmError } from '../model/error.js';
import { type DigestHex, parseDigest } from '../model/ids.js';
import { toHex } from '../util/bytes.js';
import { MAX_HEIGHT } from './page-format.js';
import { type PageLocator, type PageRef, parsePackId } from './page-store.js';

/**
 * The whole of one non-empty map. Plain JSON: it is kept in dataset records. An empty map is null.
 */
export interface MapRoot {
  readonly digest: DigestHex;
  readonly locator: PageLocator;
  /** Entries in the map. */
  readonly count: number;
  /** Pages from the root to a leaf: 1 when the root is a leaf. */
  readonly height: number;
}

export function mapRoot(ref: PageRef, count: number, height: number): MapRoot {
  return { digest: parseDigest(toHex(ref.digest)), locator: ref.locator, count, height };
}

export function rootRef(root: MapRoot): PageRef {
  return { digest: Buffer.from(root.digest, 'hex'), locator: root.locator };
}

function wholeNumber(value: unknown, what: string, least: number, most: number): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < least || value > most) {
    throw new DmError('corrupt', `map root: ${what} is not a number from ${least} to ${most}`);
  }
  return value;
}

function fieldsOf(value: unknown, what: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new DmError('corrupt', `map root: ${what} is not an object`);
  }
  return value as Record<string, unknown>;
}

/** Checks what came out of JSON. Throws `corrupt`. */
export function parseMapRoot(value: unknown): MapRoot | null {
  if (value === null) return null;
  const root = fieldsOf(value, 'it');
  const locator = fieldsOf(root.locator, 'locator');
  if (typeof root.digest !== 'string' || !/^[0-9a-f]{64}$/.test(root.digest)) {
    throw new DmError('corrupt', 'map root: digest is not 64 lower-case hex digits');
  }
  return {
    digest: parseDigest(root.digest),
    locator: {
      pack: parsePackId(typeof locator.pack === 'string' ? locator.pack : ''),
      offset: wholeNumber(locator.offset, 'offset', 0, Number.MAX_SAFE_INTEGER),
      length: wholeNumber(locator.length, 'length', 1, 0xffffffff),
    },
    count: wholeNumber(root.count, 'count', 1, Number.MAX_SAFE_INTEGER),
    height: wholeNumber(root.height, 'height', 1, MAX_HEIGHT),
  };
}
