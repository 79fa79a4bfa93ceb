import { join } from 'node:path';
import type { PageLocator } from '../../../catalog/page-store.js';
import { asDmError } from '../../../model/error.js';
import type { ObjectStore } from '../../../repository/object-store.js';
import { lookAhead } from '../../../util/look-ahead.js';
import { PackRanges } from '../read/pack-ranges.js';
import { Segments } from '../read/segments.js';
import type { Repository } from '../repository.js';
import type { PlacedSegment, SegmentSet } from './segment-set.js';

const RANGE_BYTES = 32 * 1024 * 1024;
const FRAME_BYTES = 8 * 1024 * 1024;
const AHEAD = 8;
/** Repaired at once: what is known of them is in memory. */
const MOST_FRAMES = 100_000;

/** A frame that does not hold the segments it should hold. */
export interface BadFrame {
  readonly frame: PageLocator;
  readonly frameLength: number;
  /** All that datasets use of it. */
  readonly members: PlacedSegment[];
  /** Those of them that it does not hold. */
  readonly bad: PlacedSegment[];
}

/** Reads segments of one repository in the order in which they lie. */
export function segmentsInOrder(
  { repository, store }: { repository: Repository; store: ObjectStore },
  signal: AbortSignal,
): Segments {
  const { layout, keys } = repository;
  const ranges = new PackRanges({ layout, cacheBytes: RANGE_BYTES }, { store }, signal);
  return new Segments({ cacheBytes: FRAME_BYTES }, { ranges, keys });
}

/** Reads every segment; returns the frames that lack any, ascending. `onRead` is told how many were read. */
export async function badFrames(
  segments: SegmentSet,
  reader: Segments,
  onRead: (count: number) => void,
  signal: AbortSignal,
): Promise<BadFrame[]> {
  const found: BadFrame[] = [];
  let frame = null as BadFrame | null;
  let count = 0;
  const end = (): void => {
    if (frame !== null && frame.bad.length > 0 && found.length < MOST_FRAMES) found.push(frame);
  };
  const read = async (segment: PlacedSegment) => ({ segment, good: await isGood(segment, reader) });
  for await (const { segment, good } of lookAhead(segments.sorted(signal), AHEAD, read)) {
    signal.throwIfAborted();
    const { pack, offset, length, frameLength } = segment.location;
    if (frame?.frame.pack !== pack || frame.frame.offset !== offset) {
      end();
      frame = { frame: { pack, offset, length }, frameLength, members: [], bad: [] };
    }
    frame.members.push(segment);
    if (!good) frame.bad.push(segment);
    onRead(++count);
  }
  end();
  return found;
}

export async function isGood(
  { digest, location }: PlacedSegment,
  reader: Segments,
): Promise<boolean> {
  try {
    await reader.read(location, digest);
    return true;
  } catch (error) {
    const problem = asDmError(error, 'reading segments');
    if (problem.code !== 'corrupt') throw problem;
    return false;
  }
}

/** Where the bytes of a segment are kept while its frame is made again. */
export function segmentFile(directory: string, digest: Buffer): string {
  return join(directory, `segment-${digest.toString('hex')}`);
}
