import { DmError } from '../model/error.js';
import type { MaybePromise } from '../util/maybe-promise.js';

declare const brand: unique symbol;
/** 32 lower-case hex digits: the random 128-bit id of one pack file. */
export type PackId = string & { readonly [brand]: 'PackId' };

/** Where a framed page lies. Not hashed: repacking changes it and no digest. */
export interface PageLocator {
  readonly pack: PackId;
  /** Bytes from the start of the pack. */
  readonly offset: number;
  /** Bytes of the whole frame. */
  readonly length: number;
}

/** Names one page: what it must hash to, and where it should be. */
export interface PageRef {
  /** BLAKE3-256 of the page's body: 32 bytes. */
  readonly digest: Uint8Array;
  readonly locator: PageLocator;
}

/** Reads framed pages. Implementations check only the place; digests are checked by PageReader. */
export interface PageSource {
  /**
   * The frame at `ref.locator`, exactly `length` bytes that nobody changes afterwards. A source
   * that has the bytes at hand returns them directly. Errors: `corrupt` when the pack is missing,
   * too short or not a pack; `io_error` when it cannot be read.
   */
  read(ref: PageRef): MaybePromise<Uint8Array>;
}

/** Takes framed pages. */
export interface PageSink {
  /** Copies `frame` and says where it will be. It can be read at once through the same object. */
  append(frame: Uint8Array): PageLocator;
  /** Returns when everything appended so far would survive a power loss. */
  sync(): Promise<void>;
}

export interface PageStore extends PageSource, PageSink {}

const PACK_ID = /^[0-9a-f]{32}$/;

export function parsePackId(text: string): PackId {
  if (!PACK_ID.test(text)) {
    throw new DmError('corrupt', `"${text.slice(0, 80)}" is not the id of a page pack`);
  }
  return text as PackId;
}
