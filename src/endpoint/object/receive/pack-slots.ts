import { OBJECT_PACK_BYTES } from '../../../repository/object-pack-format.js';
import { MAX_SEGMENT_BYTES } from '../../../repository/segments-map.js';

/** A pack is full at its size; the frame that fills it may lie beyond. */
const SLOT_BYTES = OBJECT_PACK_BYTES.data + MAX_SEGMENT_BYTES + 4096;
const HEADER_BYTES = 4096;
const FREE = 0;
const TAKEN = 1;
/** A waiter looks again after this long: another may have been quicker. */
const LOOK_AGAIN_MS = 1000;

/** Of the standard since 2024, and of Node since 16; TypeScript's library for our target lacks it. */
const { waitAsync } = Atomics as unknown as {
  waitAsync(
    numbers: Int32Array,
    index: number,
    value: number,
    timeoutMs: number,
  ): { readonly value: Promise<string> | string };
};

/** Memory for packs of one backup, in slots that its threads share: it bounds what packs take, and is never copied. */
export class PackSlots {
  readonly memory: SharedArrayBuffer;
  readonly #states: Int32Array;
  readonly #count: number;

  /** `memory` is that of the same slots in another thread. */
  constructor(memory: SharedArrayBuffer) {
    this.memory = memory;
    this.#count = Math.floor((memory.byteLength - HEADER_BYTES) / SLOT_BYTES);
    this.#states = new Int32Array(memory, 0, this.#count + 1);
  }

  static make(count: number): PackSlots {
    return new PackSlots(new SharedArrayBuffer(HEADER_BYTES + count * SLOT_BYTES));
  }

  /** The bytes of a slot. */
  bytes(slot: number): Uint8Array<SharedArrayBuffer> {
    return new Uint8Array(this.memory, HEADER_BYTES + slot * SLOT_BYTES, SLOT_BYTES);
  }

  /** Takes a slot, as soon as one is free. */
  async take(signal: AbortSignal): Promise<number> {
    for (;;) {
      signal.throwIfAborted();
      const freed = Atomics.load(this.#states, this.#count);
      for (let slot = 0; slot < this.#count; slot++) {
        if (Atomics.compareExchange(this.#states, slot, FREE, TAKEN) === FREE) return slot;
      }
      await changed(this.#states, this.#count, freed);
    }
  }

  free(slot: number): void {
    Atomics.store(this.#states, slot, FREE);
    Atomics.add(this.#states, this.#count, 1);
    Atomics.notify(this.#states, this.#count);
  }
}

/** Resolves when the number at `index` is another than `value`, or after a while. */
async function changed(numbers: Int32Array, index: number, value: number): Promise<void> {
  await waitAsync(numbers, index, value, LOOK_AGAIN_MS).value;
}
