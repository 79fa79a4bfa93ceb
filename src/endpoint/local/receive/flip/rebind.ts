import { applyMutations } from '../../../../catalog/apply-mutations.js';
import type { BindingRoots } from '../../../../catalog/catalog-roots.js';
import { ExternalSorter } from '../../../../catalog/external-sorter.js';
import { type Binding, encodeBinding } from '../../../../catalog/maps/bindings.js';
import { decodeEntryKey, decodeEntryValue } from '../../../../catalog/maps/entries.js';
import { decodeGfidKey, encodeGfidKey } from '../../../../catalog/maps/gfid-key.js';
import { encodeInoKey, encodeInoValue } from '../../../../catalog/maps/inode-index.js';
import { decodeInode, inodeVersion } from '../../../../catalog/maps/inodes.js';
import { MAPS } from '../../../../catalog/maps/map-params.js';
import type { PageSink } from '../../../../catalog/page-store.js';
import type { Gfid } from '../../../../model/ids.js';
import type { Inode } from '../../../../model/inode.js';
import type { DirectoryFinder } from '../../layout/directory-finder.js';
import { bindingOf, sameInode } from '../../layout/inode-binding.js';
import { isErrno, SysError } from '../../sys/errno.js';
import { close, O_RDONLY, openAt } from '../../sys/open.js';
import { StatView } from '../../sys/stat.js';
import { changeFlags, PROTECTING } from '../file-metadata.js';
import type { FlipContext } from './flip-context.js';

const VIEW = new StatView();
const NOTHING = Buffer.alloc(0);
const SORT_BYTES = 8 * 1024 * 1024;

export interface RebindModules {
  /** Finds everything at its final place. */
  readonly settled: DirectoryFinder;
  readonly sink: PageSink;
  /** The maps that belong to the current tree. */
  readonly roots: BindingRoots;
  /** Directory for temporary files. */
  readonly scratch: string;
  /** Of its metadata not all could be set. */
  lacksMetadata(gfid: Gfid): boolean;
}

export interface ReboundTree {
  /** The maps of the new live tree; their pages are not synced. */
  readonly roots: BindingRoots;
  /**
   * Every inode that was looked at is there, of the size and time of modification that the dataset has. Says nothing of what else
   * its directories hold.
   */
  readonly isAsGiven: boolean;
}

/**
 * Looks at every inode that the flip may have touched: gives it the flags that protect it, and notes what it looks
 * like, for the next comparison. A file that somebody has written to since it was put there is not noted: it is none that the dataset
 * knows, and the next comparison finds it.
 */
export async function rebind(context: FlipContext, modules: RebindModules): Promise<ReboundTree> {
  const options = { directory: modules.scratch, memoryBytes: SORT_BYTES };
  const touched = new ExternalSorter(options);
  const bindings = new ExternalSorter(options);
  const index = new ExternalSorter(options);
  try {
    const rebinding = new Rebinding(context, modules, { touched, bindings, index });
    await collectTouched(context, rebinding);
    for await (const batch of touched.sorted(context.signal)) {
      for (const { key } of batch) await rebinding.look(decodeGfidKey(key));
    }
    const { signal } = context;
    const pages = { pages: context.modules.pages, sink: modules.sink };
    const apply = (name: 'bindings' | 'inodeIndex', sorter: ExternalSorter) =>
      applyMutations(
        { params: MAPS[name], base: modules.roots[name], mutations: sorter.sorted(signal), signal },
        pages,
      );
    const roots = {
      bindings: await apply('bindings', bindings),
      inodeIndex: await apply('inodeIndex', index),
    };
    return { roots, isAsGiven: rebinding.isAsGiven };
  } finally {
    for (const sorter of [touched, bindings, index]) sorter[Symbol.dispose]();
  }
}

async function collectTouched(context: FlipContext, touched: Rebinding): Promise<void> {
  for await (const { key } of context.changes('inodes')) await touched.touch(decodeGfidKey(key));
  if (context.isFirst) return;
  let last: Gfid | null = null;
  for await (const { key, before, after } of context.changes('entries')) {
    const { parent } = decodeEntryKey(key);
    if (parent !== last) await touched.touch(parent);
    last = parent;
    for (const value of [before, after]) {
      if (value !== null) await touched.touch(decodeEntryValue(value).gfid);
    }
  }
  const { current, next } = context.modules.trees;
  const replaced = async (gfid: Gfid): Promise<void> => {
    for (const { parent } of await next.namesOf(gfid)) await touched.touch(parent);
  };
  for await (const { key, before, after } of context.changes('inodes')) {
    if (before === null || after === null) continue;
    const gfid = decodeGfidKey(key);
    if (context.isFresh(gfid, before, after)) await replaced(gfid);
  }
  for (const gfid of context.options.cured) {
    await touched.touch(gfid);
    if ((await current.encodedInode(gfid)) !== null) await replaced(gfid);
  }
}

