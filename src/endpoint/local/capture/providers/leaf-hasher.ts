import { blake3 } from '@napi-rs/blake-hash';
import { CONTENT_LEAF_BYTES } from '../../../../catalog/maps/content.js';

/** Told each leaf of a file in order: its number, and its digest or null for a hole. */
export type LeafSink = (leaf: number, digest: Uint8Array | null) => void;

/**
 * Digests of the leaves in one window of a file. `window` begins at a multiple of the leaf size and ends with the
 * file or at such a multiple; `hasData(start, end)` says whether a range of it holds any data.
 */
export function hashLeaves(
  window: Uint8Array,
  position: number,
  hasData: (start: number, end: number) => boolean,
  sink: LeafSink,
): void {
  for (let at = 0; at < window.length; at += CONTENT_LEAF_BYTES) {
    const end = Math.min(at + CONTENT_LEAF_BYTES, window.length);
    const leaf = (position + at) / CONTENT_LEAF_BYTES;
    sink(leaf, hasData(at, end) ? blake3(window.subarray(at, end)) : null);
  }
}
