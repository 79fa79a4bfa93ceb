import { type BigIntStats, lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { extendedAttributes } from '../extended-attributes.js';
import { childOf, type InodeKind, type ModelInode, type ModelTree } from './tree-model.js';

const NOTHING = Buffer.alloc(0);

/** A tree as it lies on disk, with every byte and all metadata, by node:fs and getfattr alone. */
export function readTree(root: string): ModelTree {
  const xattrs = extendedAttributes(root);
  const tree = new Map<string, ModelInode>();
  const known = new Map<bigint, ModelInode>();
  const visit = (path: string): void => {
    const at = bytesOf(root, path);
    const stat = lstatSync(at, { bigint: true });
    const inode = known.get(stat.ino) ?? readInode(at, stat, xattrs.get(path) ?? '');
    known.set(stat.ino, inode);
    tree.set(path, inode);
    if (inode.kind !== 'directory') return;
    for (const name of readdirSync(at, { encoding: 'buffer' }))
      visit(childOf(path, name.toString('latin1')));
  };
  visit('');
  return tree;
}

/** The path of a tree's entry for system calls. */
export function bytesOf(root: string, path: string): Buffer {
  return Buffer.concat([Buffer.from(`${root}/`), Buffer.from(path, 'latin1')]);
}

function readInode(at: Buffer, stat: BigIntStats, xattrs: string): ModelInode {
  const kind = kindOf(stat);
  const isDevice = kind === 'char' || kind === 'block';
  return {
    kind,
    content: kind === 'file' ? readFileSync(at) : NOTHING,
    target: kind === 'symlink' ? readlinkSync(at, { encoding: 'buffer' }).toString('latin1') : '',
    device: isDevice ? stat.rdev : 0n,
    ...metadataOf(stat),
    xattrs,
  };
}

/** What a file system itself may decide when something is made or changed. */
export function metadataOf(
  stat: BigIntStats,
): Pick<ModelInode, 'mode' | 'uid' | 'gid' | 'mtimeNs'> {
  const { mode, uid, gid, mtimeNs } = stat;
  return { mode: Number(mode & 0o7777n), uid: Number(uid), gid: Number(gid), mtimeNs };
}

export function kindOf(stat: BigIntStats): InodeKind {
  if (stat.isDirectory()) return 'directory';
  if (stat.isSymbolicLink()) return 'symlink';
  if (stat.isFIFO()) return 'fifo';
  if (stat.isSocket()) return 'socket';
  if (stat.isCharacterDevice()) return 'char';
  return stat.isBlockDevice() ? 'block' : 'file';
}
