import { statSync } from 'node:fs';
import type { LocalTree, LocalTreeId } from './local-tree.js';
import { NEXT_FILE, TREE_FILE, type TreeDirectory } from './tree-directory.js';

/**
 * Two records of one length that are written within a tick of the file system's clock may look alike. A tick is 10 ms at
 * most (CONFIG_HZ 100); what was seen longer ago than this can get no such twin any more.
 */
const SETTLED_MS = 100;

interface Kept {
  readonly stamp: string;
  readonly tree: LocalTree;
  /** When the stamp was first seen, by `uptimeMs`. */
  readonly sinceMs: number;
  /** It was read again after that could have changed. */
  readonly settled: boolean;
}

/**
 * Records of trees as they were read last: with a thousand trees, reading each of them anew at every copy would hold up
 * everything else. Every look asks the disk whether a record was written since, by whichever thread: what is returned
 * is never older than the call.
 */
export class TreeRecordCache {
  readonly #uptimeMs: () => number;
  readonly #kept = new Map<LocalTreeId, Kept>();

  constructor(options: { readonly uptimeMs?: () => number } = {}) {
    this.#uptimeMs = options.uptimeMs ?? (() => performance.now());
  }

  /** The record of a tree. Throws `corrupt` as reading it does. */
  load(directory: TreeDirectory): LocalTree {
    const { id } = directory;
    const now = this.#uptimeMs();
    // Before the record is read: one that is written in between is read again the next time.
    const stamp = stampOf(directory);
    const kept = this.#kept.get(id);
    const isSame = stamp !== null && kept?.stamp === stamp;
    if (isSame && kept.settled) return kept.tree;
    const tree = directory.load();
    if (stamp === null) this.#kept.delete(id);
    else {
      const sinceMs = isSame ? kept.sinceMs : now;
      this.#kept.set(id, { stamp, tree, sinceMs, settled: now - sinceMs > SETTLED_MS });
    }
    return tree;
  }

  /** Drops the trees that are gone. */
  retain(directories: readonly TreeDirectory[]): void {
    if (this.#kept.size <= directories.length) return;
    const present = new Set(directories.map(({ id }) => id));
    for (const id of this.#kept.keys()) if (!present.has(id)) this.#kept.delete(id);
  }
}

/** Null while a commit is between its records, or the record is gone. */
function stampOf({ path }: TreeDirectory): string | null {
  if (statSync(`${path}/${NEXT_FILE}`, { throwIfNoEntry: false }) !== undefined) return null;
  const stat = statSync(`${path}/${TREE_FILE}`, { bigint: true, throwIfNoEntry: false });
  if (stat === undefined) return null;
  return `${stat.ino} ${stat.mtimeNs} ${stat.ctimeNs} ${stat.size}`;
}
