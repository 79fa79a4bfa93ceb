/** How much may go at once when nobody has asked for long: timers are not finer. */
const BURST_MS = 20;
/** How much may go at once to those who have asked all the time and were served late: little beside a window of 10 s. */
const LATE_MS = 250;

interface Waiting {
  readonly bytes: number;
  readonly go: () => void;
}

/**
 * Lets bytes through at a rate, for everybody who shares it, first come first served. What went too early because a
 * piece is not divided is waited for afterwards, and what a busy machine let nobody take in time may go then, so that the
 * rate holds over any longer time.
 */
export class TokenBucket {
  readonly #now: () => number;
  #rate: number;
  /** Bytes that may go; below 0 they went ahead of time. */
  #level = 0;
  #filledAt: number;
  readonly #queue: Waiting[] = [];
  #timer: NodeJS.Timeout | null = null;

  /** `rate` in bytes a second; `now` in milliseconds, monotonic. */
  constructor(options: { rate: number }, modules: { now: () => number }) {
    this.#rate = options.rate;
    this.#now = modules.now;
    this.#filledAt = modules.now();
  }

  get rate(): number {
    return this.#rate;
  }

  /** Calls `go` when `bytes` may pass, at once if they may now. */
  take(bytes: number, go: () => void): void {
    this.#queue.push({ bytes, go });
    if (this.#timer === null) this.#serve();
  }

  /** From now on; what waits is served at the new rate. */
  setRate(rate: number): void {
    this.#fill();
    this.#rate = rate;
    // A debt of the old rate could take for ever at the new one.
    this.#level = Math.max(this.#level, -rate);
    this.#serve();
  }

  /** Lets go of everything that waits. */
  release(): void {
    this.#stopTimer();
    for (const { go } of this.#queue.splice(0)) go();
  }

  #serve(): void {
    this.#fill();
    this.#stopTimer();
    for (let first = this.#queue[0]; first !== undefined; first = this.#queue[0]) {
      if (this.#level < 0) {
        const ms = Math.max(1, Math.ceil((-this.#level / this.#rate) * 1000));
        this.#timer = setTimeout(() => this.#serve(), ms);
        return;
      }
      this.#queue.shift();
      this.#level -= first.bytes;
      first.go();
    }
  }

  #fill(): void {
    const now = this.#now();
    const passedMs = now - this.#filledAt;
    const share = (ms: number) => (this.#rate * ms) / 1000;
    // A busy machine does not come to its timers and sockets in time, and what they ask for then is not too much.
    const isInUse = this.#timer !== null || passedMs < LATE_MS;
    const most = share(isInUse ? LATE_MS : BURST_MS);
    this.#level = Math.min(most, this.#level + share(passedMs));
    this.#filledAt = now;
  }

  #stopTimer(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }
}
