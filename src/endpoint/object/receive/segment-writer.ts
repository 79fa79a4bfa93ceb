import type { PageLocator } from '../../../catalog/page-store.js';
import { zstdFrame } from '../../../repository/frame-codec.js';
import type { RepositoryKeys } from '../../../repository/repository-keys.js';
import type { SegmentIndex } from '../../../repository/segment-index.js';
import type { SegmentLocation } from '../../../repository/segments-map.js';
import type { MaybePromise } from '../../../util/maybe-promise.js';
import type { DataPack } from './data-pack.js';
import { SegmentBuffers } from './segment-buffers.js';

/** Bytes that may be on their way to a pack: enough for every core to have something to compress. */
const IN_FLIGHT_BYTES = 2 * 1024 * 1024;
/** Segments up to this size share frames: they compress better together, and faster. */
const SMALL_BYTES = 128 * 1024;
/** A shared frame is full with this many bytes: reading one small file reads no more. */
const SHARED_FRAME_BYTES = 512 * 1024;

/** A segment that is stored. */
export interface StoredSegment {
  readonly digest: Uint8Array;
  readonly location: SegmentLocation;
}

/** A segment on its way into a frame. */
interface Member {
  readonly digest: Buffer;
  readonly length: number;
  resolve(stored: StoredSegment): void;
  reject(error: unknown): void;
}

/** What a frame is made of. */
interface Frame {
  readonly members: Member[];
  readonly raw: Uint8Array;
  /** What `raw` lies in: to be used again when the frame is stored. */
  readonly buffer: Buffer;
}

export interface SegmentWriterModules {
  readonly keys: RepositoryKeys;
  readonly index: SegmentIndex;
  /** Memory for a pack, as soon as there is some. */
  begin(): Promise<DataPack>;
  /** Takes a finished pack with its memory. */
  send(pack: DataPack): Promise<void>;
}

/** Stores segments that are not stored yet: compressed, sealed, packed. Each lane has its own packs. */
export class SegmentWriter {
  readonly #modules: SegmentWriterModules;
  readonly #buffers = new SegmentBuffers();
  readonly #pending = new Map<string, Promise<StoredSegment>>();
  /** Small segments that will share a frame. */
  #shared: Member[] = [];
  #sharedBuffer: Buffer | null = null;
  #sharedBytes = 0;
  readonly #storing = new Set<Promise<void>>();
  /** The pack that is being filled; frames go into packs one after the other. */
  #pack: DataPack | null = null;
  #packing: Promise<void> = Promise.resolve();
  #inFlight = 0;
  #wake: (() => void) | null = null;

  constructor(modules: SegmentWriterModules) {
    this.#modules = modules;
  }

  /** Memory to put a segment from; MAX_SEGMENT_BYTES bytes. */
  takeBuffer(): Buffer {
    return this.#buffers.take();
  }

  giveBuffer(buffer: Buffer): void {
    this.#buffers.give(buffer);
  }

  /**
   * Stores the first `length` bytes of a buffer that was taken here, and takes it back. At once when they are
   * stored already; a small segment may wait for others until `endFrame`.
   */
  put(buffer: Buffer, length: number): MaybePromise<StoredSegment> {
    const bytes = buffer.subarray(0, length);
    const digest = this.#modules.keys.digest(bytes);
    const name = digest.toString('latin1');
    const pending = this.#pending.get(name);
    const location = pending === undefined ? this.#modules.index.find(digest) : null;
    if (pending !== undefined || location !== null) this.#buffers.give(buffer);
    if (pending !== undefined) return pending;
    if (location !== null) return { digest, location };
    const storing = new Promise<StoredSegment>((resolve, reject) => {
      const member = { digest, length, resolve, reject };
      if (length <= SMALL_BYTES) this.#share(member, buffer);
      else this.#begin({ members: [member], raw: bytes, buffer });
    });
    // Whoever waits for the segment is told.
    storing.catch(() => undefined);
    this.#pending.set(name, storing);
    return storing;
  }

  /** Stores the small segments that wait for others. */
  endFrame(): void {
    const members = this.#shared;
    const buffer = this.#sharedBuffer;
    if (buffer === null) return;
    const raw = buffer.subarray(0, this.#sharedBytes);
    this.#shared = [];
    this.#sharedBuffer = null;
    this.#sharedBytes = 0;
    this.#begin({ members, raw, buffer });
  }

  /** Resolves when another segment may be put. */
  async room(): Promise<void> {
    while (this.#inFlight > IN_FLIGHT_BYTES) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  get isCrowded(): boolean {
    return this.#inFlight > IN_FLIGHT_BYTES;
  }

  /** Sends the last pack. Everything that was put is stored. */
  async finish(): Promise<void> {
    this.endFrame();
    await Promise.all(this.#storing);
    await this.#packing;
    if (this.#pack !== null) await this.#modules.send(this.#pack);
    this.#pack = null;
  }

  /** Resolves when nothing is on its way to a pack any more, whatever became of it; segments that wait for others are not. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#storing);
  }

  #share(member: Member, from: Buffer): void {
    if (this.#sharedBytes + member.length > SHARED_FRAME_BYTES) this.endFrame();
    this.#sharedBuffer ??= this.#buffers.take();
    from.copy(this.#sharedBuffer, this.#sharedBytes, 0, member.length);
    this.#buffers.give(from);
    this.#sharedBytes += member.length;
    this.#shared.push(member);
  }

  #begin(frame: Frame): void {
    const { members, raw, buffer } = frame;
    this.#inFlight += raw.length;
    const storing = this.#store(frame)
      .catch((error: unknown) => {
        for (const { reject } of members) reject(error);
      })
      .finally(() => {
        for (const { digest } of members) this.#pending.delete(digest.toString('latin1'));
        this.#buffers.give(buffer);
        this.#inFlight -= raw.length;
        this.#storing.delete(storing);
        this.#wake?.();
      });
    this.#storing.add(storing);
  }

  /** Stores the segments of one frame. */
  async #store({ members, raw }: Frame): Promise<void> {
    const parts = await zstdFrame(raw);
    const packing = this.#packing.then(async () => {
      this.#pack ??= await this.#modules.begin();
      const locator = this.#pack.append(parts);
      this.#tell(members, locator, raw.length);
      if (!this.#pack.isFull) return;
      const full = this.#pack;
      this.#pack = null;
      await this.#modules.send(full);
    });
    this.#packing = packing;
    await packing;
  }

  #tell(members: readonly Member[], locator: PageLocator, frameLength: number): void {
    let frameStart = 0;
    for (const { digest, length, resolve } of members) {
      const location = { ...locator, frameLength, frameStart, rawLength: length };
      this.#modules.index.add(digest, location);
      resolve({ digest, location });
      frameStart += length;
    }
  }
}
