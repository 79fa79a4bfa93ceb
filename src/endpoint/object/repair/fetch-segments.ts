import { asDmError } from '../../../model/error.js';
import type { RepositoryRecord } from '../../../repository/repository-record.js';
import { decodeExtent, decodeExtentKey } from '../../../repository/segments-map.js';
import type { DatasetReader, Source } from '../../source.js';
import { RepositoryReader } from '../read/repository-reader.js';
import type { BadFrame } from './bad-frames.js';
import type { RepairModules } from './repair-types.js';
import { SegmentPieces } from './segment-pieces.js';

/**
 * Fetches the bad segments of frames from the same datasets elsewhere, the newest first, each into a file; one that files use in
 * pieces is put together from them. What came is checked. Returns the digests, in hex, of those that were found,
 * and how many of the datasets are there.
 */
export async function fetchSegments(
  frames: readonly BadFrame[],
  records: readonly RepositoryRecord[],
  options: { readonly directory: string; readonly from: Source },
  modules: RepairModules,
  signal: AbortSignal,
): Promise<{ readonly found: ReadonlySet<string>; readonly datasets: number }> {
  const wanted = new Set(
    frames.flatMap(({ bad }) => bad.map(({ digest }) => digest.toString('hex'))),
  );
  const found = new Set<string>();
  let datasets = 0;
  const pieces = new SegmentPieces(options, modules.repository);
  for (const record of [...records].sort((a, b) => b.committedAtMs - a.committedAtMs)) {
    if (wanted.size === 0) break;
    await using reader = await openSame(record, options.from, signal);
    if (reader === null) continue;
    datasets++;
    const maps = new RepositoryReader(modules, signal).maps(record.maps);
    for await (const batch of maps.segments.range({}, signal)) {
      for (const { key, value } of batch) {
        const extent = decodeExtent(value);
        if (extent.segment === null) continue;
        const digest = Buffer.from(extent.digest);
        const name = digest.toString('hex');
        const { start, length } = extent;
        if (!wanted.has(name) || !pieces.lacks(digest, start, start + Number(length))) continue;
        const bytes = await readThere(reader, { ...decodeExtentKey(key), length }, signal);
        if (bytes === null) continue;
        if (!(await pieces.add(digest, extent.segment.rawLength, start, bytes))) continue;
        wanted.delete(name);
        found.add(name);
      }
    }
  }
  return { found, datasets };
}

/** The dataset there; null when it has none with the same id and root digest, or one that nobody we trust has signed. */
async function openSame(
  { id, rootDigest }: RepositoryRecord,
  from: Source,
  signal: AbortSignal,
): Promise<DatasetReader | null> {
  try {
    const reader = await from.open({ id }, signal);
    if (reader.info.rootDigest === rootDigest) return reader;
    await reader[Symbol.asyncDispose]();
    return null;
  } catch (error) {
    const problem = asDmError(error, 'opening');
    if (problem.code === 'not_found' || problem.code === 'dataset_untrusted') return null;
    throw problem;
  }
}

/** Null when that range cannot be read there. */
async function readThere(
  reader: DatasetReader,
  place: { gfid: Parameters<DatasetReader['read']>[0]; offset: bigint; length: bigint },
  signal: AbortSignal,
): Promise<Buffer | null> {
  const chunks: Uint8Array[] = [];
  try {
    for await (const chunk of reader.read(place.gfid, place.offset, place.length, signal)) {
      chunks.push(Buffer.from(chunk));
    }
  } catch (error) {
    const problem = asDmError(error, 'reading');
    if (problem.transient || problem.code === 'cancelled') throw problem;
    return null;
  }
  const bytes = Buffer.concat(chunks);
  return bytes.length === Number(place.length) ? bytes : null;
}
