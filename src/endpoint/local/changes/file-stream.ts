import { blake3 } from '@napi-rs/blake-hash';
import type { MapReader } from '../../../catalog/map-reader.js';
import { decodeContentValue, encodeContentKey } from '../../../catalog/maps/content.js';
import { DmError } from '../../../model/error.js';
import type { Gfid } from '../../../model/ids.js';
import { equalBytes } from '../../../util/bytes.js';
import { type FileRecord, LEAF_BYTES } from '../../change-payload.js';
import type { ChangedRange, FileRecords, SentLeaf } from '../../changes/file-records.js';
import { comparableMaps, type Range } from './candidates.js';
import type { DigestSpill } from './digest-spill.js';
import { type KnownContent, knownCandidates } from './known-candidates.js';
import type { ChangedLeaf, DiffChunk, RangeDiff } from './range-diff.js';
import { STRETCH_BYTES } from './stretches.js';
import type { VersionFile } from './version-file.js';

const ZEROS = Buffer.alloc(LEAF_BYTES);

/** The content that a file is told against. */
export interface FormerContent {
  readonly gfid: Gfid;
  readonly size: number;
  /** Null when its bytes are not kept here: whole leaves are told apart by their digests. */
  readonly file: VersionFile | null;
  /** Content map of the base. */
  readonly leaves: MapReader;
}

export interface FileStreamModules {
  readonly records: FileRecords;
  readonly diff: RangeDiff;
  /** Content map of the dataset that is sent. */
  readonly known: MapReader;
  /** Takes the digests that had to be made; null when nobody wants them. */
  readonly spill: DigestSpill | null;
}

/** Reads one file after the other, compares it with its basis, and writes what has changed. */
export class FileStream {
  readonly #modules: FileStreamModules;
  /** Where the digests of the current file begin in the spill. */
  #spillMark = 0;

  constructor(modules: FileStreamModules) {
    this.#modules = modules;
  }

  /** To be called before anything of a file is done that may fail. */
  begin(): void {
    const { records, spill } = this.#modules;
    records.begin();
    this.#spillMark = spill?.mark() ?? 0;
  }

  /**
   * Sends a file from `from` on. `confirm` runs behind the last read and fails when the bytes were
   * not stable. When this fails, what the current batch has of the file is to be dropped by `fail`.
   */
  async send(
    record: Omit<FileRecord, 'continued'>,
    file: VersionFile,
    former: FormerContent | null,
    from: number,
    confirm: () => Promise<void>,
    signal: AbortSignal,
  ): Promise<void> {
    const { records, diff } = this.#modules;
    records.open(record, from);
    const digests = former?.file === null ? former : null;
    const basis = former?.file ?? null;
    const send = async (candidates?: readonly Range[]): Promise<void> => {
      for (const chunk of diff.chunks(file, basis, from, candidates)) {
        signal.throwIfAborted();
        const leaves: SentLeaf[] = [];
        for (const leaf of chunk.leaves) {
          const sent = await this.#checked(record.gfid, leaf, chunk, file.size);
          const isSame = digests !== null && (await isAsBefore(sent, file.size, digests));
          if (!isSame) leaves.push(sent);
        }
        await records.write(record, chunk, leaves);
      }
    };
    const known = former && this.#knownBoth(record.gfid, file, former);
    if (known === null) await send();
    else for await (const ranges of knownCandidates(...known, from, signal)) await send(ranges);
    await confirm();
    await records.end(record);
  }

  /** Both contents, when their digests may spare reading them; null where extent maps tell, or it is not worth it. */
  #knownBoth(
    gfid: Gfid,
    file: VersionFile,
    { file: basis, ...former }: FormerContent,
  ): readonly [KnownContent, KnownContent] | null {
    if (basis === null || file.size <= STRETCH_BYTES || comparableMaps(file, basis)) return null;
    return [
      { file, gfid, leaves: this.#modules.known },
      { ...former, file: basis },
    ];
  }

  /** Ends a file with a failure record in place of what the current batch has of it. */
  async fail(gfid: Gfid, error: DmError): Promise<void> {
    this.#modules.spill?.rewind(this.#spillMark);
    await this.#modules.records.fail(gfid, error);
  }

  async #checked(gfid: Gfid, leaf: ChangedLeaf, chunk: DiffChunk, size: number): Promise<SentLeaf> {
    const start = leaf.number * LEAF_BYTES;
    const end = Math.min(start + LEAF_BYTES, size);
    const bytes = leaf.hole
      ? ZEROS.subarray(0, end - start)
      : chunk.bytes.subarray(start - chunk.start, end - chunk.start);
    const found = this.#modules.known.get(encodeContentKey(gfid, leaf.number));
    const value = found instanceof Promise ? await found : found;
    if (value === null) {
      const digest = leaf.hole ? null : blake3(bytes);
      this.#modules.spill?.add(gfid, leaf.number, digest);
      return { number: leaf.number, digest, ranges: leaf.ranges };
    }
    const known = decodeContentValue(value);
    const expected = known === null ? ZEROS.subarray(0, bytes.length) : known;
    if ((known === null ? bytes : blake3(bytes)).compare(expected) !== 0) {
      throw new DmError(
        'corrupt',
        `bytes ${start} to ${end} are not what was captured; restore the file or capture it again`,
      );
    }
    // The file system may tell zeros that it keeps as data where there was a hole before.
    const ranges = known === null ? leaf.ranges.map(asHole) : leaf.ranges;
    return { number: leaf.number, digest: known, ranges };
  }
}

async function isAsBefore(leaf: SentLeaf, size: number, basis: FormerContent): Promise<boolean> {
  const end = (leaf.number + 1) * LEAF_BYTES;
  if (Math.min(end, size) !== Math.min(end, basis.size)) return false;
  const found = basis.leaves.get(encodeContentKey(basis.gfid, leaf.number));
  const value = found instanceof Promise ? await found : found;
  if (value === null) return false;
  const known = decodeContentValue(value);
  if (known === null || leaf.digest === null) return known === leaf.digest;
  return equalBytes(known, leaf.digest);
}

function asHole({ start, end }: ChangedRange): ChangedRange {
  return { start, end, data: false };
}
