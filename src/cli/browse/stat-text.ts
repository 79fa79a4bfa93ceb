import { escapePath, isUtf8 } from '../../util/escape.js';
import type { BrowseEntry, EntryStat } from '../control-messages.js';
import { nanosecondTime } from '../format/humanise.js';
import { escapeText } from '../format/text.js';
import { decodeNtAcl } from './nt-acl.js';
import { type Ace, decodePosixAcl } from './posix-acl.js';
import type { NtAce, SecurityDescriptor } from './security-descriptor.js';

const TYPE_BITS: Readonly<Record<string, number>> = {
  file: 0o100000,
  dir: 0o040000,
  symlink: 0o120000,
  fifo: 0o010000,
  socket: 0o140000,
  char: 0o020000,
  block: 0o060000,
};
const FLAG_NAMES: readonly (readonly [number, string])[] = [
  [0x1, 'secrm'],
  [0x2, 'unrm'],
  [0x4, 'compress'],
  [0x8, 'sync'],
  [0x10, 'immutable'],
  [0x20, 'append'],
  [0x40, 'nodump'],
  [0x80, 'noatime'],
  [0x00800000, 'nocow'],
  [0x20000000, 'projinherit'],
];
const GUID_DIGITS = 36;
const ACL_NAMES = ['system.posix_acl_access', 'system.posix_acl_default'];

type Attribute = EntryStat['xattrs'][number];
type AceText = Ace | NtAce;

/** The blocks that `stat` prints for one entry, line by line. */
export function* statLines(stat: EntryStat, entry: BrowseEntry): Generator<string> {
  const user = stat.xattrs.filter((one) => nameOf(one).startsWith('user.'));
  const system = stat.xattrs.filter(
    (one) =>
      !user.includes(one) &&
      !(ACL_NAMES.includes(nameOf(one)) && aces(one) !== null) &&
      descriptor(one) === null,
  );
  yield* gstatLines(stat, entry);
  const descriptors = stat.xattrs.flatMap((one) => descriptor(one) ?? []);
  for (const one of descriptors) yield* descriptorLines(one);
  const hasPosixAcl = stat.xattrs.some((one) => ACL_NAMES.includes(nameOf(one)));
  if (descriptors.length === 0 || hasPosixAcl) yield* securityLines(stat, entry);
  yield* attributeLines('extattr', user);
  yield* attributeLines('sysattr', system);
  yield `Parent gfid count #${stat.parents.length}:`;
  for (const [at, parent] of stat.parents.entries()) {
    yield `Parent gfid #${at}: {${gfidText(parent.gfid)} name=${escapePath(parent.name)}}`;
  }
  yield `{digest=${escapeText(stat.content_version) || 'none'}}`;
  if (stat.exception_code !== '') {
    yield `exception: ${escapeText(stat.exception_code)}: ${escapeText(stat.exception_message)}`;
  }
}

function* gstatLines(stat: EntryStat, entry: BrowseEntry): Generator<string> {
  const mode = (TYPE_BITS[entry.type] ?? 0) | entry.mode;
  yield 'gstat:{';
  yield `  gfile_id = {${gfidText(entry.gfid)}}`;
  yield `  mode = 0${mode.toString(8)}`;
  yield `  nlink = ${entry.nlink}`;
  yield `  uid = ${entry.uid}${named(entry.user_name)}`;
  yield `  gid = ${entry.gid}${named(entry.group_name)}`;
  yield `  rdev = ${stat.rdev_major}:${stat.rdev_minor}`;
  yield `  atime = ${timeText(stat.atime_ns)}`;
  yield `  mtime = ${timeText(entry.mtime_ns)}`;
  yield `  ctime = ${timeText(stat.ctime_ns)}`;
  yield `  birthtime = ${timeText(stat.btime_ns)}`;
  yield `  size = ${entry.size}`;
  yield `  flags = 0x${stat.flags.toString(16)}${named(flagNames(stat.flags))}`;
  if (entry.type === 'symlink') yield `  target = ${escapePath(entry.symlink_target)}`;
  yield '}';
}

function* securityLines(stat: EntryStat, entry: BrowseEntry): Generator<string> {
  const lists = stat.xattrs.filter((one) => ACL_NAMES.includes(nameOf(one)));
  const all = lists.flatMap((one) => aces(one) ?? []);
  yield 'sd: {';
  yield `  sd_info = ${all.length > 0 ? 'posix acl' : 'mode bits'}`;
  yield '  sd_data = {';
  yield `    control = ${all.length > 0 ? 'dacl_present' : 'none'}`;
  yield `    owner = uid:${entry.uid}${named(entry.user_name)}`;
  yield `    group = gid:${entry.gid}${named(entry.group_name)}`;
  yield* listLines('dacl', all);
  yield '    sacl = none';
  yield '  }';
  yield '}';
}

/** A Windows security descriptor. */
function* descriptorLines({
  control,
  owner,
  group,
  dacl,
  sacl,
}: SecurityDescriptor): Generator<string> {
  yield 'sd: {';
  yield '  sd_info = nt acl';
  yield '  sd_data = {';
  yield `    control = ${control}`;
  yield `    owner = ${owner || 'none'}`;
  yield `    group = ${group || 'none'}`;
  yield* listLines('dacl', dacl);
  yield* listLines('sacl', sacl);
  yield '  }';
  yield '}';
}

function* listLines(label: 'dacl' | 'sacl', aces: readonly AceText[] | null): Generator<string> {
  if (aces === null) {
    yield `    ${label} = none`;
    return;
  }
  yield `    ${label}={`;
  yield `      ace_count = ${aces.length}`;
  yield '      aces=[';
  for (const ace of aces) {
    yield `        { ace_type=${ace.type} ace_flags=${ace.flags} ace_rights=${ace.rights} ace_trustee=${ace.trustee} }`;
  }
  yield '      ]';
  yield '    }';
}

function* attributeLines(label: string, attributes: readonly Attribute[]): Generator<string> {
  yield `${label}: {`;
  yield `  ${label}_num = ${attributes.length}`;
  yield `  ${label}_names = [${attributes.map((one) => escapePath(one.name)).join(', ')}]`;
  yield `  ${label}_values = [${attributes.map((one) => valueText(one.value)).join(', ')}]`;
  yield '}';
}

function aces(attribute: Attribute): Ace[] | null {
  return decodePosixAcl(attribute.value, nameOf(attribute) === 'system.posix_acl_default');
}

function descriptor(attribute: Attribute): SecurityDescriptor | null {
  return decodeNtAcl(nameOf(attribute), attribute.value);
}

function nameOf(attribute: Attribute): string {
  return attribute.name.toString('latin1');
}

/** Text in quotes, anything else in hex. */
function valueText(value: Buffer): string {
  const text = value.at(-1) === 0 ? value.subarray(0, -1) : value;
  return isUtf8(text) && !text.includes(0)
    ? `"${escapePath(value).replaceAll('"', '\\x22')}"`
    : `0x${value.toString('hex')}`;
}

function gfidText(gfid: string): string {
  const guid = escapeText(gfid.slice(0, GUID_DIGITS));
  return `guid={dmg_guid=${guid}} local_unid=${escapeText(gfid.slice(GUID_DIGITS))}`;
}

function timeText(nanoseconds: string): string {
  return `${escapeText(nanoseconds) || '0'} (${nanosecondTime(nanoseconds)})`;
}

function flagNames(flags: number): string {
  return FLAG_NAMES.filter(([bit]) => (flags & bit) !== 0)
    .map(([, name]) => name)
    .join(',');
}

function named(name: string): string {
  return name === '' ? '' : ` (${escapeText(name)})`;
}
