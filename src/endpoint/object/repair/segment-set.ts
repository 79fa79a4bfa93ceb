import { ExternalSorter } from '../../../catalog/external-sorter.js';
import {
  INDEX_ENTRY,
  readIndexLocation,
  writeIndexEntry,
} from '../../../repository/index-run-format.js';
import type { SegmentLocation } from '../../../repository/segments-map.js';
import { encodeFrameKey } from '../references/frame-set.js';

const SORT_BYTES = 8 * 1024 * 1024;

export interface PlacedSegment {
  readonly digest: Buffer;
  readonly location: SegmentLocation;
}

/** Segments, each once, by where they lie: in sorted files, not in memory. Always dispose it. */
export class SegmentSet implements Disposable {
  readonly #sorter: ExternalSorter;
  readonly #entry = Buffer.alloc(INDEX_ENTRY);

  /** `directory` is there. */
  constructor(options: { directory: string }) {
    this.#sorter = new ExternalSorter({ directory: options.directory, memoryBytes: SORT_BYTES });
  }

  add(digest: Uint8Array, location: SegmentLocation): void {
    writeIndexEntry(this.#entry, 0, digest, location);
    const start = Buffer.alloc(4);
    start.writeUInt32BE(location.frameStart);
    this.#sorter.add(Buffer.concat([encodeFrameKey(location), start, digest]), this.#entry);
  }

  /** Ascending by pack, frame and place in the frame. Once. */
  async *sorted(signal: AbortSignal): AsyncGenerator<PlacedSegment, void> {
    for await (const batch of this.#sorter.sorted(signal)) {
      for (const { value } of batch) {
        if (value === null) continue;
        const entry = Buffer.from(value);
        yield { digest: entry.subarray(0, 32), location: readIndexLocation(entry, 0) };
      }
    }
  }

  [Symbol.dispose](): void {
    this.#sorter[Symbol.dispose]();
  }
}
