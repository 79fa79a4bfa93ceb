import { decodeSecurityDescriptor, type SecurityDescriptor } from './security-descriptor.js';

/*
 * Where Linux keeps Windows security descriptors. `security.NTACL` is what Samba's acl_xattr module
 * writes: the NDR form of xattr_NTACL (librpc/idl/xattr.idl): u16 version, u16 the same again, u32
 * pointer; from version 2 on u32 pointer to the descriptor and a hash over it (version 2: 16 bytes;
 * later: u16 type, 64 bytes), in version 4 also a description that ends with a zero, an NTTIME and
 * a second hash of 64 bytes; then, at a multiple of 4, the descriptor.
 */
const NTACL = 'security.NTACL';
/** The descriptor as it is: the CIFS client and ntfs-3g. */
const PLAIN = new Set(['system.cifs_acl', 'system.cifs_ntsd', 'system.ntfs_acl']);

const UNION_BYTES = 8;
const POINTER_BYTES = 4;
const TYPE_BYTES = 2;
const HASH_V2_BYTES = 16;
const HASH_BYTES = 64;
const TIME_BYTES = 8;

/** The descriptor in an extended attribute; null when it is not one that holds it. */
export function decodeNtAcl(name: string, value: Uint8Array): SecurityDescriptor | null {
  if (PLAIN.has(name)) return decodeSecurityDescriptor(value);
  if (name !== NTACL || value.length < UNION_BYTES) return null;
  const start = descriptorStart(value);
  return start === null ? null : decodeSecurityDescriptor(value.subarray(start));
}

function descriptorStart(value: Uint8Array): number | null {
  const view = new DataView(value.buffer, value.byteOffset, value.byteLength);
  const version = view.getUint16(0, true);
  if (view.getUint16(2, true) !== version) return null;
  const behindPointer = UNION_BYTES + POINTER_BYTES;
  const behindHash = behindPointer + TYPE_BYTES + HASH_BYTES;
  switch (version) {
    case 1:
      return UNION_BYTES;
    case 2:
      return aligned(behindPointer + HASH_V2_BYTES);
    case 3:
      return aligned(behindHash);
    case 4: {
      const end = value.indexOf(0, behindHash);
      return end === -1 ? null : aligned(aligned(end + 1) + TIME_BYTES + HASH_BYTES);
    }
    default:
      return null;
  }
}

function aligned(offset: number): number {
  return Math.ceil(offset / 4) * 4;
}
