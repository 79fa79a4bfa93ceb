import { Catalog } from '../../../catalog/catalog.js';
import { MapReader } from '../../../catalog/map-reader.js';
import { type Binding, decodeBinding } from '../../../catalog/maps/bindings.js';
import { encodeGfidKey } from '../../../catalog/maps/gfid-key.js';
import type { PageReader } from '../../../catalog/page-reader.js';
import { printable } from '../../../model/entry-name.js';
import { DmError } from '../../../model/error.js';
import type { Gfid } from '../../../model/ids.js';
import type { Inode } from '../../../model/inode.js';
import { isErrno, sysToDm } from '../sys/errno.js';
import { close, O_DIRECTORY, O_RDONLY, openAt, openBeneath } from '../sys/open.js';
import { type FileStat, StatView } from '../sys/stat.js';
import type { DatasetRecord } from './dataset-record.js';
import { DirectoryFinder } from './directory-finder.js';
import type { LocalTree } from './local-tree.js';
import type { TreeDirectory } from './tree-directory.js';

export interface VersionOpenerOptions {
  readonly tree: LocalTree;
  readonly record: DatasetRecord;
  /** The live tree's base directory; null when it is not there (any more). Not owned. */
  readonly liveFd: number | null;
  /** The directory `.datamover` of the root; not owned. */
  readonly privateFd: number;
}

const SLASH = Buffer.from('/');

/**
 * Opens the contents that one dataset has at this place, wherever they lie: the version store, the
 * dataset's snapshot, or the live file as long as it is what the bindings say.
 */
export class VersionOpener implements Disposable {
  readonly #options: VersionOpenerOptions;
  readonly #directory: TreeDirectory;
  readonly #catalog: Catalog;
  readonly #liveCatalog: Catalog | null;
  readonly #bindings: MapReader;
  readonly #snapshot: DirectoryFinder;
  readonly #stat = new StatView();
  /**
   * Descriptors that `open` took from the live tree: inode numbers do not
   * tell, a snapshot has the same ones.
   */
  readonly #live = new Set<number>();

