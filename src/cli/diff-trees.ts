import { escapePath } from '../util/escape.js';
import { joinPath } from './browse/session.js';
import type { BrowseEntry, TreeEntry } from './control-messages.js';

/** How one path differs between two datasets. */
export interface PathDifference {
  readonly change: 'added' | 'removed' | 'changed';
  readonly path: string;
  readonly type: string;
  /** What is not the same, by the names of JSON fields. */
  readonly fields: readonly string[];
}

interface Placed {
  readonly path: readonly Buffer[];
  readonly entry: BrowseEntry;
}

const COMPARED = [
  'type',
  'mode',
  'uid',
  'gid',
  'size',
  'mtime_ns',
  'user_name',
  'group_name',
  'flags',
] as const;

/**
 * Compares two trees that arrive depth first, each directory in name order. Holds one path of each.
 */
export async function* diffTrees(
  left: AsyncIterable<TreeEntry>,
  right: AsyncIterable<TreeEntry>,
): AsyncGenerator<PathDifference, void> {
  const before = placed(left);
  const after = placed(right);
  let [one, other] = [await before.next(), await after.next()];
  while (!one.done || !other.done) {
    const order = one.done ? 1 : other.done ? -1 : comparePaths(one.value.path, other.value.path);
    if (order < 0 && !one.done) yield difference('removed', one.value, []);
    if (order > 0 && !other.done) yield difference('added', other.value, []);
    if (order === 0 && !one.done && !other.done) {
      const fields = changedFields(one.value.entry, other.value.entry);
      if (fields.length > 0) yield difference('changed', other.value, fields);
    }
    if (order <= 0) one = await before.next();
    if (order >= 0) other = await after.next();
  }
}

async function* placed(entries: AsyncIterable<TreeEntry>): AsyncGenerator<Placed, void> {
  const path: Buffer[] = [];
  for await (const { entry, depth } of entries) {
    if (entry === null) continue;
    path.length = Math.max(0, depth - 1);
    if (depth > 0) path.push(entry.name);
    yield { path: [...path], entry };
  }
}

function comparePaths(left: readonly Buffer[], right: readonly Buffer[]): number {
  for (const [index, name] of left.entries()) {
    const other = right[index];
    if (other === undefined) return 1;
    const order = name.compare(other);
    if (order !== 0) return order;
  }
  return left.length - right.length;
}

function changedFields(before: BrowseEntry, after: BrowseEntry): string[] {
  const fields: string[] = COMPARED.filter((field) => {
    // Host file systems give directories sizes of their own.
    if (field === 'size' && after.type === 'dir') return false;
    return before[field] !== after[field];
  });
  if (!before.symlink_target.equals(after.symlink_target)) fields.push('symlink_target');
  const isSameDevice =
    before.rdev_major === after.rdev_major && before.rdev_minor === after.rdev_minor;
  if (!isSameDevice) fields.push('device');
  if (before.xattrs_digest !== after.xattrs_digest) fields.push('xattrs');
  const sameFile = before.gfid === after.gfid;
  if (after.type === 'file' && !(sameFile && before.content_version === after.content_version)) {
    fields.push('content');
  }
  return fields;
}

function difference(
  change: PathDifference['change'],
  { path, entry }: Placed,
  fields: readonly string[],
): PathDifference {
  return {
    change,
    path: path.length === 0 ? '.' : escapePath(joinPath(path)),
    type: entry.type,
    fields,
  };
}
