import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import type { Pace } from './bandwidth-pacing.js';

const MAX_PIECE_BYTES = 65_536;
const MIN_PIECE_BYTES = 4_096;
/** Pieces of a slow connection are smaller, so that this many a second go whatever the rate. */
const PIECES_PER_SECOND = 25;

type Done = (error?: Error | null) => void;

/**
 * What HTTP/2 speaks through on a connection. Where no rule is for the peer that is the socket itself, whose bytes then
 * never pass through JavaScript: half the work. Such a connection must be ended when a rule comes.
 */
export function pacedCarrier(socket: Socket, pace: Pace): Duplex {
  return pace.isRuled() ? new PacedSocket(socket, pace) : socket;
}

/**
 * A connection whose bytes go in pieces, each when its pace allows. Reading waits too: what is not taken from the
 * socket stays in the network, which slows the sender down. Without a limit bytes pass straight through.
 */
class PacedSocket extends Duplex {
  readonly #socket: Socket;
  readonly #pace: Pace;
  #mayRead = true;
  #wantsMore = false;

  constructor(socket: Socket, pace: Pace) {
    super({ allowHalfOpen: false, readableHighWaterMark: MAX_PIECE_BYTES });
    this.#socket = socket;
    this.#pace = pace;
    socket.pause();
    socket.on('data', (chunk: Buffer) => this.#take(chunk));
    socket.on('end', () => this.push(null));
    socket.on('error', (error) => this.destroy(error));
    socket.on('close', () => this.destroy());
  }

  override _read(): void {
    this.#wantsMore = true;
    if (this.#mayRead) this.#socket.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: Done): void {
    if (this.#pace.rate() === null) this.#socket.write(chunk, done);
    else this.#writePieces(chunk, done);
  }

  override _writev(chunks: { chunk: Buffer }[], done: Done): void {
    if (this.#pace.rate() !== null) {
      this.#writePieces(Buffer.concat(chunks.map(({ chunk }) => chunk)), done);
      return;
    }
    this.#socket.cork();
    for (const [index, { chunk }] of chunks.entries()) {
      this.#socket.write(chunk, index === chunks.length - 1 ? done : undefined);
    }
    this.#socket.uncork();
  }

  override _final(done: Done): void {
    this.#socket.end(done);
  }

  override _destroy(error: Error | null, done: Done): void {
    this.#socket.destroy(error ?? undefined);
    done(error);
  }

  #take(chunk: Buffer): void {
    this.#wantsMore = this.push(chunk);
    if (this.#pace.rate() === null) {
      if (!this.#wantsMore) this.#socket.pause();
      return;
    }
    this.#socket.pause();
    this.#mayRead = false;
    this.#pace.take('in', chunk.length, () => {
      this.#mayRead = true;
      if (this.#wantsMore) this.#socket.resume();
    });
  }

  #writePieces(bytes: Buffer, done: Done): void {
    const rate = this.#pace.rate() ?? Number.POSITIVE_INFINITY;
    const fair = Math.floor(rate / PIECES_PER_SECOND);
    const size = Math.min(MAX_PIECE_BYTES, Math.max(MIN_PIECE_BYTES, fair));
    const piece = bytes.subarray(0, size);
    const rest = bytes.subarray(size);
    this.#pace.take('out', piece.length, () => {
      if (this.#socket.destroyed) {
        done(new Error('the connection was closed'));
        return;
      }
      this.#socket.write(piece, (error) => {
        if (error || rest.length === 0) done(error);
        else this.#writePieces(rest, done);
      });
    });
  }
}
