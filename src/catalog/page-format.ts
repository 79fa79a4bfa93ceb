import { DmError } from '../model/error.js';

/**
 * The numbers of the page format; docs/formats-pages.md describes it in full. Changing any of them
 * changes digests: it needs a new FORMAT_VERSION.
 */
export const FORMAT_VERSION = 1;

export const PAGE_KINDS = { leaf: 0x4c, internal: 0x49, value: 0x56 } as const;

/** Frame: u32 body length, u32 table length (with TABLE_CHECKED), body, table. */
export const FRAME_HEADER = 8;
/**
 * Bit of the table length: the table ends with the first bytes of its digest. Frames of earlier
 * releases have none.
 */
export const TABLE_CHECKED = 0x80000000;
export const TABLE_CHECK_BYTES = 16;
/** Body: u8 kind, u8 format version, u8 level, u8 zero, u32 items (in a value page: bytes). */
export const BODY_HEADER = 8;

export const DIGEST_BYTES = 32;
export const MAX_KEY = 1024;
/** Longer values get a page of their own. */
export const MAX_INLINE_VALUE = 2048;
export const MAX_VALUE = 16 * 1024 * 1024;
export const MAX_FRAME = MAX_VALUE + 64 * 1024;
/**
 * More than any map can reach: every page above the leaves holds two items or more, but the last.
 */
export const MAX_HEIGHT = 64;

/** The error for bytes that are not what the format says. */
export function corruptPage(reason: string): DmError {
  return new DmError('corrupt', `catalog page: ${reason}; fetch the dataset again or restore it`);
}
