import { compareBytes } from '../util/bytes.js';
import type { SegmentLocation } from './segments-map.js';

export interface RunEntry {
  readonly digest: Uint8Array;
  readonly location: SegmentLocation;
}

/** Entries of several sorted sequences in one; of equal digests the first sequence's is given. */
export function* mergeRuns(sequences: readonly Iterable<RunEntry>[]): Generator<RunEntry, void> {
  const heads: { readonly rest: Iterator<RunEntry>; entry: RunEntry }[] = [];
  for (const sequence of sequences) {
    const rest = sequence[Symbol.iterator]();
    const first = rest.next();
    if (first.done !== true) heads.push({ rest, entry: first.value });
  }
  const last = Buffer.alloc(32);
  let any = false;
  while (heads.length > 0) {
    let lowest = 0;
    for (let i = 1; i < heads.length; i++) {
      const head = heads[i];
      const least = heads[lowest];
      if (head && least && compareBytes(head.entry.digest, least.entry.digest) < 0) lowest = i;
    }
    const head = heads[lowest];
    if (head === undefined) return;
    if (!any || compareBytes(last, head.entry.digest) !== 0) {
      last.set(head.entry.digest);
      any = true;
      yield head.entry;
    }
    const next = head.rest.next();
    if (next.done === true) heads.splice(lowest, 1);
    else head.entry = next.value;
  }
}
