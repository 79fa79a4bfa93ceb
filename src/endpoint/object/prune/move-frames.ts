import { join } from 'node:path';
import type { PageLocator } from '../../../catalog/page-store.js';
import type { SegmentLocation } from '../../../repository/segments-map.js';
import { asBuffer } from '../../../util/bytes.js';
import { PackRanges } from '../read/pack-ranges.js';
import { decodeFrameKey, encodeFrameKey, FRAME_KEY } from '../references/frame-set.js';
import type { CountedPack } from '../references/pack-census.js';
import { SortedTable } from '../references/sorted-table.js';
import { FramePacker } from './frame-packer.js';
import type { PruneModules } from './prune-types.js';

const RANGE_BYTES = 8 * 1024 * 1024;
const VALUE_BYTES = FRAME_KEY + 8;

/** Where frames of data packs lie now. */
export class MovedFrames implements Disposable {
  readonly #table: SortedTable;

  constructor(directory: string) {
    const path = join(directory, 'moved-frames');
    this.#table = new SortedTable({ path, keyBytes: FRAME_KEY, valueBytes: VALUE_BYTES });
  }

  /** Ascending by pack and offset of the former place. */
  add(from: PageLocator, to: PageLocator): void {
    const value = Buffer.alloc(VALUE_BYTES);
    encodeFrameKey(to).copy(value);
    value.writeBigUInt64BE(BigInt(to.length), FRAME_KEY);
    this.#table.add(encodeFrameKey(from), value);
  }

  /** The same segment where it lies now; null when it has not moved. */
  find(segment: SegmentLocation): SegmentLocation | null {
    const found = this.#table.find(encodeFrameKey(segment));
    if (found === null) return null;
    const { pack, offset } = decodeFrameKey(found.subarray(0, FRAME_KEY));
    return { ...segment, pack, offset, length: Number(found.readBigUInt64BE(FRAME_KEY)) };
  }

  [Symbol.dispose](): void {
    this.#table[Symbol.dispose]();
  }
}

/** Copies the frames of these packs, which ascend, into new packs. Returns the bytes of those. */
export async function moveFrames(
  packs: Iterable<CountedPack>,
  moved: MovedFrames,
  modules: PruneModules,
  signal: AbortSignal,
): Promise<number> {
  const { repository, store } = modules;
  const { layout, keys } = repository;
  const ranges = new PackRanges({ layout, cacheBytes: RANGE_BYTES }, { store }, signal);
  const packer = new FramePacker(modules, signal);
  for (const { frames } of packs) {
    for (const from of frames) {
      const { pack, offset, length } = from;
      const stored = await ranges.read('data', pack, offset, length);
      const frame = asBuffer(keys.open(stored, { kind: 'data', pack, offset }));
      moved.add(from, await packer.add({ codec: frame[0] ?? 0, payload: frame.subarray(1) }));
    }
  }
  await packer.finish();
  return packer.bytes;
}
