import { randomBytes } from 'node:crypto';
import { copyBytes } from '../util/bytes.js';
import { corruptPage } from './page-format.js';
import { type PageLocator, type PageRef, type PageStore, parsePackId } from './page-store.js';

/** Pages in memory: for tests and for maps that are thrown away. */
export class MemoryPageStore implements PageStore {
  readonly #pack = parsePackId(randomBytes(16).toString('hex'));
  readonly #frames = new Map<number, Uint8Array>();
  #end = 0;
  /** Pages read and appended so far. */
  reads = 0;
  appends = 0;

  read(ref: PageRef): Uint8Array {
    this.reads++;
    const { pack, offset, length } = ref.locator;
    const frame = pack === this.#pack ? this.#frames.get(offset) : undefined;
    if (frame?.length !== length) throw corruptPage(`no page at ${offset} of pack ${pack}`);
    return frame;
  }

  append(frame: Uint8Array): PageLocator {
    this.appends++;
    const locator = { pack: this.#pack, offset: this.#end, length: frame.length };
    this.#frames.set(this.#end, copyBytes(frame));
    this.#end += frame.length;
    return locator;
  }

  async sync(): Promise<void> {}
}
