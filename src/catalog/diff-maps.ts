import { compareBytes, equalBytes } from '../util/bytes.js';
import { andThen, type MaybePromise } from '../util/maybe-promise.js';
import type { MapRoot } from './map-root.js';
import type { MapChange } from './map-types.js';
import type { PageReader } from './page-reader.js';
import { TreeCursor } from './tree-cursor.js';

/** A map and what reads its pages; the two sides of a diff may lie in different stores. */
export interface MapSide {
  readonly pages: PageReader;
  readonly root: MapRoot | null;
}

export interface DiffOptions {
  readonly before: MapSide;
  readonly after: MapSide;
  /** Only keys from here on, inclusive: to resume. */
  readonly from?: Uint8Array;
  readonly signal?: AbortSignal;
}

const BATCH = 256;
/** Long values end a batch early. */
const BATCH_BYTES = 4 * 1024 * 1024;

/**
 * Every key whose value differs, ascending, in batches that are never empty.
 * Pages that both maps share are not read. Memory: a path of pages on each side.
 * Keys and values are views that stay valid.
 */
export async function* diffMaps(options: DiffOptions): AsyncGenerator<MapChange[], void> {
  const { before, after, from, signal } = options;
  if (before.root?.digest === after.root?.digest) return;
  const left = await TreeCursor.open(before.pages, before.root, from);
  const right = await TreeCursor.open(after.pages, after.root, from);
  let batch: MapChange[] = [];
  let bytes = 0;
  while (!left.done || !right.done) {
    if (passEqualSubtrees(left, right)) continue;
    const subtree = subtreeToEnter(left, right);
    if (subtree !== null) {
      signal?.throwIfAborted();
      const entered = subtree.descend();
      if (entered instanceof Promise) await entered;
      continue;
    }
    const change = passEntry(left, right);
    if (change === null) continue;
    const made = change instanceof Promise ? await change : change;
    batch.push(made);
    bytes += (made.before?.length ?? 0) + (made.after?.length ?? 0);
    if (batch.length >= BATCH || bytes >= BATCH_BYTES) {
      yield batch;
      batch = [];
      bytes = 0;
    }
  }
  if (batch.length > 0) yield batch;
}

/** Skips the subtree that begins here on both sides, if there is such a one. */
function passEqualSubtrees(left: TreeCursor, right: TreeCursor): boolean {
  if (left.done || right.done) return false;
  const height = Math.max(left.height, right.height);
  if (height === 0) return false;
  const digest = left.subtreeAt(height);
  const other = right.subtreeAt(height);
  if (digest === undefined || other === undefined || !equalBytes(digest, other)) return false;
  left.skip(height);
  right.skip(height);
  return true;
}

/** The side to look into before entries can be compared; null when both are at entries. */
function subtreeToEnter(left: TreeCursor, right: TreeCursor): TreeCursor | null {
  if (left.done) return right.height > 0 ? right : null;
  if (right.done) return left.height > 0 ? left : null;
  const coarser = left.height >= right.height ? left : right;
  if (coarser.height === 0) return null;
  const finer = coarser === left ? right : left;
  // An entry that lies before the whole subtree can be passed without looking into that.
  return finer.height === 0 && coarser.isBeyond(finer.key) ? null : coarser;
}

/** Passes the lower of two entries, or both when the keys are equal; null when nothing differs. */
function passEntry(left: TreeCursor, right: TreeCursor): MaybePromise<MapChange> | null {
  const order = orderOf(left, right);
  if (order < 0) {
    const { key } = left;
    const change = andThen(left.value(), (before) => ({ key, before, after: null }));
    left.skip(0);
    return change;
  }
  if (order > 0) {
    const { key } = right;
    const change = andThen(right.value(), (after) => ({ key, before: null, after }));
    right.skip(0);
    return change;
  }
  const change = left.sameValue(right) ? null : changeOfValue(left, right);
  left.skip(0);
  right.skip(0);
  return change;
}

/** Negative when the entry on the left comes first. At least one side is at an entry. */
function orderOf(left: TreeCursor, right: TreeCursor): number {
  if (left.done || (!right.done && left.height > 0)) return 1;
  if (right.done || right.height > 0) return -1;
  return compareBytes(left.key, right.key);
}

function changeOfValue(left: TreeCursor, right: TreeCursor): MaybePromise<MapChange> {
  const { key } = right;
  const later = right.value();
  return andThen(left.value(), (before) => andThen(later, (after) => ({ key, before, after })));
}
