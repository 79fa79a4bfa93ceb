const ON = 0;
const BYTES = 1;
const MICROSECONDS = 2;
const WORDS = 3;

/** What the compressor did since its stream began. */
export interface CompressorTotals {
  /** Bytes that went in. */
  readonly bytes: number;
  readonly ms: number;
}

/**
 * Whether the payloads of one stream are compressed: in memory that the threads
 * which fill them share, looked at for each.
 */
export class CompressionSwitch {
  readonly memory: SharedArrayBuffer;
  readonly #words: BigInt64Array;

  /** Off; or, in another thread, the one whose `memory` was handed over. */
  constructor(memory = new SharedArrayBuffer(WORDS * 8)) {
    this.memory = memory;
    this.#words = new BigInt64Array(memory);
  }

  get isOn(): boolean {
    return Atomics.load(this.#words, ON) === 1n;
  }

  turn(on: boolean): void {
    Atomics.store(this.#words, ON, on ? 1n : 0n);
  }

  /** Notes what one run of the compressor took. */
  count(bytes: number, ms: number): void {
    Atomics.add(this.#words, BYTES, BigInt(bytes));
    Atomics.add(this.#words, MICROSECONDS, BigInt(Math.round(ms * 1_000)));
  }

  get totals(): CompressorTotals {
    return {
      bytes: Number(Atomics.load(this.#words, BYTES)),
      ms: Number(Atomics.load(this.#words, MICROSECONDS)) / 1_000,
    };
  }
}
