export type InodeKind = 'file' | 'directory' | 'symlink' | 'fifo' | 'socket' | 'char' | 'block';

/** What is known of one inode. Names of one inode share the object. */
export interface ModelInode {
  readonly kind: InodeKind;
  /** Of a file. Put in place of the old one, never changed. */
  content: Buffer;
  /** Of a symlink, bytes as latin1. */
  readonly target: string;
  /** Of a device, as stat tells it. */
  readonly device: bigint;
  mode: number;
  uid: number;
  gid: number;
  mtimeNs: bigint;
  /** `name=0xvalue`, sorted; ACLs are among them. */
  xattrs: string;
}

/** Path below the root, bytes as latin1, to what has that name; "" is the root itself. */
export type ModelTree = ReadonlyMap<string, ModelInode>;

export function parentOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}

export function childOf(directory: string, name: string): string {
  return directory === '' ? name : `${directory}/${name}`;
}

/** True for the path itself, too. */
export function isWithin(path: string, directory: string): boolean {
  return directory === '' || path === directory || path.startsWith(`${directory}/`);
}

/** The tree as it is now: later changes of the original do not show. */
export function frozen(tree: ModelTree): ModelTree {
  const copies = new Map<ModelInode, ModelInode>();
  const copyOf = (inode: ModelInode): ModelInode => {
    const copy = copies.get(inode) ?? { ...inode };
    copies.set(inode, copy);
    return copy;
  };
  return new Map([...tree].map(([path, inode]) => [path, copyOf(inode)]));
}

/** A path with everything below it and the directories that lead to it. */
export function partOf(tree: ModelTree, subpath: string): ModelTree {
  return new Map([...tree].filter(([path]) => isWithin(path, subpath) || isWithin(subpath, path)));
}

/** What is not as expected, printable; empty when the trees are the same. */
export function treeDifferences(expected: ModelTree, found: ModelTree): string[] {
  const differences: string[] = [];
  const foundOf = new Map<ModelInode, ModelInode>();
  const expectedOf = new Map<ModelInode, ModelInode>();
  for (const [path, inode] of expected) {
    const other = found.get(path);
    const told = (text: string): number => differences.push(`${printable(path)}: ${text}`);
    if (other === undefined) {
      told(`${inode.kind} is missing`);
      continue;
    }
    for (const difference of inodeDifferences(inode, other)) told(difference);
    if (inode.kind === 'directory') continue;
    const isSame =
      (foundOf.get(inode) ?? other) === other && (expectedOf.get(other) ?? inode) === inode;
    foundOf.set(inode, other);
    expectedOf.set(other, inode);
    if (!isSame) told('is a name of another inode');
  }
  for (const [path, { kind }] of found) {
    if (!expected.has(path)) differences.push(`${printable(path)}: ${kind} should not be there`);
  }
  return differences;
}

function* inodeDifferences(expected: ModelInode, found: ModelInode): Iterable<string> {
  const fields = ['kind', 'target', 'device', 'mode', 'uid', 'gid', 'mtimeNs', 'xattrs'] as const;
  for (const field of fields) {
    if (expected[field] === found[field]) continue;
    yield `${field} is ${printable(String(found[field]))}, not ${printable(String(expected[field]))}`;
  }
  if (expected.content.equals(found.content)) return;
  const [a, b] = [expected.content, found.content];
  let at = 0;
  while (at < a.length && a[at] === b[at]) at++;
  yield `content differs at ${at}; ${b.length} bytes, not ${a.length}`;
}

/** Bytes outside printable ASCII as \xNN, as the command line takes them. */
export function printable(latin1: string): string {
  return latin1.replace(
    /[^ -~]|\\/g,
    (byte) => `\\x${byte.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );
}
