import { compressZstd, withContentSize } from '../../repository/zstd.js';
import { freeMemory } from '../../worker/free-memory.js';
import type { ChangeBatch } from '../change-stream.js';
import type { CompressionSwitch } from './compression-switch.js';

/** Less is not worth a frame. */
const LEAST_BYTES = 1_024;
/**
 * Looked at before the whole: a run of the compressor over bytes that do
 * not shrink costs 1.5 ms for each MiB.
 */
const SAMPLES = 8;
const SAMPLE_BYTES = 4_096;
/** A sample or a batch must lose one part in this many. */
const LEAST_SAVING = 20;

/**
 * The batch with its payload as a zstd frame; the batch itself when its stream is not
 * compressed now, or would not get smaller by a twentieth. Works beside the calling
 * thread, and is not for the main one: it copies.
 */
export async function compressBatch(
  batch: ChangeBatch,
  compression: CompressionSwitch | null,
): Promise<ChangeBatch> {
  const { payload } = batch;
  const { length } = payload;
  if (compression === null || !compression.isOn || length < LEAST_BYTES) return batch;
  const sample = sampleOf(payload);
  if (sample !== null && !saves(sample, await compressZstd(sample))) return batch;
  const start = performance.now();
  const frame = await compressZstd(payload);
  compression.count(length, performance.now() - start);
  if (!saves(payload, frame)) return batch;
  const compressed = withContentSize(frame, length);
  freeMemory(payload);
  return { ...batch, payload: compressed, rawBytes: length };
}

/** Pieces from all over; null when the whole is as quick. */
function sampleOf(payload: Uint8Array): Uint8Array | null {
  if (payload.length < 4 * SAMPLES * SAMPLE_BYTES) return null;
  const sample = new Uint8Array(SAMPLES * SAMPLE_BYTES);
  const step = Math.floor(payload.length / SAMPLES);
  for (let index = 0; index < SAMPLES; index++) {
    const piece = payload.subarray(index * step, index * step + SAMPLE_BYTES);
    sample.set(piece, index * SAMPLE_BYTES);
  }
  return sample;
}

function saves(raw: Uint8Array, compressed: Uint8Array): boolean {
  return compressed.length <= raw.length - raw.length / LEAST_SAVING;
}
