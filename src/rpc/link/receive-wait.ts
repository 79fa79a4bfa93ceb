import { type IdleClock, THREAD_CLOCK } from './idle-clock.js';

/**
 * How long a receiver has waited for the messages of a stream while
 * its thread had nothing else to do.
 */
export class ReceiveWait {
  readonly #clock: IdleClock;
  readonly #idleShare: () => number;
  #waitedMs = 0;
  #idleMs = 0;
  #readAtMs: number;

  constructor(clock = THREAD_CLOCK) {
    this.#clock = clock;
    this.#idleShare = clock.idleShares();
    this.#readAtMs = clock.now();
  }

  /** The messages as they come. */
  async *timed<T>(messages: AsyncIterator<T>): AsyncGenerator<T, void> {
    try {
      for (;;) {
        const from = this.#clock.now();
        const next = await messages.next();
        this.#waitedMs += this.#clock.now() - from;
        if (next.done === true) return;
        yield next.value;
      }
    } finally {
      await messages.return?.();
    }
  }

  /** Milliseconds since this was last read, or made. */
  get unreadMs(): number {
    return this.#clock.now() - this.#readAtMs;
  }

  /** Whole milliseconds since the stream began. */
  read(): number {
    this.#idleMs += this.#waitedMs * this.#idleShare();
    this.#waitedMs = 0;
    this.#readAtMs = this.#clock.now();
    return Math.floor(this.#idleMs);
  }
}
