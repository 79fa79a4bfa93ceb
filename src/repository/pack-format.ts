import { randomBytes } from 'node:crypto';
import { type PackId, parsePackId } from '../catalog/page-store.js';
import { DmError } from '../model/error.js';

/** A pack begins with 32 bytes: magic (8), format version u32, u32 zero, the pack's id (16). */
export const PACK_HEADER = 32;
const MAGIC = Buffer.from('DMPAGES\n', 'latin1');
/** 2: tables of locators end with a digest. */
const PACK_FORMAT_VERSION = 2;
const READ_VERSIONS = [1, PACK_FORMAT_VERSION];

export function newPackId(): PackId {
  return parsePackId(randomBytes(16).toString('hex'));
}

export function packHeader(id: PackId, version = PACK_FORMAT_VERSION): Buffer {
  const header = Buffer.alloc(PACK_HEADER);
  MAGIC.copy(header);
  header.writeUInt32BE(version, 8);
  header.write(id, 16, 'hex');
  return header;
}

/** Throws `corrupt` unless `header` is that of pack `id` in a format that this release reads. */
export function checkPackHeader(header: Buffer, id: PackId): void {
  if (!READ_VERSIONS.some((version) => header.equals(packHeader(id, version)))) {
    throw new DmError(
      'corrupt',
      `page pack ${id} does not begin with its header (format version ${READ_VERSIONS.join(' or ')}); restore the file`,
    );
  }
}
