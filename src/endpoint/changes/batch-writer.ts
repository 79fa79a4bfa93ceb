import { BATCH_BYTES, LEAF_BYTES } from '../change-payload.js';
import type { ChangeBatch, ChangePhase } from '../change-stream.js';
import { PayloadWriter } from '../payload-writer.js';

/** Fills the batches of one lane and hands each over when it is full. */
export class BatchWriter {
  readonly payload = new PayloadWriter();
  readonly #phase: ChangePhase;
  readonly #lane: number;
  readonly #emit: (batch: ChangeBatch) => Promise<void>;
  #files = 0;
  #bytes = 0;
  #changedBytes = 0;
  #readBytes = 0;

  constructor(phase: ChangePhase, lane: number, emit: (batch: ChangeBatch) => Promise<void>) {
    this.#phase = phase;
    this.#lane = lane;
    this.#emit = emit;
  }

  /** Whole leaves of data that still fit, 1 at least while the batch is not full. */
  get roomInLeaves(): number {
    return Math.ceil((BATCH_BYTES - this.payload.length) / LEAF_BYTES);
  }

  count(files: number, bytes: number): void {
    this.#files += files;
    this.#bytes += bytes;
  }

  countChanged(bytes: number): void {
    this.#changedBytes += bytes;
  }

  countRead(bytes: number): void {
    this.#readBytes += bytes;
  }

  /** Sends what there is, if anything; the lane goes on at `token`. */
  async flush(token: Uint8Array): Promise<void> {
    if (this.payload.length === 0) return;
    const batch: ChangeBatch = {
      phase: this.#phase,
      lane: this.#lane,
      token,
      payload: this.payload.take(),
      files: this.#files,
      bytes: this.#bytes,
      changedBytes: this.#changedBytes,
      readBytes: this.#readBytes,
    };
    this.#files = 0;
    this.#bytes = 0;
    this.#changedBytes = 0;
    this.#readBytes = 0;
    await this.#emit(batch);
  }
}
