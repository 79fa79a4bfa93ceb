/** An access control entry of a Windows security descriptor as `stat` prints it. */
export interface NtAce {
  readonly type: string;
  readonly flags: string;
  readonly rights: string;
  readonly trustee: string;
}

export interface SecurityDescriptor {
  readonly control: string;
  /** Security identifiers, "" where there is none. */
  readonly owner: string;
  readonly group: string;
  /**
   * Null where the descriptor has no such list: everybody may do everything, or nothing is audited.
   */
  readonly dacl: readonly NtAce[] | null;
  readonly sacl: readonly NtAce[] | null;
}

// Layouts: MS-DTYP 2.4.6 (descriptor), 2.4.5 (list), 2.4.4 (entry),
// 2.4.2 (identifier); all little-endian.
const HEADER_BYTES = 20;
const ACL_HEADER_BYTES = 8;
const ACE_HEADER_BYTES = 8;
const SELF_RELATIVE = 0x8000;
const DACL_PRESENT = 0x0004;
const SACL_PRESENT = 0x0010;

const CONTROLS = [
  [0x0001, 'owner_defaulted'],
  [0x0002, 'group_defaulted'],
  [DACL_PRESENT, 'dacl_present'],
  [0x0008, 'dacl_defaulted'],
  [SACL_PRESENT, 'sacl_present'],
  [0x0020, 'sacl_defaulted'],
  [0x0040, 'server_security'],
  [0x0080, 'dacl_trusted'],
  [0x0100, 'dacl_auto_inherit_req'],
  [0x0200, 'sacl_auto_inherit_req'],
  [0x0400, 'dacl_auto_inherited'],
  [0x0800, 'sacl_auto_inherited'],
  [0x1000, 'dacl_protected'],
  [0x2000, 'sacl_protected'],
  [0x4000, 'rm_control_valid'],
  [SELF_RELATIVE, 'self_relative'],
] as const;
/** The types whose entries hold a mask and an identifier and nothing else. */
const ACE_TYPES = new Map([
  [0x00, 'allow'],
  [0x01, 'deny'],
  [0x02, 'audit'],
  [0x03, 'alarm'],
]);
const ACE_FLAGS = [
  [0x01, 'object_inherit'],
  [0x02, 'container_inherit'],
  [0x04, 'no_propagate'],
  [0x08, 'inherit_only'],
  [0x10, 'inherited'],
  [0x40, 'audit_success'],
  [0x80, 'audit_failure'],
] as const;
const FULL_CONTROL = 0x001f01ff;
const RIGHTS = [
  [0x00000001, 'file_read'],
  [0x00000002, 'file_write'],
  [0x00000004, 'append'],
  [0x00000008, 'file_read_ext_attr'],
  [0x00000010, 'file_write_ext_attr'],
  [0x00000020, 'execute'],
  [0x00000040, 'delete_child'],
  [0x00000080, 'file_read_attr'],
  [0x00000100, 'file_write_attr'],
  [0x00010000, 'std_delete'],
  [0x00020000, 'std_read_dac'],
  [0x00040000, 'std_write_dac'],
  [0x00080000, 'std_write_owner'],
  [0x00100000, 'std_synchronize'],
  [0x01000000, 'access_sacl'],
  [0x02000000, 'maximum_allowed'],
  [0x10000000, 'generic_all'],
  [0x20000000, 'generic_exec'],
  [0x40000000, 'generic_write'],
  [0x80000000, 'generic_read'],
] as const;
const KNOWN_SIDS = new Map([
  ['S-1-1-0', 'Everyone'],
  ['S-1-3-0', 'Creator Owner'],
  ['S-1-3-1', 'Creator Group'],
  ['S-1-5-11', 'Authenticated Users'],
  ['S-1-5-18', 'SYSTEM'],
  ['S-1-5-32-544', 'Administrators'],
  ['S-1-5-32-545', 'Users'],
]);

/** A self-relative security descriptor; null when the bytes are none. */
export function decodeSecurityDescriptor(bytes: Uint8Array): SecurityDescriptor | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  try {
    return readDescriptor(view);
  } catch (error) {
    // A DataView throws where an offset leads outside the bytes.
    if (error instanceof RangeError) return null;
    throw error;
  }
}

function readDescriptor(view: DataView): SecurityDescriptor | null {
  const control = view.getUint16(2, true);
  if (view.byteLength < HEADER_BYTES || view.getUint8(0) !== 1) return null;
  if ((control & SELF_RELATIVE) === 0) return null;
  const [owner, group, sacl, dacl] = [4, 8, 12, 16].map((at) => view.getUint32(at, true));
  return {
    control: namesOf(control, CONTROLS),
    owner: owner ? readSid(view, owner) : '',
    group: group ? readSid(view, group) : '',
    dacl: (control & DACL_PRESENT) !== 0 && dacl ? readAcl(view, dacl) : null,
    sacl: (control & SACL_PRESENT) !== 0 && sacl ? readAcl(view, sacl) : null,
  };
}

function readAcl(view: DataView, start: number): NtAce[] {
  const count = view.getUint16(start + 4, true);
  const aces: NtAce[] = [];
  for (let at = start + ACL_HEADER_BYTES; aces.length < count; ) {
    const size = view.getUint16(at + 2, true);
    if (size < ACE_HEADER_BYTES) throw new RangeError('an entry without room for its header');
    aces.push(readAce(view, at));
    at += size;
  }
  return aces;
}

function readAce(view: DataView, at: number): NtAce {
  const code = view.getUint8(at);
  const type = ACE_TYPES.get(code);
  const mask = view.getUint32(at + 4, true);
  return {
    type: type ?? `0x${code.toString(16).padStart(2, '0')}`,
    flags: namesOf(view.getUint8(at + 1), ACE_FLAGS) || 'none',
    rights: mask === FULL_CONTROL ? 'full_control' : namesOf(mask, RIGHTS) || 'none',
    trustee: type === undefined ? 'unknown' : readSid(view, at + ACE_HEADER_BYTES),
  };
}

function readSid(view: DataView, at: number): string {
  const count = view.getUint8(at + 1);
  // Six bytes, big-endian as the only ones.
  const authority = view.getUint16(at + 2, false) * 2 ** 32 + view.getUint32(at + 4, false);
  const parts = Array.from({ length: count }, (_, part) => view.getUint32(at + 8 + part * 4, true));
  const sid = ['S', view.getUint8(at), authority, ...parts].join('-');
  const name = KNOWN_SIDS.get(sid);
  return name === undefined ? `SID:${sid}` : `SID:${sid} (${name})`;
}

/** Bits without a name as a number. */
function namesOf(bits: number, names: readonly (readonly [number, string])[]): string {
  let rest = bits;
  const found: string[] = [];
  for (const [bit, name] of names) {
    if ((bits & bit) >>> 0 !== bit) continue;
    found.push(name);
    rest &= ~bit;
  }
  if (rest !== 0) found.push(`0x${(rest >>> 0).toString(16)}`);
  return found.join('|');
}
