import { randomBytes } from 'node:crypto';
import { type PackId, parsePackId } from '../catalog/page-store.js';
import { DmError } from '../model/error.js';
import { OBJECT_PACK_KINDS, type ObjectPackKind } from './object-layout.js';

/**
 * A pack begins with 32 bytes: magic (8), format version u32, kind u32, the
 * pack's id (16). Stored frames follow.
 */
export const OBJECT_PACK_HEADER = 32;
const MAGIC = Buffer.from('DMOPACK\n', 'latin1');
/** 2: tables of locators end with a digest. */
const OBJECT_PACK_VERSION = 2;
const READ_VERSIONS = [1, OBJECT_PACK_VERSION];

/** A pack is finished when it has this many bytes or more. */
export const OBJECT_PACK_BYTES = { data: 16 * 1024 * 1024, pages: 4 * 1024 * 1024 } as const;

export function newObjectPackId(): PackId {
  return parsePackId(randomBytes(16).toString('hex'));
}

export function objectPackHeader(
  kind: ObjectPackKind,
  id: PackId,
  version = OBJECT_PACK_VERSION,
): Buffer {
  const header = Buffer.alloc(OBJECT_PACK_HEADER);
  MAGIC.copy(header);
  header.writeUInt32BE(version, 8);
  header.writeUInt32BE(OBJECT_PACK_KINDS[kind], 12);
  header.write(id, 16, 'hex');
  return header;
}

/** Throws `corrupt` unless `header` is that of this pack in a format that this release reads. */
export function checkObjectPackHeader(header: Uint8Array, kind: ObjectPackKind, id: PackId): void {
  if (!READ_VERSIONS.some((version) => objectPackHeader(kind, id, version).equals(header))) {
    throw new DmError(
      'corrupt',
      `${kind} pack ${id} does not begin with its header (format version ${READ_VERSIONS.join(' or ')}); restore it from another copy of the repository`,
    );
  }
}
