import { DmError } from '../../../model/error.js';
import { decodeFrame } from '../../../repository/frame-codec.js';
import type { RepositoryKeys } from '../../../repository/repository-keys.js';
import type { SegmentLocation } from '../../../repository/segments-map.js';
import { asBuffer, equalBytes } from '../../../util/bytes.js';
import { Lru } from '../../../util/lru.js';
import type { PackRanges } from './pack-ranges.js';

interface Frame {
  readonly bytes: Buffer;
  /**
   * Segments of it that have the digest they should have: of a file that was changed in many
   * places each piece names the whole segment, which is hashed once.
   */
  readonly checked: Set<string>;
}

/** The segments of a repository, checked; the frames that were used last are kept, for many hold several segments. */
export class Segments {
  readonly #ranges: PackRanges;
  readonly #keys: RepositoryKeys;
  readonly #kept: Lru<string, Frame>;
  #bytesRead = 0;
  readonly #reading = new Map<string, Promise<Frame>>();

  constructor(
    options: { cacheBytes: number },
    modules: { ranges: PackRanges; keys: RepositoryKeys },
  ) {
    this.#ranges = modules.ranges;
    this.#keys = modules.keys;
    this.#kept = new Lru(options.cacheBytes, ({ bytes }) => bytes.length);
  }

  /** Bytes of frames that were loaded since it was asked last. */
  takeBytesRead(): number {
    const bytes = this.#bytesRead;
    this.#bytesRead = 0;
    return bytes;
  }

  /** Counts bytes that were read for the same files from elsewhere. */
  addBytesRead(bytes: number): void {
    this.#bytesRead += bytes;
  }

  /** The whole segment; not to be changed. `corrupt` when it is not what `digest` says. */
  async read(segment: SegmentLocation, digest: Uint8Array): Promise<Buffer> {
    const { pack, offset, frameStart, rawLength } = segment;
    const name = `${pack} ${offset}`;
    const frame = this.#kept.get(name) ?? (await this.#frame(name, segment));
    const bytes = frame.bytes.subarray(frameStart, frameStart + rawLength);
    const wanted = `${frameStart} ${rawLength} ${asBuffer(digest).toString('latin1')}`;
    if (frame.checked.has(wanted)) return bytes;
    if (equalBytes(this.#keys.digest(bytes), digest)) {
      frame.checked.add(wanted);
      return bytes;
    }
    throw new DmError(
      'corrupt',
      `the segment at ${frameStart} of the frame at ${offset} of data pack ${pack} is not what was stored; see \`dm object repair\``,
    );
  }

  async #frame(name: string, segment: SegmentLocation): Promise<Frame> {
    const begun = this.#reading.get(name);
    if (begun !== undefined) return begun;
    const reading = this.#load(segment).finally(() => this.#reading.delete(name));
    this.#reading.set(name, reading);
    const frame = await reading;
    this.#kept.set(name, frame);
    return frame;
  }

  async #load({ pack, offset, length, frameLength }: SegmentLocation): Promise<Frame> {
    const stored = await this.#ranges.read('data', pack, offset, length);
    this.#bytesRead += length;
    const frame = this.#keys.open(stored, { kind: 'data', pack, offset });
    return { bytes: await decodeFrame(frame, frameLength), checked: new Set() };
  }
}
