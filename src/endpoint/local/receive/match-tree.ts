import type { Catalog } from '../../../catalog/catalog.js';
import { ExternalSorter } from '../../../catalog/external-sorter.js';
import type { Mutation } from '../../../catalog/map-types.js';
import { encodeBinding } from '../../../catalog/maps/bindings.js';
import {
  decodeContentKey,
  encodeContentKey,
  encodeContentValue,
} from '../../../catalog/maps/content.js';
import { encodeGfidKey } from '../../../catalog/maps/gfid-key.js';
import { encodeInoKey, encodeInoValue } from '../../../catalog/maps/inode-index.js';
import { type Gfid, ROOT_GFID } from '../../../model/ids.js';
import type { Inode } from '../../../model/inode.js';
import { isFirstName } from '../../receive/entry-names.js';
import { bindingOf } from '../layout/inode-binding.js';
import { isErrno, SysError } from '../sys/errno.js';
import { close, O_DIRECTORY, O_RDONLY, openAt } from '../sys/open.js';
import { type FileStat, StatView, statFd } from '../sys/stat.js';
import { readLeaves } from '../verify/read-leaves.js';

const SORT_BYTES = 16 * 1024 * 1024;
const SECOND_NS = 1_000_000_000n;

/** What matching found, sorted by key; disposing frees it. */
export class TreeMatch implements Disposable {
  readonly bindings: ExternalSorter;
  readonly inodeIndex: ExternalSorter;
  readonly #content: ExternalSorter;
  /** Files of which digests were taken before they turned out not to be the dataset's. */
  readonly #dropped = new Set<Gfid>();

  constructor(directory: string) {
    const options = { directory, memoryBytes: SORT_BYTES };
    this.bindings = new ExternalSorter(options);
    this.inodeIndex = new ExternalSorter(options);
    this.#content = new ExternalSorter(options);
  }

  addLeaf(gfid: Gfid, leaf: number, digest: Uint8Array): void {
    this.#content.add(encodeContentKey(gfid, leaf), encodeContentValue(digest));
  }

  dropLeaves(gfid: Gfid): void {
    this.#dropped.add(gfid);
  }

  /** Leaf digests of the files that may hold the dataset's content. */
  async *content(signal: AbortSignal): AsyncGenerator<Mutation[], void> {
    for await (const batch of this.#content.sorted(signal)) {
      const kept = batch.filter(({ key }) => !this.#dropped.has(decodeContentKey(key).gfid));
      if (kept.length > 0) yield kept;
    }
  }

  [Symbol.dispose](): void {
    for (const sorter of [this.bindings, this.inodeIndex, this.#content]) sorter[Symbol.dispose]();
  }
}

/**
 * Gives each entry of a live tree the identity that the catalog's entry at the same path and of the same type has. A
 * file of the same size and mtime is read: it counts as the same content as long as no leaf of it is all zeros, of
 * which nobody can tell whether the source keeps a hole there.
 */
export class TreeMatcher {
  readonly #catalog: Catalog;
  readonly #match: TreeMatch;
  readonly #signal: AbortSignal;
  readonly #view = new StatView();
  /** Inodes of several names that are bound already. */
  readonly #linked = new Set<bigint>();

  constructor(modules: { catalog: Catalog; match: TreeMatch }, signal: AbortSignal) {
    this.#catalog = modules.catalog;
    this.#match = modules.match;
    this.#signal = signal;
  }

  async run(baseFd: number): Promise<void> {
    const root = await this.#catalog.inode(ROOT_GFID);
    if (root !== null) this.#bind(ROOT_GFID, root, statFd(baseFd), false);
    await this.#directory(ROOT_GFID, baseFd);
  }

  async #directory(gfid: Gfid, fd: number): Promise<void> {
    for await (const entries of this.#catalog.list(gfid, { signal: this.#signal })) {
      for (const entry of entries) {
        if (!this.#view.findAt(fd, entry.name) || this.#view.type !== entry.type) continue;
        const inode = await this.#catalog.inode(entry.gfid);
        if (inode !== null) await this.#entry(gfid, entry.gfid, entry.name, inode, fd);
      }
    }
  }

  async #entry(
    parent: Gfid,
    gfid: Gfid,
    name: Uint8Array,
    inode: Inode,
    dirFd: number,
  ): Promise<void> {
    if (inode.type !== 'dir') {
      if (isFirstName(inode, parent, name)) this.#leaf(gfid, name, inode, dirFd);
      return;
    }
    const fd = openOrNull(dirFd, name, O_RDONLY | O_DIRECTORY);
    if (fd === null) return;
    try {
      this.#bind(gfid, inode, statFd(fd), false);
      await this.#directory(gfid, fd);
    } finally {
      close(fd);
    }
  }

  #leaf(gfid: Gfid, name: Uint8Array, inode: Inode, dirFd: number): void {
    const { nlink, ino } = this.#view;
    // Names that hang together otherwise than in the dataset are made anew.
    if (nlink > 1 && (nlink !== inode.nlink || this.#linked.has(ino))) return;
    if (nlink > 1) this.#linked.add(ino);
    if (inode.type !== 'file') {
      this.#bind(gfid, inode, this.#view, false);
      return;
    }
    const fd = openOrNull(dirFd, name, O_RDONLY);
    if (fd === null) return;
    try {
      const stat = statFd(fd);
      if (stat.ino !== ino || stat.type !== 'file') return;
      this.#bind(gfid, inode, stat, this.#isSame(gfid, inode, stat, fd));
    } finally {
      close(fd);
    }
  }

  #isSame(gfid: Gfid, inode: Inode, stat: FileStat, fd: number): boolean {
    if (stat.size !== inode.size || !sameTime(stat.mtimeNs, inode.mtimeNs)) return false;
    const isSame = this.#takeLeaves(gfid, stat, fd);
    if (!isSame) this.#match.dropLeaves(gfid);
    return isSame;
  }

  #takeLeaves(gfid: Gfid, stat: FileStat, fd: number): boolean {
    for (const leaf of readLeaves(fd, stat.size, this.#signal)) {
      if (leaf.isZero()) return false;
      this.#match.addLeaf(gfid, leaf.number, leaf.digest());
    }
    const after = statFd(fd);
    return after.ctimeNs === stat.ctimeNs && after.size === stat.size;
  }

  /** A ctime of 0 lets the scan look at the entry; another mtime tells it that the content is not the dataset's. */
  #bind(gfid: Gfid, inode: Inode, stat: FileStat, isSame: boolean): void {
    const binding = { ...bindingOf(stat, 0, inode.version, null), ctimeNs: 0n };
    const mtimeNs = isSame ? binding.mtimeNs : binding.mtimeNs + 1n;
    this.#match.bindings.add(encodeGfidKey(gfid), encodeBinding({ ...binding, mtimeNs }));
    this.#match.inodeIndex.add(encodeInoKey(stat.ino), encodeInoValue(gfid));
  }
}

/** Some tools keep whole seconds only. */
function sameTime(here: bigint, there: bigint): boolean {
  return here === there || (here % SECOND_NS === 0n && here === there - (there % SECOND_NS));
}

function openOrNull(dirFd: number, name: Uint8Array, flags: number): number | null {
  try {
    return openAt(dirFd, name, flags);
  } catch (error) {
    if (error instanceof SysError && isErrno(error, 'ENOENT', 'ENOTDIR', 'ELOOP', 'EACCES')) {
      return null;
    }
    throw error;
  }
}
