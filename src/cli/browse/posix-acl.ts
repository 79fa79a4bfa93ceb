/** One entry of an access control list as `stat` prints it. */
export interface Ace {
  readonly type: 'allow' | 'mask';
  /** `inherit` in the default list of a directory. */
  readonly flags: 'none' | 'inherit';
  /** `rwx` with `-` for what is not granted. */
  readonly rights: string;
  readonly trustee: string;
}

const VERSION = 2;
const HEADER_BYTES = 4;
const ENTRY_BYTES = 8;
const TRUSTEES = new Map<number, (id: number) => string>([
  [0x01, () => 'owner'],
  [0x02, (id) => `uid:${id}`],
  [0x04, () => 'owning-group'],
  [0x08, (id) => `gid:${id}`],
  [0x10, () => 'mask'],
  [0x20, () => 'everyone'],
]);
const MASK_TAG = 0x10;

/**
 * Decodes the value of `system.posix_acl_access` or `system.posix_acl_default` in the order it has
 * there. Null when the bytes are no such list, so that the caller can show them as they are.
 */
export function decodePosixAcl(value: Uint8Array, inherited: boolean): Ace[] | null {
  const view = new DataView(value.buffer, value.byteOffset, value.byteLength);
  const rest = value.length - HEADER_BYTES;
  if (rest < 0 || rest % ENTRY_BYTES !== 0 || view.getUint32(0, true) !== VERSION) return null;
  const aces: Ace[] = [];
  for (let at = HEADER_BYTES; at < value.length; at += ENTRY_BYTES) {
    const tag = view.getUint16(at, true);
    const trustee = TRUSTEES.get(tag);
    const permissions = view.getUint16(at + 2, true);
    if (trustee === undefined || permissions > 7) return null;
    aces.push({
      type: tag === MASK_TAG ? 'mask' : 'allow',
      flags: inherited ? 'inherit' : 'none',
      rights: rightsText(permissions),
      trustee: trustee(view.getUint32(at + 4, true)),
    });
  }
  return aces;
}

function rightsText(permissions: number): string {
  return `${permissions & 4 ? 'r' : '-'}${permissions & 2 ? 'w' : '-'}${permissions & 1 ? 'x' : '-'}`;
}
