import type { EntryValue } from '../../../catalog/maps/entries.js';
import { DmError } from '../../../model/error.js';
import type { Gfid } from '../../../model/ids.js';
import type { FileType } from '../../../model/inode.js';
import type { MaybePromise } from '../../../util/maybe-promise.js';
import { isSubvolumeRoot } from '../sys/btrfs.js';
import { isErrno, SysError, sysToDm } from '../sys/errno.js';
import { filesystemMagic, MAGIC_BTRFS } from '../sys/filesystem.js';
import { close, O_RDONLY, openAt } from '../sys/open.js';
import { copyOf, type FileStat, StatView, statAt } from '../sys/stat.js';
import { joinPath } from './directory-stack.js';
import { FileScanner } from './file-scanner.js';
import type { FormerEntries } from './former-entries.js';
import { EntryIdentifier, type Identity } from './identify-entry.js';
import { observeClosed, observeOpen } from './observe-inode.js';
import type { ScanNotes } from './scan-notes.js';
import type { EntryLook, ScanModules, ScannedDirectory, ScanOptions } from './scan-types.js';

/** `absent`: not part of the dataset. `kept`: stays as it was, nothing happened to it or it could not be looked at. */
export type EntryOutcome =
  | 'absent'
  | 'kept'
  | {
      readonly gfid: Gfid;
      readonly type: FileType;
      readonly isNew: boolean;
      readonly ino: bigint;
    };

/** Entries between two calls of the progress callback. */
const PROGRESS_EVERY = 2000;
/** What btrfs shows in a snapshot where a subvolume was nested. */
const EMPTY_SUBVOLUME_INO = 2n;
/** Failures of this process, not of an entry. */
const OUT_OF_RESOURCES = ['EMFILE', 'ENFILE', 'ENOMEM'];
const SYSTEM_LOOK: EntryLook = {
  statAt: (view, dirFd, name) => view.statAt(dirFd, name),
  openAt,
};

/** Looks at one entry after the other: who it is, whether it has changed, and if so what it is now. */
export class EntryScanner {
  readonly #options: ScanOptions;
  readonly #modules: ScanModules & { notes: ScanNotes };
  readonly #look: EntryLook;
  readonly #identifier: EntryIdentifier;
  readonly #files: FileScanner;
  readonly #base: FileStat;
  readonly #baseView: StatView;
  /** Of the entry that is looked at. */
  readonly #view = new StatView();
  readonly #onBtrfs: boolean;
  #entries = 0;

  constructor(options: ScanOptions, modules: ScanModules & { notes: ScanNotes }) {
    this.#options = options;
    this.#modules = modules;
    this.#look = modules.look ?? SYSTEM_LOOK;
    this.#identifier = new EntryIdentifier(modules.previous, modules.mint);
    this.#files = new FileScanner(options, { ...modules, look: this.#look });
    this.#baseView = new StatView().statFd(options.baseFd);
    this.#base = copyOf(this.#baseView);
    this.#onBtrfs = filesystemMagic(options.baseFd) === MAGIC_BTRFS;
  }

  get entriesSeen(): number {
    return this.#entries;
  }

