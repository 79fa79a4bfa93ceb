import type { ServerHttp2Session, ServerHttp2Stream } from 'node:http2';
import { DmError } from '../model/error.js';

/**
 * Of messages that have begun and not ended, of one peer on all its connections: twice what all the lanes it may have
 * need for batches. The collector may take minutes to free them in an agent that has nothing else to do.
 */
const MAX_HELD_BYTES = 40 * 1_048_576;
/** What the memory of a piece costs beside its bytes: a peer may send them one at a time. */
const PIECE_BYTES = 256;
const HEAD_BYTES = 5;

/**
 * Counts what is held for unfinished messages: grpc-js limits each, but not how many
 * there are, nor into how many pieces they come.
 */
export class MessageMeter {
  readonly #held = new Map<string, number>();
  readonly #onRefused: (session: ServerHttp2Session, error: DmError) => void;

  constructor(onRefused: (session: ServerHttp2Session, error: DmError) => void) {
    this.#onRefused = onRefused;
  }

  /**
   * Watches a stream before anything of it was read. Its session is
   * ended when its peer holds too much.
   */
  watch(stream: ServerHttp2Stream, session: ServerHttp2Session, peer: string): void {
    const message = new UnfinishedMessage();
    let counted = 0;
    const count = (held: number): void => {
      const all = (this.#held.get(peer) ?? 0) + held - counted;
      counted = held;
      if (all > 0) this.#held.set(peer, all);
      else this.#held.delete(peer);
      if (all > MAX_HELD_BYTES && !session.destroyed) this.#onRefused(session, tooMuch());
    };
    stream.on('data', (chunk: Buffer) => {
      if (!stream.closed) count(message.add(chunk));
    });
    stream.once('close', () => count(0));
  }
}

function tooMuch(): DmError {
  return new DmError(
    'peer_busy',
    'the peer has begun too many messages that it does not end; it is disconnected',
  );
}

/** Follows the length-prefixed messages of one call. */
class UnfinishedMessage {
  readonly #head = Buffer.alloc(HEAD_BYTES);
  #headLength = 0;
  #missing = 0;
  #held = 0;

  /** Memory that the message which has not ended yet takes, with this piece. */
  add(chunk: Buffer): number {
    this.#held += PIECE_BYTES;
    for (let at = 0; at < chunk.length; ) {
      if (this.#headLength < HEAD_BYTES) {
        const taken = chunk.copy(this.#head, this.#headLength, at);
        this.#headLength += taken;
        at += taken;
        if (this.#headLength === HEAD_BYTES) this.#missing = this.#head.readUInt32BE(1);
      } else {
        const taken = Math.min(this.#missing, chunk.length - at);
        this.#missing -= taken;
        this.#held += taken;
        at += taken;
      }
      if (this.#headLength === HEAD_BYTES && this.#missing === 0) {
        this.#headLength = 0;
        this.#held = 0;
      }
    }
    return this.#held;
  }
}
