import type { MapReader } from '../../../catalog/map-reader.js';
import { decodeContentKey, encodeContentKey } from '../../../catalog/maps/content.js';
import type { Gfid } from '../../../model/ids.js';
import { equalBytes } from '../../../util/bytes.js';
import { LEAF_BYTES } from '../../change-payload.js';
import type { Range } from './candidates.js';
import { type Segment, VersionFile } from './version-file.js';

/** Leaves whose digests are held at a time. */
const WINDOW_LEAVES = 1024;

/** An opened content, and the map that has the digests of its leaves. */
export interface KnownContent {
  readonly file: VersionFile;
  readonly gfid: Gfid;
  readonly leaves: MapReader;
}

/**
 * The ranges of a file from `from` (a multiple of a leaf) on that may differ from its basis, where no extent maps tell: leaves that are
 * known to have the same digest, and whose holes lie alike, are left out without being read. Ascending, one list for each 64 MiB of
 * the file.
 */
export async function* knownCandidates(
  content: KnownContent,
  basis: KnownContent,
  from: number,
  signal: AbortSignal,
): AsyncGenerator<Range[], void> {
  const { size } = content.file;
  // Segments are told ascending, and the comparison asks for them again.
  const holes = new VersionFile(content.file.fd, size);
  const basisHoles = new VersionFile(basis.file.fd, basis.file.size);
  const isSame = (start: number, end: number): boolean =>
    sameSegments(holes.segments(start, end), basisHoles.segments(start, end));
  const leaves = Math.ceil(size / LEAF_BYTES);
  for (let first = from / LEAF_BYTES; first < leaves; first += WINDOW_LEAVES) {
    const stop = Math.min(first + WINDOW_LEAVES, leaves);
    const digests = await digestsOf(content, first, stop, signal);
    const former = await digestsOf(basis, first, stop, signal);
    const ranges: { start: number; end: number }[] = [];
    for (let leaf = first; leaf < stop; leaf++) {
      const start = leaf * LEAF_BYTES;
      const end = Math.min(start + LEAF_BYTES, size);
      const isAsLong = end === Math.min(start + LEAF_BYTES, basis.file.size);
      const digest = digests[leaf - first];
      const before = former[leaf - first];
      const isKnown = isAsLong && digest !== undefined && before !== undefined;
      if (isKnown && equalBytes(digest, before) && isSame(start, end)) continue;
      const last = ranges.at(-1);
      if (last?.end === start) last.end = end;
      else ranges.push({ start, end });
    }
    yield ranges;
  }
}

/** Digests of the leaves from `first` on, as they are encoded; undefined where none is known. */
async function digestsOf(
  { gfid, leaves }: KnownContent,
  first: number,
  stop: number,
  signal: AbortSignal,
): Promise<(Uint8Array | undefined)[]> {
  const digests = new Array<Uint8Array | undefined>(stop - first);
  const range = { from: encodeContentKey(gfid, first), to: encodeContentKey(gfid, stop) };
  for await (const batch of leaves.range(range, signal)) {
    for (const { key, value } of batch) digests[decodeContentKey(key).leaf - first] = value;
  }
  return digests;
}

function sameSegments(a: readonly Segment[], b: readonly Segment[]): boolean {
  return (
    a.length === b.length &&
    a.every((one, at) => one.data === b[at]?.data && one.start === b[at]?.start)
  );
}
