import { DmError } from '../../model/error.js';

/** Fields that a message may lack. */
const OPTIONAL_FIELDS: ReadonlySet<string> = new Set(['dataset_retention_period']);

/**
 * A message with the fields named by the mask (`a.b` for nested ones) replaced by
 * those of `changes`. Throws `invalid_argument` for one that `what`, named with
 * where its fields can be seen, does not have.
 */
export function mergeFields(
  before: object,
  changes: object,
  mask: readonly string[],
  what: string,
): Record<string, unknown> {
  const merged = structuredClone(before) as Record<string, unknown>;
  for (const path of mask) {
    const names = path.split('.');
    const last = names.pop() ?? '';
    let to: Record<string, unknown> = merged;
    let from: unknown = changes;
    for (const name of names) {
      from = field(from, name);
      const inner = to[name];
      if (typeof inner !== 'object' || inner === null) throw unknownField(path, what);
      to = inner as Record<string, unknown>;
    }
    if (!(last in to) && !OPTIONAL_FIELDS.has(last)) throw unknownField(path, what);
    to[last] = field(from, last);
  }
  return merged;
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null
    ? (value as Record<string, unknown>)[name]
    : undefined;
}

function unknownField(path: string, what: string): DmError {
  return new DmError('invalid_argument', `"${path}" is not a field of ${what}`);
}
