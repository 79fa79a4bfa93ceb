import { createHash } from 'node:crypto';
import { encodeEntryKey, encodeEntryValue } from '../../src/catalog/maps/entries.js';
import { encodeGfidKey } from '../../src/catalog/maps/gfid-key.js';
import { encodeInode } from '../../src/catalog/maps/inodes.js';
import {
  type DigestHex,
  type Gfid,
  parseDigest,
  parseGfid,
  ROOT_GFID,
} from '../../src/model/ids.js';
import type { FileType, Inode } from '../../src/model/inode.js';

/** A directory tree as values: directories and regular files, each with one name. */
export interface MemoryTree {
  readonly inodes: ReadonlyMap<Gfid, Inode>;
  readonly contents: ReadonlyMap<Gfid, Buffer>;
}

/**
 * A tree of "a/b/c" -> content; directories come into being by themselves. Gfids
 * follow the order of the paths unless given.
 */
export function memoryTree(
  files: Readonly<Record<string, Buffer | string>>,
  version: bigint,
  before: MemoryTree | null = null,
): MemoryTree {
  const inodes = new Map<Gfid, Inode>([[ROOT_GFID, inode('dir', ROOT_GFID, '', 0n, 0n)]]);
  const contents = new Map<Gfid, Buffer>();
  const known = new Map(before === null ? [] : pathsOf(before).map(([path, gfid]) => [path, gfid]));
  let next = [...(before?.inodes.keys() ?? [])].reduce(
    (max, gfid) => (gfid > max ? gfid : max),
    1n,
  );
  const gfids = new Map<string, Gfid>();
  const place = (path: string): Gfid => {
    const gfid = known.get(path) ?? parseGfid(++next);
    gfids.set(path, gfid);
    return gfid;
  };
  for (const [path, value] of Object.entries(files)) {
    const names = path.split('/');
    let parent = ROOT_GFID;
    for (let depth = 1; depth < names.length; depth++) {
      const dir = names.slice(0, depth).join('/');
      const gfid = gfids.get(dir) ?? place(dir);
      inodes.set(gfid, inode('dir', parent, names[depth - 1] ?? '', 0n, 0n));
      parent = gfid;
    }
    const content = Buffer.from(value);
    const gfid = place(path);
    const same = before?.contents.get(gfid)?.equals(content) ?? false;
    const kept = same ? (before?.inodes.get(gfid)?.version ?? version) : version;
    inodes.set(gfid, inode('file', parent, names.at(-1) ?? '', BigInt(content.length), kept));
    contents.set(gfid, content);
  }
  return { inodes, contents };
}

/** The records of the maps entries and inodes, in key order. */
export function recordsOf(
  tree: MemoryTree,
  map: 'entries' | 'inodes',
): (readonly [Buffer, Buffer])[] {
  const records: (readonly [Buffer, Buffer])[] = [];
  for (const [gfid, value] of tree.inodes) {
    if (map === 'inodes') records.push([encodeGfidKey(gfid), encodeInode(value)]);
    else if (gfid !== ROOT_GFID) {
      const key = encodeEntryKey(value.parent, value.name);
      records.push([key, encodeEntryValue(gfid, value.type)]);
    }
  }
  return records.sort(([a], [b]) => Buffer.compare(a, b));
}

/** Depends on the records only: enough of a root digest for a place that lives in memory. */
export function digestOf(tree: MemoryTree): DigestHex {
  const hash = createHash('sha256');
  for (const map of ['entries', 'inodes'] as const) {
    for (const [key, value] of recordsOf(tree, map)) hash.update(key).update(value);
  }
  return parseDigest(hash.digest('hex'));
}

export function childrenOf(tree: MemoryTree, dir: Gfid): (readonly [Gfid, Inode])[] {
  return [...tree.inodes]
    .filter(([gfid, { parent }]) => gfid !== ROOT_GFID && parent === dir)
    .sort(([, a], [, b]) => Buffer.compare(a.name, b.name));
}

/** Path and content of each file. */
export function filesOf(tree: MemoryTree): Map<string, Buffer> {
  const files = new Map<string, Buffer>();
  for (const [path, gfid] of pathsOf(tree)) {
    const content = tree.contents.get(gfid);
    if (content !== undefined) files.set(path, content);
  }
  return files;
}

function pathsOf(tree: MemoryTree): (readonly [string, Gfid])[] {
  const pathOf = (gfid: Gfid): string => {
    const value = tree.inodes.get(gfid);
    if (value === undefined || gfid === ROOT_GFID) return '';
    const above = pathOf(value.parent);
    const name = Buffer.from(value.name).toString();
    return above === '' ? name : `${above}/${name}`;
  };
  return [...tree.inodes.keys()]
    .filter((gfid) => gfid !== ROOT_GFID)
    .map((gfid) => [pathOf(gfid), gfid]);
}

function inode(type: FileType, parent: Gfid, name: string, size: bigint, version: bigint): Inode {
  return {
    type,
    mode: type === 'dir' ? 0o755 : 0o644,
    uid: 0,
    gid: 0,
    userName: 'root',
    groupName: 'root',
    rdevMajor: 0,
    rdevMinor: 0,
    size,
    mtimeNs: 1_700_000_000_123_456_789n,
    btimeNs: 0n,
    flags: 0,
    xattrs: [{ name: Buffer.from('user.note'), value: Buffer.from([0, 255]) }],
    symlinkTarget: Buffer.alloc(0),
    version,
    parent,
    name: Buffer.from(name),
    nlink: 1,
  };
}
