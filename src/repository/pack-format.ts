import { randomBytes } from 'node:crypto';
import { type PackId, parsePackId } from '../catalog/page-store.js';
import { DmError } from '../model/error.js';

/** A pack begins with 32 bytes: magic (8), format version u32, u32 zero, the pack's id (16). */
export const PACK_HEADER = 32;
const MAGIC = Buffer.from('DMPAGES\n', 'latin1');
const PACK_FORMAT_VERSION = 1;

export function newPackId(): PackId {
  return parsePackId(randomBytes(16).toString('hex'));
}

export function packHeader(id: PackId): Buffer {
  const header = Buffer.alloc(PACK_HEADER);
  MAGIC.copy(header);
  header.writeUInt32BE(PACK_FORMAT_VERSION, 8);
  header.write(id, 16, 'hex');
  return header;
}

/** Throws `corrupt` unless `header` is that of pack `id` in a format that this release reads. */
export function checkPackHeader(header: Buffer, id: PackId): void {
  if (!header.equals(packHeader(id))) {
    throw new DmError(
      'corrupt',
      `page pack ${id} does not begin with its header (format version ${PACK_FORMAT_VERSION}); restore the file`,
    );
  }
}