/** Whether it is the same file, and nobody has written to it. */
function holdsAsBound(former: Binding, stat: StatView): boolean {
  return sameInode(former, stat) && former.size === stat.size && former.mtimeNs === stat.mtimeNs;
}

class Rebinding {
  readonly #context: FlipContext;
  readonly #modules: RebindModules;
  readonly #touched: ExternalSorter;
  readonly #bindings: ExternalSorter;
  readonly #index: ExternalSorter;
  #isAsGiven = true;

  constructor(
    context: FlipContext,
    modules: RebindModules,
    sorters: { touched: ExternalSorter; bindings: ExternalSorter; index: ExternalSorter },
  ) {
    this.#context = context;
    this.#modules = modules;
    this.#touched = sorters.touched;
    this.#bindings = sorters.bindings;
    this.#index = sorters.index;
  }

  /** See ReboundTree. */
  get isAsGiven(): boolean {
    return this.#isAsGiven;
  }

  /**
   * Notes that the inode is to be looked at, and forgets what it was. Inode numbers are used again: all are
   * forgotten before the first is looked at.
   */
  async touch(gfid: Gfid): Promise<void> {
    this.#touched.add(encodeGfidKey(gfid), NOTHING);
    if (this.#context.isFirst) return;
    const former = await this.#context.binding(gfid);
    if (former === null) return;
    this.#bindings.add(encodeGfidKey(gfid), null);
    this.#index.add(encodeInoKey(former.ino), null);
  }

  async look(gfid: Gfid): Promise<void> {
    const { next, current } = this.#context.modules.trees;
    const after = await next.encodedInode(gfid);
    if (after === null) return;
    const inode = decodeInode(after);
    const before = await current.encodedInode(gfid);
    const isFormer = this.#context.options.failed.has(gfid) && before !== null;
    const former = await this.#context.binding(gfid);
    if (!(await this.#find(gfid, inode))) {
      this.#isAsGiven = false;
      return;
    }
    const isFile = inode.type === 'file';
    const isKept = former !== null && holdsAsBound(former, VIEW);
    if (isFile && !isKept && this.#isWritten(gfid, isFormer ? decodeInode(before) : inode)) {
      this.#isAsGiven = false;
      return;
    }
    const stayed = former?.version ?? inodeVersion(before ?? after);
    const binding = bindingOf(VIEW, 0, isFormer ? stayed : inode.version, null);
    const isOfItsSize = !isFile || binding.size === inode.size;
    if (binding.mtimeNs !== inode.mtimeNs || !isOfItsSize) this.#isAsGiven = false;
    this.#bindings.add(encodeGfidKey(gfid), encodeBinding(binding));
    this.#index.add(encodeInoKey(binding.ino), encodeInoValue(gfid));
  }

  /** Whether the file in VIEW is another than the copy has put there. */
  #isWritten(gfid: Gfid, given: Inode): boolean {
    if (VIEW.size !== given.size) return true;
    return !this.#modules.lacksMetadata(gfid) && !this.#context.isAsReceived(given, VIEW);
  }

  /** Protects the inode if it is to be, and shows it in VIEW; false when it is not there. */
  async #find(gfid: Gfid, inode: Inode): Promise<boolean> {
    if (inode.type === 'dir') {
      const fd = await this.#modules.settled.find(gfid);
      if (fd === null) return false;
      this.#protect(gfid, inode, fd);
      VIEW.statFd(fd);
      return true;
    }
    const dirFd = await this.#modules.settled.find(inode.parent);
    if (dirFd === null) return false;
    if (inode.type === 'file' && (inode.flags & PROTECTING) !== 0) {
      this.#protectFile(gfid, inode, dirFd);
    }
    return VIEW.findAt(dirFd, inode.name) && VIEW.type === inode.type;
  }

  #protectFile(gfid: Gfid, inode: Inode, dirFd: number): void {
    let fd: number;
    try {
      fd = openAt(dirFd, inode.name, O_RDONLY);
    } catch (error) {
      if (isErrno(error, 'ENOENT', 'ELOOP')) return;
      throw error;
    }
    try {
      this.#protect(gfid, inode, fd);
    } finally {
      close(fd);
    }
  }

  #protect(gfid: Gfid, inode: Inode, fd: number): void {
    const wanted = inode.flags & PROTECTING;
    if (wanted === 0) return;
    this.#context.modules.step('protect');
    try {
      changeFlags(fd, 0, wanted);
    } catch (error) {
      if (!(error instanceof SysError) || isErrno(error, 'EIO', 'EROFS')) throw error;
      const message = `cannot set +i or +a: the target refuses it (${error.code})`;
      this.#context.modules.onFailure({ gfid, code: 'unsupported_metadata', message });
    }
  }
}
