import { DmError } from '../../model/error.js';
import { contentSize, decompressZstd } from '../../repository/zstd.js';
import { freeMemory } from '../../worker/free-memory.js';
import { MAX_PAYLOAD_BYTES } from '../change-payload.js';
import type { ChangeBatch } from '../change-stream.js';
import { malformed } from '../receive/malformed-stream.js';

export type StreamPayload = Pick<ChangeBatch, 'payload' | 'rawBytes'>;

/**
 * The records of a batch from an untrusted peer, in memory of their own; a compressed
 * payload is gone afterwards. What is not one whole zstd frame of as many bytes as the
 * batch and the frame itself say, at most MAX_PAYLOAD_BYTES, is `protocol_error`, and no
 * more memory than that is taken to find out.
 */
export async function rawPayload({ payload, rawBytes }: StreamPayload): Promise<Uint8Array> {
  if (rawBytes === undefined) return payload;
  if (rawBytes > MAX_PAYLOAD_BYTES) throw malformed('a compressed payload is too large');
  // The library takes as much memory as the frame says, and refuses a
  // frame that holds more than it says.
  if (contentSize(payload) !== rawBytes) {
    throw malformed('a compressed payload does not say the size it has');
  }
  let raw: Buffer;
  try {
    raw = await decompressZstd(payload, rawBytes);
  } catch (error) {
    if (!(error instanceof DmError)) throw error;
    throw malformed('a compressed payload does not hold the bytes it says');
  }
  freeMemory(payload);
  // What the library made cannot be freed before the garbage collector looks.
  return new Uint8Array(raw);
}

export async function* rawPayloads(
  batches: AsyncIterable<StreamPayload>,
): AsyncGenerator<Uint8Array, void> {
  for await (const batch of batches) yield await rawPayload(batch);
}