  /** To be awaited after so many entries. */
  progress(): Promise<void> | undefined {
    if (this.#entries % PROGRESS_EVERY !== 0) return undefined;
    this.#options.signal.throwIfAborted();
    return this.#options.onProgress(this.#entries);
  }

  /**
   * Looks at an entry that the listing has; `former` is at what the previous catalog has under its name. What is as it was is
   * told at once.
   */
  entry(
    directory: ScannedDirectory,
    name: Buffer,
    listedType: FileType | null,
    former: FormerEntries | null,
  ): MaybePromise<EntryOutcome> {
    this.#entries++;
    const { excludes, isStored } = this.#options;
    if (listedType !== null && !excludes.isEmpty) {
      if (excludes.excludes(directory.components, name, listedType === 'dir')) return 'absent';
    }
    const view = this.#view;
    try {
      this.#look.statAt(view, directory.fd, name);
    } catch (error) {
      if (isErrno(error, 'ENOENT')) return 'absent';
      return this.#unreadable(directory, name, former?.entry() ?? null, error);
    }
    if (former !== null && excludes.isEmpty && isStored === null && !view.isDirectory) {
      const gfidKey = view.sameMount(this.#baseView) ? former.gfidKey() : null;
      if (gfidKey !== null && this.#identifier.isAsBound(gfidKey, view)) return 'kept';
    }
    return this.#seen(directory, name, listedType, former?.entry() ?? null, copyOf(view));
  }

  /** Looks at an entry that is known to be there and may be as it was. */
  async again(
    directory: ScannedDirectory,
    name: Buffer,
    former: EntryValue,
  ): Promise<EntryOutcome> {
    this.#entries++;
    try {
      this.#look.statAt(this.#view, directory.fd, name);
    } catch (error) {
      if (isErrno(error, 'ENOENT')) return 'absent';
      return this.#unreadable(directory, name, former, error);
    }
    return this.#seen(directory, name, null, former, copyOf(this.#view));
  }

  async #seen(
    directory: ScannedDirectory,
    name: Buffer,
    listedType: FileType | null,
    former: EntryValue | null,
    stat: FileStat,
  ): Promise<EntryOutcome> {
    const { excludes } = this.#options;
    if (listedType === null && excludes.excludes(directory.components, name, stat.type === 'dir')) {
      return 'absent';
    }
    if (this.#isForeign(directory, name, stat)) return 'absent';
    const identity = await this.#identifier.identify(stat, former);
    if (identity.unchanged) {
      this.#files.unchanged(directory, name, stat, identity);
    } else if (stat.type !== 'dir') {
      try {
        await this.#changed(directory, name, stat, identity);
      } catch (error) {
        if (isErrno(error, 'ENOENT')) return 'absent';
        return this.#unreadable(directory, name, former, error);
      }
    }
    return { gfid: identity.gfid, type: stat.type, isNew: identity.isNew, ino: stat.ino };
  }

  /** Notes the inode of a directory that is open, if it has changed. */
  async directory(fd: number, gfid: Gfid, stat: FileStat): Promise<void> {
    const identity = await this.#identifier.known(gfid, stat, false);
    if (identity?.unchanged === true) return;
    this.#modules.notes.observed(gfid, observeOpen(fd, stat, 0n, this.#context));
  }

  /** Notes a directory that could not be opened or read; what it held stays as it was. */
  unreadableDirectory(
    parent: { readonly gfid: Gfid; readonly read: number; readonly fd: number },
    target: { readonly gfid: Gfid; readonly isNew: boolean; readonly name: Uint8Array },
    path: Uint8Array,
    error: unknown,
  ): void {
    const { notes } = this.#modules;
    this.#fail(target.gfid, parent.gfid, parent.read, path, error);
    if (!target.isNew) return;
    const stat = statAt(parent.fd, target.name);
    if (stat.type !== 'dir') return;
    notes.observed(target.gfid, observeClosed(parent.fd, target.name, stat, this.#context));
  }

  get #context() {
    return { owners: this.#modules.owners, racySinceNs: this.#options.racySinceNs };
  }

  /** True for what does not belong to the tree: other mounts, nested subvolumes, our own directory. */
  #isForeign(directory: ScannedDirectory, name: Buffer, stat: FileStat): boolean {
    const base = this.#base;
    const { notes } = this.#modules;
    const path = () => joinPath([...directory.components, name]);
    if (stat.mountId !== null && base.mountId !== null && stat.mountId !== base.mountId) {
      notes.warn(path(), 'mount_point');
      return true;
    }
    if (stat.type !== 'dir') return false;
    if (this.#options.isSnapshot && this.#onBtrfs && stat.ino === EMPTY_SUBVOLUME_INO) {
      notes.warn(path(), 'nested_subvolume');
      return true;
    }
    if (stat.dev !== base.dev) {
      notes.warn(path(), this.#isSubvolume(directory, name) ? 'nested_subvolume' : 'mount_point');
      return true;
    }
    return this.#options.privateDirectories.some(
      (own) => own.ino === stat.ino && own.dev === this.#options.liveDevice,
    );
  }

  #isSubvolume(directory: ScannedDirectory, name: Buffer): boolean {
    if (!this.#onBtrfs) return false;
    const fd = openAt(directory.fd, name, O_RDONLY);
    try {
      return isSubvolumeRoot(fd);
    } finally {
      close(fd);
    }
  }

  /** Notes a new or changed inode that is not a directory. */
  async #changed(
    directory: ScannedDirectory,
    name: Buffer,
    stat: FileStat,
    identity: Identity,
  ): Promise<void> {
    const { notes } = this.#modules;
    if (stat.type !== 'file') {
      notes.observed(identity.gfid, observeClosed(directory.fd, name, stat, this.#context));
    } else {
      await this.#files.changed(directory, name, stat, identity);
    }
  }

  #unreadable(
    directory: ScannedDirectory,
    name: Buffer,
    former: EntryValue | null,
    error: unknown,
  ): 'kept' {
    const path = joinPath([...directory.components, name]);
    const gfid = former?.gfid ?? this.#identifier.mint();
    this.#fail(gfid, directory.gfid, directory.read, path, error);
    return 'kept';
  }

  #fail(gfid: Gfid, parent: Gfid, read: number, path: Uint8Array, error: unknown): void {
    if (!(error instanceof SysError) && !(error instanceof DmError)) throw error;
    if (isErrno(error, ...OUT_OF_RESOURCES)) throw error;
    const { code, message } = sysToDm(error, 'read', path);
    this.#modules.notes.failed(gfid, { parent, read, code, path, message });
  }
}
