import type { Gfid } from '../../../model/ids.js';
import {
  encodeExtent,
  encodeExtentKey,
  MAX_SEGMENT_BYTES,
} from '../../../repository/segments-map.js';
import type { MaybePromise } from '../../../util/maybe-promise.js';
import type { LaneEvent } from '../../receive/lane-log.js';
import type { FileSink } from './file-sink.js';

const CHUNK = BigInt(MAX_SEGMENT_BYTES);

/** Part of a plain object: zeros, then bytes. */
export interface PlainChunk {
  readonly gfid: Gfid;
  readonly first: boolean;
  readonly last: boolean;
  readonly zeros: bigint;
  readonly bytes: Buffer | null;
}

/** Takes parts in order. */
export interface ChunkSender {
  send(chunk: PlainChunk): void;
  /** Gives up the object whose parts came. */
  drop(): void;
}

/**
 * Sends the bytes of one file to its plain object, holes as zeros. The last chunk goes when the file is whole and checked:
 * nothing is under its key before.
 */
export class PlainFile implements FileSink {
  /** Half an object is none. */
  readonly pending = 1;
  readonly #gfid: Gfid;
  readonly #size: bigint;
  readonly #sender: ChunkSender;
  /** What is sent when more comes, or the file ends. */
  #chunk: { readonly bytes: Buffer; length: number } | null = null;
  #zeros = 0n;
  #begun = false;

  constructor(options: { gfid: Gfid; size: bigint }, modules: { sender: ChunkSender }) {
    this.#gfid = options.gfid;
    this.#size = options.size;
    this.#sender = modules.sender;
  }

  add(offset: bigint, bytes: Uint8Array): MaybePromise<LaneEvent>[] {
    const extents: { key: Buffer; value: Buffer }[] = [];
    for (let rest = bytes, at = offset; rest.length > 0; ) {
      const chunk = this.#room(at);
      const part = rest.subarray(0, chunk.bytes.length - chunk.length);
      chunk.bytes.set(part, chunk.length);
      chunk.length += part.length;
      const length = BigInt(part.length);
      const value = encodeExtent({ length, segment: null, isPlain: true });
      extents.push({ key: encodeExtentKey(this.#gfid, at), value });
      at += length;
      rest = rest.subarray(part.length);
    }
    return extents.length === 0 ? [] : [{ kind: 'extents', gfid: this.#gfid, extents }];
  }

  hole(offset: bigint, length: bigint): MaybePromise<LaneEvent>[] {
    this.#send(false);
    this.#zeros += length;
    const key = encodeExtentKey(this.#gfid, offset);
    const value = encodeExtent({ length, segment: null });
    return [{ kind: 'extents', gfid: this.#gfid, extents: [{ key, value }] }];
  }

  flush(): MaybePromise<LaneEvent>[] {
    return [];
  }

  end(): MaybePromise<LaneEvent>[] {
    this.#send(true);
    return [];
  }

  drop(): void {
    this.#chunk = null;
    if (this.#begun) this.#sender.drop();
  }

  /** A chunk with room for the byte at `offset`. */
  #room(offset: bigint): { readonly bytes: Buffer; length: number } {
    if (this.#chunk !== null && this.#chunk.length < this.#chunk.bytes.length) return this.#chunk;
    this.#send(false);
    const left = this.#size - offset;
    const length = Number(left < CHUNK ? left : CHUNK);
    this.#chunk = { bytes: Buffer.allocUnsafeSlow(length), length: 0 };
    return this.#chunk;
  }

  /** Sends what there is: the zeros of a hole lie before the bytes of a chunk. */
  #send(last: boolean): void {
    const chunk = this.#chunk;
    if (chunk === null && !last) return;
    const bytes = chunk === null ? null : chunk.bytes.subarray(0, chunk.length);
    const first = !this.#begun;
    this.#sender.send({ gfid: this.#gfid, first, last, zeros: this.#zeros, bytes });
    this.#chunk = null;
    this.#zeros = 0n;
    this.#begun = true;
  }
}
