import { splitAbsolute } from '../../../model/absolute-path.js';
import { PRE_REPAIR } from '../../../model/dataset.js';
import { DmError } from '../../../model/error.js';
import { escapePath } from '../../../util/escape.js';
import type { Base } from '../../source.js';
import type { RestoreRules, TargetState } from '../../target.js';
import { type DataRoot, PRIVATE_NAME, rootOf } from '../layout/data-root.js';
import type { LocalTree } from '../layout/local-tree.js';
import type { TreeDirectory } from '../layout/tree-directory.js';
import { isErrno, sysToDm } from '../sys/errno.js';
import { close, O_DIRECTORY, O_RDONLY, openAt, openSelf } from '../sys/open.js';
import { readDirectory } from '../sys/readdir.js';
import { type FileStat, statAt, statFd } from '../sys/stat.js';

/** A place where something may be received, and what is there. */
export interface CheckedTarget {
  readonly root: DataRoot;
  /** Normalised absolute path. */
  readonly path: Uint8Array;
  readonly components: readonly Uint8Array[];
  /** The tree recorded for the path. */
  readonly found: { readonly directory: TreeDirectory; readonly tree: LocalTree } | null;
  readonly state: TargetState;
  readonly disk: 'absent' | 'empty' | 'filled';
}

const SLASH = Buffer.from('/');

/**
 * Looks at a path that something is to be received at. Refuses by code what can never be a target, and touches
 * nothing. `restore`: files are put into what lies there, which takes no tree's place.
 */
export function checkTarget(
  roots: readonly DataRoot[],
  path: Uint8Array,
  restore?: RestoreRules,
): CheckedTarget {
  const root = rootOf(roots, path);
  root.expectInPlace();
  const components = root.relative(path) ?? [];
  const absolute = Buffer.concat(splitAbsolute(path).flatMap((name) => [SLASH, name]));
  const shown = escapePath(absolute);
  if (components.length === 0) throw forbidden(shown, 'is a root itself; use a directory below it');
  if (components[0]?.toString('latin1') === PRIVATE_NAME) {
    throw forbidden(shown, 'is in the agent’s own directory; use another one');
  }
  for (const other of roots) {
    if (startsWith(splitAbsolute(other.path), splitAbsolute(absolute))) {
      throw forbidden(
        shown,
        `holds the root ${escapePath(other.path)}; use a directory below that`,
      );
    }
  }
  const isMerge = restore !== undefined && mergesInto(restore);
  const found = isMerge
    ? findRestore(roots, absolute, restore, shown)
    : findTree(roots, absolute, shown);
  const seen = look(root, components, shown);
  const { disk } = seen;
  return { root, path: absolute, components, found, state: stateOf(found, seen), disk };
}

function forbidden(shown: string, why: string): DmError {
  return new DmError('target_forbidden', `${shown} ${why}`, { data: { path: shown } });
}

function startsWith(path: readonly Buffer[], beginning: readonly Buffer[]): boolean {
  return beginning.length <= path.length && beginning.every((name, at) => path[at]?.equals(name));
}

/** True when the restore may find files at its target. */
export function mergesInto({ existing, inPlace }: RestoreRules): boolean {
  return existing !== 'fail' || inPlace;
}

/** The restore that is under way at the path. Throws when the path belongs to a tree that takes none. */
function findRestore(
  roots: readonly DataRoot[],
  absolute: Buffer,
  { inPlace }: RestoreRules,
  shown: string,
): CheckedTarget['found'] {
  const tree = findTree(roots, absolute, shown)?.tree;
  if (tree !== undefined && !(inPlace && tree.role === 'origin')) {
    throw forbidden(
      shown,
      tree.role === 'origin'
        ? 'is a tree that datasets are made of; restore it with --in-place, or give another path'
        : 'is received from elsewhere; give another path',
    );
  }
  const restores = roots.flatMap((root) => root.restores());
  return restores.find((one) => absolute.equals(one.tree.basePath)) ?? null;
}

/** The tree at the path. Throws when another one is above or below it. */
function findTree(
  roots: readonly DataRoot[],
  absolute: Buffer,
  shown: string,
): CheckedTarget['found'] {
  const components = splitAbsolute(absolute);
  let same: CheckedTarget['found'] = null;
  for (const root of roots) {
    for (const found of root.trees()) {
      const base = splitAbsolute(found.tree.basePath);
      const above = startsWith(components, base);
      const below = startsWith(base, components);
      if (above && below) same = found;
      else if (above || below) {
        const other = escapePath(found.tree.basePath);
        const what = found.tree.role === 'origin' ? 'datasets are made of' : 'is received into';
        throw forbidden(shown, `is ${above ? 'below' : 'above'} ${other}, which ${what}`);
      }
    }
  }
  return same;
}

type Seen =
  | { readonly disk: 'absent' }
  | { readonly disk: 'empty' | 'filled'; readonly stat: FileStat };

function look(root: DataRoot, components: readonly Uint8Array[], shown: string): Seen {
  let fd = openSelf(root.fd);
  try {
    for (const name of components) {
      let next: number;
      try {
        next = openAt(fd, name, O_RDONLY | O_DIRECTORY);
      } catch (error) {
        if (isErrno(error, 'ENOENT')) return { disk: 'absent' };
        if (isErrno(error, 'ENOTDIR', 'ELOOP')) {
          const isLink = statAt(fd, name).type === 'symlink';
          const what = isLink
            ? 'leads through a symlink; give'
            : 'is no directory; move it, or give';
          throw forbidden(shown, `${what} another path`);
        }
        throw sysToDm(error, 'open', shown);
      }
      close(fd);
      fd = next;
    }
    return { disk: isEmpty(fd) ? 'empty' : 'filled', stat: statFd(fd) };
  } finally {
    close(fd);
  }
}

function isEmpty(fd: number): boolean {
  for (const _ of readDirectory(fd)) return false;
  return true;
}

function stateOf(found: CheckedTarget['found'], seen: Seen): TargetState {
  if (found === null || found.tree.head === null || found.tree.role === 'restore') {
    const kind = seen.disk === 'filled' ? 'foreign' : seen.disk;
    return { kind, tree: null, head: null };
  }
  const { tree, directory } = found;
  const kind = tree.role === 'origin' ? 'origin' : tree.released ? 'released' : 'received';
  const head = receivedHead(directory, tree);
  return { kind, tree: tree.tree, head, ...(isGone(tree, seen) && { gone: true }) };
}

/** Device numbers change with restarts: the inode number and the time of its birth tell. */
function isGone({ base }: LocalTree, seen: Seen): boolean {
  if (seen.disk === 'absent') return true;
  if (base === null) return false;
  const { ino, btimeNs } = seen.stat;
  return ino !== base.inode || btimeNs !== base.btimeNs;
}

/**
 * The dataset that the tree was last received at. A `pre-repair` dataset that keeps what was changed by hand is
 * passed over: the copy goes on from the one before it.
 */
export function receivedHead(directory: TreeDirectory, tree: LocalTree): Base | null {
  let record = tree.head === null ? null : directory.readCatalogOf(tree.head);
  while (record !== null && record.name === PRE_REPAIR && tree.role === 'received') {
    const [parent] = record.parents;
    const before = parent === undefined ? null : directory.readCatalogOf(parent);
    if (before === null) break;
    record = before;
  }
  return record === null ? null : { id: record.id, rootDigest: record.rootDigest };
}
