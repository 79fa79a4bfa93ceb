import { FLAG, FRAME, FRAME_HEAD_BYTES } from '../../security/raw-http2.js';

const NONE: Buffer = Buffer.alloc(0);

/**
 * Looks in what a server sends for the answer to one ping, or for the end: it says so, or hangs up.
 */
export class FrameReader {
  #rest: Buffer = NONE;
  #mark = NONE;
  #isEnded = false;
  #tell: ((answer: 'answered' | 'ended') => void) | null = null;

  /** Resolves when a ping with these eight bytes is answered or the connection has ended. */
  markOrEnd(mark: Buffer): Promise<'answered' | 'ended'> {
    if (this.#isEnded) return Promise.resolve('ended');
    this.#mark = mark;
    return new Promise((resolve) => {
      this.#tell = resolve;
    });
  }

  take(bytes: Buffer): void {
    const all = this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes]);
    let at = 0;
    while (at + FRAME_HEAD_BYTES <= all.length) {
      const end = at + FRAME_HEAD_BYTES + all.readUIntBE(at, 3);
      if (end > all.length) break;
      const isAnswer = all[at + 3] === FRAME.ping && ((all[at + 4] ?? 0) & FLAG.ack) !== 0;
      if (isAnswer && all.subarray(at + FRAME_HEAD_BYTES, end).equals(this.#mark)) {
        this.#tell?.('answered');
      }
      if (all[at + 3] === FRAME.goAway) this.end();
      at = end;
    }
    this.#rest = all.subarray(at);
  }

  end(): void {
    this.#isEnded = true;
    this.#tell?.('ended');
  }
}
