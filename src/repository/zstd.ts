import { compress as compressBuffer, decompress as decompressBuffer } from '@mongodb-js/zstd';
import { DmError } from '../model/error.js';
import { asBuffer } from '../util/bytes.js';

/** What one block of a zstd frame holds at most. */
const BLOCK = 128 * 1024;
const MAGIC = 0xfd2fb528;
/**
 * Encoders end blocks early; beyond this many times the blocks that are needed a frame is a bomb.
 */
const SHORT_BLOCKS = 8;
/** Of a descriptor: a size of content of 4 bytes follows. */
const SIZE_OF_4 = 0x80;
const SIZE_BYTES = 4;

/**
 * One zstd frame, level 3. Runs in the thread pool of the process:
 * several at once keep several cores busy.
 */
export function compressZstd(bytes: Uint8Array): Promise<Buffer> {
  return compressBuffer(asBuffer(bytes));
}

/**
 * The `rawLength` bytes of a zstd frame. Throws `corrupt` for anything
 * else, before it takes much memory.
 */
export async function decompressZstd(frame: Uint8Array, rawLength: number): Promise<Buffer> {
  const said = contentSize(frame);
  if (said !== null && said !== rawLength) throw notZstd();
  const most = rawBound(asBuffer(frame));
  if (most === null || most > (rawLength + BLOCK) * SHORT_BLOCKS) throw notZstd();
  let raw: Buffer;
  try {
    raw = await decompressBuffer(told(asBuffer(frame), rawLength));
  } catch (error) {
    throw notZstd(error);
  }
  if (raw.length !== rawLength) throw notZstd();
  return raw;
}

/**
 * The bytes that a frame holds as its header says, or null when that does not say it, or is none.
 */
export function contentSize(bytes: Uint8Array): number | null {
  const frame = asBuffer(bytes);
  if (frame.length < 6 || frame.readUInt32LE(0) !== MAGIC) return null;
  const { single, dictionary, size } = fieldsOf(frame);
  const at = 5 + (single ? 0 : 1) + dictionary;
  if (size === 0 || at + size > frame.length) return null;
  if (size === 8) return Number(frame.readBigUInt64LE(at));
  return frame.readUIntLE(at, size) + (size === 2 ? 256 : 0);
}

/**
 * A copy of a frame of `compressZstd`, whose header says nothing of it,
 * with the content's size in its header.
 */
export function withContentSize(frame: Uint8Array, rawLength: number): Uint8Array<ArrayBuffer> {
  const former = asBuffer(frame);
  const { single, dictionary, size } = fieldsOf(former);
  if (contentSize(former) === rawLength) return new Uint8Array(former);
  if (single || dictionary + size > 0) throw new Error('a frame of another kind than zstd makes');
  const sized = new Uint8Array(former.length + SIZE_BYTES);
  sized.set(former.subarray(0, 6));
  sized[4] = (former[4] ?? 0) | SIZE_OF_4;
  new DataView(sized.buffer).setUint32(6, rawLength, true);
  sized.set(former.subarray(6), 6 + SIZE_BYTES);
  return sized;
}

/** The frame with its content's size in the header, if that can be: else a decoder takes memory for a whole window, 2 MiB. */
function told(frame: Buffer, rawLength: number): Buffer {
  const { single, dictionary, size } = fieldsOf(frame);
  return single || dictionary + size > 0 ? frame : asBuffer(withContentSize(frame, rawLength));
}

/**
 * The parts of a frame's header behind the window descriptor, which a
 * frame of a single segment has not.
 */
function fieldsOf(frame: Buffer): { single: boolean; dictionary: number; size: number } {
  const descriptor = frame[4] ?? 0;
  const single = (descriptor & 0x20) !== 0;
  return {
    single,
    dictionary: [0, 1, 2, 4][descriptor & 3] ?? 0,
    size: [single ? 1 : 0, 2, 4, 8][descriptor >>> 6] ?? 0,
  };
}

/** What the blocks of a frame can hold at most; null when it is not one whole frame. */
function rawBound(frame: Buffer): number | null {
  if (frame.length < 6 || frame.readUInt32LE(0) !== MAGIC) return null;
  const { single, dictionary, size } = fieldsOf(frame);
  const checksum = ((frame[4] ?? 0) & 4) !== 0 ? 4 : 0;
  let at = 5 + (single ? 0 : 1) + dictionary + size;
  let bound = 0;
  for (let last = false; !last; ) {
    if (at + 3 > frame.length) return null;
    const header = frame.readUIntLE(at, 3);
    last = (header & 1) === 1;
    const type = (header >>> 1) & 3;
    const length = header >>> 3;
    if (type === 3) return null;
    bound += type === 2 ? BLOCK : length;
    at += 3 + (type === 1 ? 1 : length);
  }
  return at + checksum === frame.length ? bound : null;
}

function notZstd(cause?: unknown): DmError {
  const options = cause === undefined ? {} : { cause };
  return new DmError(
    'corrupt',
    'a compressed frame does not hold the bytes it should hold; restore its pack from another copy of the repository',
    options,
  );
}
