import { blake3 } from '@napi-rs/blake-hash';
import { DmError } from '../model/error.js';
import { asBuffer } from '../util/bytes.js';
import { Lru } from '../util/lru.js';
import { andThen, type MaybePromise } from '../util/maybe-promise.js';
import { type MapRoot, rootRef } from './map-root.js';
import type { InternalPage, LeafPage, NodePage, SpilledValue } from './node-page.js';
import { corruptPage } from './page-format.js';
import { type Frame, parseFrame, parseNode, parseValue } from './page-parser.js';
import type { PageRef, PageSource } from './page-store.js';

const DEFAULT_CACHE_BYTES = 16 * 1024 * 1024;
/** Memory of a parsed page beside its bytes, roughly. */
const PAGE_OVERHEAD = 1024;

/**
 * Pages out of a source, verified against their digests, parsed, and the last used ones kept. One
 * reader serves any number of maps of the same source. Errors: `corrupt` for anything that is not
 * what its reference says, and those of the source.
 */
export class PageReader {
  readonly source: PageSource;
  readonly #damaged: (ref: PageRef) => void;
  readonly #cache: Lru<string, NodePage>;
  readonly #reading = new Map<string, Promise<NodePage>>();

  /** `damaged` is told of each page that its source does not have as it should be; reading it fails then. */
  constructor(
    options: { cacheBytes?: number },
    modules: { source: PageSource; damaged?: (ref: PageRef) => void },
  ) {
    this.source = modules.source;
    this.#damaged = modules.damaged ?? (() => undefined);
    this.#cache = new Lru(
      options.cacheBytes ?? DEFAULT_CACHE_BYTES,
      (page) => page.frameBytes * 2 + PAGE_OVERHEAD,
    );
  }

  root(root: MapRoot): MaybePromise<NodePage> {
    return andThen(this.#node(rootRef(root)), (page) => {
      if (page.level !== root.height - 1 || page.entries !== root.count) {
        throw corruptPage('the root is not what its record says');
      }
      return page;
    });
  }

  /** The page of a reference, checked against its digest only. */
  page(ref: PageRef): MaybePromise<NodePage> {
    return this.#node(ref);
  }

  child(parent: InternalPage, index: number): MaybePromise<NodePage> {
    const page = this.#node(parent.child(index));
    if (page instanceof Promise) {
      return page.then((late) => {
        parent.checkChild(index, late);
        return late;
      });
    }
    parent.checkChild(index, page);
    return page;
  }

  /** The value of a leaf's entry, wherever it is kept. */
  valueAt(leaf: LeafPage, index: number): MaybePromise<Uint8Array> {
    const spilled = leaf.spilledValue(index);
    return spilled === undefined ? leaf.inlineValue(index) : this.#spilled(spilled);
  }

  #spilled(spilled: SpilledValue): MaybePromise<Uint8Array> {
    const { ref } = spilled;
    return this.#read(ref, (frame) => {
      const value = parsed(ref, () => parseValue(verifiedFrame(ref, frame)));
      if (value.length !== spilled.length) throw corruptPage('a value of another length');
      return value;
    });
  }

  #node(ref: PageRef): MaybePromise<NodePage> {
    const name = asBuffer(ref.digest).toString('latin1');
    const kept = this.#cache.get(name);
    if (kept !== undefined) return kept;
    const awaited = this.#reading.get(name);
    if (awaited !== undefined) return awaited;
    const read = this.#read(ref, (frame) => this.#keep(name, ref, frame));
    if (!(read instanceof Promise)) return read;
    const reading = read.finally(() => this.#reading.delete(name));
    this.#reading.set(name, reading);
    return reading;
  }

  /** What `parse` makes of the frame of a reference. */
  #read<T>(ref: PageRef, parse: (frame: Uint8Array) => T): MaybePromise<T> {
    const failed = (error: unknown): never => {
      if (error instanceof DmError && error.code === 'corrupt') this.#damaged(ref);
      throw error;
    };
    try {
      const frame = this.source.read(ref);
      return frame instanceof Promise ? frame.then(parse).catch(failed) : parse(frame);
    } catch (error) {
      return failed(error);
    }
  }

  #keep(name: string, ref: PageRef, frame: Uint8Array): NodePage {
    const page = parsePage(ref, frame);
    this.#cache.set(name, page);
    return page;
  }
}

/** The frame at `ref`, if its body has the digest it should have; else `corrupt`. */
function verifiedFrame(ref: PageRef, bytes: Uint8Array): Frame {
  const frame = parseFrame(bytes);
  if (blake3(frame.body).compare(ref.digest) !== 0) {
    throw corruptPage('it does not have the digest it should have');
  }
  return frame;
}

/** The page at `ref`, if it is what it should be; else `corrupt`, naming the place. */
export function parsePage(ref: PageRef, bytes: Uint8Array): NodePage {
  return parsed(ref, () => parseNode(verifiedFrame(ref, bytes)));
}

/** What `parse` returns; what is wrong with the bytes is told with the place they are from. */
function parsed<T>({ locator }: PageRef, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (!(error instanceof DmError) || error.code !== 'corrupt') throw error;
    const place = `at ${locator.offset} of pack ${locator.pack}`;
    throw new DmError('corrupt', `${place}: ${error.message}`, { cause: error });
  }
}
