import { noise } from '../e2e-trees.js';
import {
  type Apply,
  isAny,
  isDirectory,
  isFileOrDirectory,
  isNoSymlink,
  ofSubject,
} from './edit-choices.js';
import type { EditKind } from './edits.js';

const MODES: readonly string[] = [
  ...['00000', '00400', '00644', '00640', '00755', '00600', '00777', '04755', '02750', '01777'],
];
const OWNERS: readonly number[] = [0, 1, 1_000, 65_534, 4_000_000_000];
const ATTRIBUTES: readonly string[] = ['user.note', 'user.other', 'trusted.note', 'security.note'];
const ATTRIBUTE_BYTES: readonly number[] = [0, 3, 60, 700];
const ACLS: readonly string[] = ['u:1234:r-x', 'g:5678:-w-', 'u:1234:rwx,g:1:r--,m::rwx', 'm::r--'];
/** Before 1970 and after 2038, to the nanosecond. */
const TIMES: readonly string[] = [
  ...['@0.000000001', '@-1.5', '@1000000000.123456789', '@4294967296.999999999', '@1700000000'],
];

/** Edits of what stands beside names and bytes. */
export const METADATA_EDITS = {
  chmod: ofSubject(isNoSymlink, (tree, path, { value }) =>
    tree.change(path, `chmod ${chosen(MODES, value)} --`),
  ),
  chown: ofSubject(isAny, (tree, path, { value, other }) =>
    tree.change(path, `chown -h ${chosen(OWNERS, value)}:${chosen(OWNERS, other)} --`),
  ),
  'set attribute': ofSubject(isFileOrDirectory, (tree, path, { value, other }) => {
    const bytes = noise(chosen(ATTRIBUTE_BYTES, value), value).toString('hex');
    tree.change(path, `setfattr -n ${chosen(ATTRIBUTES, other)} -v 0x${bytes}`);
  }),
  'remove attribute': ofSubject(
    ({ xattrs }) => ATTRIBUTES.some((name) => xattrs.includes(name)),
    (tree, path, { value }) => {
      const { xattrs } = tree.inode(path);
      const present = ATTRIBUTES.filter((name) => xattrs.includes(name));
      tree.change(path, `setfattr -x ${chosen(present, value)}`);
    },
  ),
  'set ACL': ofSubject(isFileOrDirectory, (tree, path, { value }) =>
    tree.change(path, value % 5 === 4 ? 'setfacl -b --' : `setfacl -m ${chosen(ACLS, value)} --`),
  ),
  'set default ACL': ofSubject(isDirectory, (tree, path, { value }) =>
    tree.change(
      path,
      value % 5 === 4 ? 'setfacl -k --' : `setfacl -d -m ${chosen(ACLS, value)} --`,
    ),
  ),
  'set time': ofSubject(isAny, (tree, path, { value }) =>
    tree.change(path, `touch -h -m -d ${chosen(TIMES, value)} --`),
  ),
} satisfies Partial<Record<EditKind, Apply>>;

function chosen<T>(choices: readonly T[], value: number): T {
  const choice = choices[value % choices.length];
  if (choice === undefined) throw new Error('nothing to choose from');
  return choice;
}
