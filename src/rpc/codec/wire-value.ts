import { DmError } from '../../model/error.js';

/** A message of the other side that cannot be what it should be. */
export function malformed(what: string): DmError {
  return new DmError(
    'protocol_error',
    `message of the peer is malformed: ${what}; check that both agents run a supported version`,
  );
}

/**
 * `parse(value)`, its refusal told as what it means here: the other side sent something impossible.
 */
export function checked<V, T>(value: V, parse: (value: V) => T): T {
  try {
    return parse(value);
  } catch (error) {
    if (error instanceof DmError) throw malformed(error.message);
    throw error;
  }
}

/** A 64-bit field that must fit 2^53. */
export function toNumber(text: string, what: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0) throw malformed(`${what} is out of range`);
  return value;
}

export function required<T>(value: T | null | undefined, what: string): T {
  if (value === null || value === undefined) throw malformed(`${what} is missing`);
  return value;
}

export function oneOf<T extends string>(text: string, values: readonly T[], what: string): T {
  const found = values.find((value) => value === text);
  if (found === undefined) throw malformed(`${what} is unknown`);
  return found;
}

/** A text of at most `max` characters, without NUL. */
export function text(value: string, max: number, what: string): string {
  if (value.length > max || value.includes('\0')) throw malformed(`${what} is not acceptable`);
  return value;
}

export function listOf<T>(values: readonly T[], max: number, what: string): readonly T[] {
  if (values.length > max) throw malformed(`${values.length} ${what} are too many`);
  return values;
}
