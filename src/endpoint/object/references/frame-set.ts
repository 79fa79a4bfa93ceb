import { ExternalSorter } from '../../../catalog/external-sorter.js';
import { type PageLocator, parsePackId } from '../../../catalog/page-store.js';
import { asBuffer } from '../../../util/bytes.js';

export const FRAME_KEY = 24;
const LENGTH_BYTES = 8;

/** Sorts by pack and place: pack (16), offset u64. */
export function encodeFrameKey({ pack, offset }: Omit<PageLocator, 'length'>): Buffer {
  const key = Buffer.allocUnsafe(FRAME_KEY);
  key.write(pack, 0, 'hex');
  key.writeBigUInt64BE(BigInt(offset), 16);
  return key;
}

export function decodeFrameKey(bytes: Uint8Array): Omit<PageLocator, 'length'> {
  const key = asBuffer(bytes);
  const pack = parsePackId(key.toString('hex', 0, 16));
  return { pack, offset: Number(key.readBigUInt64BE(16)) };
}

/** Stored frames, each once, in any number: kept in sorted files, not in memory. Always dispose it. */
export class FrameSet implements Disposable {
  readonly #sorter: ExternalSorter;
  readonly #length = Buffer.alloc(LENGTH_BYTES);

  /** `directory` is there. */
  constructor(options: { directory: string; memoryBytes: number }) {
    this.#sorter = new ExternalSorter(options);
  }

  add(frame: PageLocator): void {
    this.#length.writeBigUInt64BE(BigInt(frame.length));
    this.#sorter.add(encodeFrameKey(frame), this.#length);
  }

  /** By pack and offset, ascending. Once, and nothing is added any more. */
  async *sorted(signal: AbortSignal): AsyncGenerator<PageLocator, void> {
    for await (const batch of this.#sorter.sorted(signal)) {
      for (const { key, value } of batch) {
        if (value === null) continue;
        yield { ...decodeFrameKey(key), length: Number(asBuffer(value).readBigUInt64BE()) };
      }
    }
  }

  [Symbol.dispose](): void {
    this.#sorter[Symbol.dispose]();
  }
}
