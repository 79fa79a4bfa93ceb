import { advise, awaitWriting, beginWriting } from './data.js';

/** What goes to the disk in one piece. */
const PIECE_BYTES = 8n * 1024n * 1024n;

interface Piece {
  readonly start: bigint;
  readonly length: bigint;
}

/**
 * The pages of a file that is written from its start on: each piece goes to the disk while the next one comes, and its pages back to
 * the kernel. What is written in shorter runs than a piece, between holes, is left to the sync at the end.
 */
export class WrittenPages {
  readonly #fd: number;
  /** Written on end, and not yet on its way to the disk. */
  #from = 0n;
  #to = 0n;
  #underWay: Piece | null = null;

  constructor(fd: number) {
    this.#fd = fd;
  }

  /** To be called behind each write; waits when the disk is a piece behind, and throws when it refused one. */
  wrote(start: bigint, end: bigint): void {
    if (start !== this.#to) this.#from = start;
    this.#to = end;
    const length = end - this.#from;
    if (length < PIECE_BYTES) return;
    const piece = { start: this.#from, length };
    beginWriting(this.#fd, piece.start, piece.length);
    if (this.#underWay !== null) this.#release(this.#underWay);
    this.#underWay = piece;
    this.#from = end;
  }

  #release({ start, length }: Piece): void {
    awaitWriting(this.#fd, start, length);
    advise(this.#fd, start, length, 'dontNeed');
  }
}
