import { open, readFile, rename, rm, writeFile } from 'node:fs/promises';
import type { RepositoryKeys } from '../../../repository/repository-keys.js';
import { segmentFile } from './bad-frames.js';

/** Bytes of a segment that are there, from `start` up to `end`. */
interface Piece {
  readonly start: number;
  readonly end: number;
}

/**
 * Segments that are put together from the places that use them, each in a file: of a sparse file one segment holds bytes
 * from several places, and a change in a file leaves only the rest of a segment in use.
 */
export class SegmentPieces {
  readonly #directory: string;
  readonly #keys: RepositoryKeys;
  /** Of segments that are not whole, by digest in hex: apart from each other, ascending. */
  readonly #there = new Map<string, readonly Piece[]>();

  constructor(options: { directory: string }, modules: { keys: RepositoryKeys }) {
    this.#directory = options.directory;
    this.#keys = modules.keys;
  }

  /** Whether bytes there would bring anything that is not there yet. */
  lacks(digest: Buffer, start: number, end: number): boolean {
    const pieces = this.#there.get(digest.toString('hex')) ?? [];
    return !pieces.some((piece) => piece.start <= start && end <= piece.end);
  }

  /**
   * Adds bytes of a segment that has `rawLength` of them. True when it is whole now: its file is there, and what it
   * should be. Pieces that make another segment together are forgotten.
   */
  async add(digest: Buffer, rawLength: number, start: number, bytes: Buffer): Promise<boolean> {
    const name = digest.toString('hex');
    const path = segmentFile(this.#directory, digest);
    if (bytes.length === rawLength) return await this.#take(path, digest, bytes);
    const parts = `${path}.parts`;
    const former = this.#there.get(name);
    const file = await open(parts, former === undefined ? 'w' : 'r+', 0o600);
    try {
      await file.write(bytes, 0, bytes.length, start);
    } finally {
      await file.close();
    }
    const pieces = joined([...(former ?? []), { start, end: start + bytes.length }]);
    this.#there.set(name, pieces);
    const [first] = pieces;
    if (first === undefined || first.start > 0 || first.end < rawLength) return false;
    this.#there.delete(name);
    const isWhole = this.#isSegment(digest, await readFile(parts));
    if (isWhole) await rename(parts, path);
    else await rm(parts);
    return isWhole;
  }

  async #take(path: string, digest: Buffer, bytes: Buffer): Promise<boolean> {
    if (!this.#isSegment(digest, bytes)) return false;
    await writeFile(path, bytes);
    return true;
  }

  #isSegment(digest: Buffer, bytes: Buffer): boolean {
    return this.#keys.digest(bytes).equals(digest);
  }
}

function joined(pieces: readonly Piece[]): Piece[] {
  const result: Piece[] = [];
  for (const piece of [...pieces].sort((a, b) => a.start - b.start)) {
    const last = result.at(-1);
    if (last === undefined || last.end < piece.start) result.push(piece);
    else if (last.end < piece.end) {
      result[result.length - 1] = { start: last.start, end: piece.end };
    }
  }
  return result;
}