  constructor(
    options: VersionOpenerOptions,
    modules: { directory: TreeDirectory; pages: PageReader },
  ) {
    const { tree, record } = options;
    this.#options = options;
    this.#directory = modules.directory;
    this.#catalog = new Catalog(record.maps, modules);
    this.#bindings = new MapReader(modules.pages, tree.bindings);
    this.#snapshot = new DirectoryFinder({
      catalog: this.#catalog,
      aside: () => null,
      openBase: () => this.#openSnapshot(),
      make: false,
    });
    const head =
      tree.head === null || tree.head === record.id
        ? record
        : modules.directory.readCatalogOf(tree.head);
    this.#liveCatalog =
      tree.head === null || head === null ? null : new Catalog(head.maps, modules);
  }

  /**
   * A descriptor for reading the content of `inode.version`; the caller closes
   * it. Errors: `source_changing` when only the live file had it and that has
   * changed, `unreadable` when it is nowhere.
   */
  async open(gfid: Gfid, inode: Inode): Promise<number> {
    const kept = await this.openKept(gfid, inode);
    if (kept !== null) return this.#asKept(kept);
    try {
      const fd = await this.#openLive(gfid, inode);
      this.#live.add(fd);
      return fd;
    } catch (error) {
      // A receive may have moved the live file into the store since that was looked at.
      const moved = this.#directory.versions.open(gfid, inode.version);
      if (moved === null) throw error;
      return this.#asKept(moved);
    }
  }

  [Symbol.dispose](): void {
    this.#snapshot[Symbol.dispose]();
  }

  /** True when the dataset's contents belong into the version store and this one is not there. */
  isLost(gfid: Gfid, inode: Inode): boolean {
    const { provider } = this.#options.record;
    const stores = provider === 'clone' || provider === 'copy';
    return stores && !this.#directory.versions.has(gfid, inode.version);
  }

  /**
   * Whether the content that `open` returned as `fd` is still the one asked for: to be asked after
   * the last read. Always true for contents that nobody changes.
   */
  async unchanged(gfid: Gfid, inode: Inode, fd: number): Promise<boolean> {
    if (!this.#live.has(fd)) return true;
    // A receive may have put the live file aside meanwhile: then it is what the store has.
    if (this.#directory.versions.has(gfid, inode.version)) return true;
    const binding = await this.#binding(gfid);
    return binding !== null && holds(binding, inode, this.#stat.statFd(fd));
  }

  /** Whether `open` took `fd` from the live tree. */
  isLive(fd: number): boolean {
    return this.#live.has(fd);
  }

  /** The number may have been that of a live file before. */
  #asKept(fd: number): number {
    this.#live.delete(fd);
    return fd;
  }

  /**
   * As `open`, but only what nobody changes: kept versions and snapshots. Null when there is none.
   */
  async openKept(gfid: Gfid, inode: Inode): Promise<number | null> {
    if (this.#options.record.provider === 'snapshot') {
      const fd = await this.#openInSnapshot(gfid, inode);
      if (fd !== null) return fd;
    }
    return this.#directory.versions.open(gfid, inode.version);
  }

  async #openInSnapshot(gfid: Gfid, inode: Inode): Promise<number | null> {
    // An entry that was not captured is in the snapshot as it was then, not as the dataset has it.
    const exception = this.#catalog.exception(gfid);
    if ((exception instanceof Promise ? await exception : exception) !== null) return null;
    const found = this.#snapshot.find(inode.parent);
    const dirFd = found instanceof Promise ? await found : found;
    const fd = dirFd === null ? null : openInOrNull(dirFd, inode.name);
    if (fd === null) return null;
    const stat = this.#stat.statFd(fd);
    if (stat.type === 'file' && stat.size === inode.size) return fd;
    close(fd);
    return null;
  }

  #openSnapshot(): number | null {
    const { record, privateFd } = this.#options;
    const snapshot = Buffer.from(`trees/${this.#directory.id}/snapshots/${record.id}`);
    const base = record.snapshotBase ?? Buffer.alloc(0);
    const path = base.length > 0 ? join([snapshot, base]) : snapshot;
    return openOrNull(privateFd, path, O_RDONLY | O_DIRECTORY);
  }

  async #openLive(gfid: Gfid, inode: Inode): Promise<number> {
    const { liveFd } = this.#options;
    const path = (await this.#liveCatalog?.pathOf(gfid)) ?? null;
    const binding = await this.#binding(gfid);
    if (liveFd === null || path === null || binding?.version !== inode.version) {
      throw new DmError(
        'unreadable',
        `content ${inode.version.toString(16)} of file ${gfid} (${printable(inode.name)}) is not kept at this place; copy the dataset here again`,
      );
    }
    const fd = openOrNull(liveFd, join(path));
    if (fd !== null && holds(binding, inode, this.#stat.statFd(fd))) return fd;
    if (fd !== null) close(fd);
    throw new DmError(
      'source_changing',
      `${printable(join(path))} has changed since the dataset was made, and its bytes were not kept; make a new dataset`,
    );
  }

  async #binding(gfid: Gfid): Promise<Binding | null> {
    const value = await this.#bindings.get(encodeGfidKey(gfid));
    return value === null ? null : decodeBinding(value);
  }
}

/**
 * A ctime of 0 means that the file changed in the moment it was bound: what else is known must do.
 */
function holds(binding: Binding, inode: Inode, stat: FileStat): boolean {
  return (
    stat.type === 'file' &&
    binding.version === inode.version &&
    binding.ino === stat.ino &&
    binding.size === stat.size &&
    binding.mtimeNs === stat.mtimeNs &&
    (binding.ctimeNs === 0n || binding.ctimeNs === stat.ctimeNs)
  );
}

function openInOrNull(dirFd: number, name: Uint8Array): number | null {
  try {
    return openAt(dirFd, name, O_RDONLY);
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ELOOP')) return null;
    throw sysToDm(error, 'open', name);
  }
}

function openOrNull(dirFd: number, path: Buffer, flags = O_RDONLY): number | null {
  try {
    return openBeneath(dirFd, path, flags);
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR', 'ELOOP', 'EXDEV')) return null;
    throw sysToDm(error, 'open', path);
  }
}

function join(parts: readonly Uint8Array[]): Buffer {
  return Buffer.concat(parts.flatMap((part, index) => (index === 0 ? [part] : [SLASH, part])));
}
