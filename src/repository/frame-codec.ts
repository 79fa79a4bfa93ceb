import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { DmError } from '../model/error.js';
import { asBuffer } from '../util/bytes.js';
import type { MaybePromise } from '../util/maybe-promise.js';
import { compressZstd, decompressZstd } from './zstd.js';

/** First byte of every frame: how the rest is to be read. */
export const FRAME_CODECS = { raw: 0, zstd: 1, deflate: 2 } as const;

/** Compression that saves less than one part in this many is not worth undoing. */
const LEAST_SAVING = 33;

/** The two parts of a frame. */
export interface FrameParts {
  readonly codec: number;
  readonly payload: Uint8Array;
}

/**
 * The frame of segments: zstd, or raw when that does not shrink by 3
 * %; then the payload is `raw` itself.
 */
export async function zstdFrame(raw: Uint8Array): Promise<FrameParts> {
  return smaller(raw, FRAME_CODECS.zstd, await compressZstd(raw));
}

/** The frame of a page, made at once: raw deflate, or raw when that does not shrink by 3 %. */
export function deflateFrame(raw: Uint8Array): Buffer {
  const { codec, payload } = smaller(raw, FRAME_CODECS.deflate, deflateRawSync(raw));
  return joinFrame({ codec, payload });
}

export function joinFrame({ codec, payload }: FrameParts): Buffer {
  const frame = Buffer.allocUnsafe(payload.length + 1);
  frame[0] = codec;
  frame.set(payload, 1);
  return frame;
}

function smaller(raw: Uint8Array, codec: number, packed: Uint8Array): FrameParts {
  const pays = packed.length <= raw.length - raw.length / LEAST_SAVING;
  return pays ? { codec, payload: packed } : { codec: FRAME_CODECS.raw, payload: raw };
}

/**
 * The `rawLength` bytes that a frame holds; at once unless it is zstd.
 * Throws `corrupt` when it does not.
 */
export function decodeFrame(frame: Uint8Array, rawLength: number): MaybePromise<Buffer> {
  const payload = asBuffer(frame).subarray(1);
  if (frame[0] === FRAME_CODECS.zstd) return decompressZstd(payload, rawLength);
  const raw = frame[0] === FRAME_CODECS.deflate ? inflate(payload, rawLength) : payload;
  if (frame[0] !== FRAME_CODECS.deflate && frame[0] !== FRAME_CODECS.raw) throw malformed();
  if (raw.length !== rawLength) throw malformed();
  return raw;
}

/** The bytes of a frame whose length is not known beforehand, at most `maxBytes`: a page. */
export function decodePageFrame(frame: Uint8Array, maxBytes: number): Buffer {
  const payload = asBuffer(frame).subarray(1);
  if (frame[0] === FRAME_CODECS.raw && payload.length <= maxBytes) return payload;
  if (frame[0] !== FRAME_CODECS.deflate) throw malformed();
  return inflate(payload, maxBytes);
}

function inflate(payload: Uint8Array, maxBytes: number): Buffer {
  try {
    return inflateRawSync(payload, { maxOutputLength: maxBytes });
  } catch (error) {
    throw malformed(error);
  }
}

function malformed(cause?: unknown): DmError {
  return new DmError(
    'corrupt',
    'a stored frame does not hold the bytes it should hold; restore its pack from another copy of the repository',
    cause === undefined ? {} : { cause },
  );
}
