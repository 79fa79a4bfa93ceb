import { DmError } from '../../../model/error.js';
import type { Gfid } from '../../../model/ids.js';
import { close, O_RDONLY } from '../sys/open.js';
import { type FileStat, statFd } from '../sys/stat.js';
import { joinPath } from './directory-stack.js';
import type { Identity } from './identify-entry.js';
import { observeOpen } from './observe-inode.js';
import { hasKnownContent } from './providers/known-content.js';
import type { ScanNotes } from './scan-notes.js';
import type { EntryLook, ScanModules, ScannedDirectory, ScanOptions } from './scan-types.js';
import { U64Map } from './u64-map.js';

export interface FileScannerModules extends Omit<ScanModules, 'look'> {
  readonly notes: ScanNotes;
  readonly look: EntryLook;
}

/** Notes regular files: which contents are to be captured, or, where none are, what each file is now. */
export class FileScanner {
  readonly #options: ScanOptions;
  readonly #modules: FileScannerModules;
  /** Of hard-linked files on the content list: the directory they were seen in, and which read of it. */
  readonly #listedIn = new U64Map();
  readonly #listedBy = new U64Map();

  constructor(options: ScanOptions, modules: FileScannerModules) {
    this.#options = options;
    this.#modules = modules;
  }

  /** Notes a new or changed file. Throws what keeps it from being looked at. */
  async changed(
    directory: ScannedDirectory,
    name: Buffer,
    stat: FileStat,
    identity: Identity,
  ): Promise<void> {
    if (this.#options.content === 'list') {
      const storeAs = await this.#unstoredVersion(directory, name, stat, identity);
      this.#list(directory, name, stat, identity, storeAs);
    } else {
      await this.#observe(directory, name, stat, identity);
    }
  }

  /** An unchanged file whose version the store lacks is captured under the version it has. */
  unchanged(
    directory: ScannedDirectory,
    name: Buffer,
    stat: FileStat,
    { gfid, binding }: Identity,
  ): void {
    const { isStored } = this.#options;
    if (isStored === null || stat.type !== 'file' || binding === null) return;
    if (isStored(gfid, binding.version)) return;
    const identity = { gfid, binding, isNew: false, unchanged: true };
    this.#list(directory, name, stat, identity, binding.version);
  }

  async #observe(
    directory: ScannedDirectory,
    name: Buffer,
    stat: FileStat,
    identity: Identity,
  ): Promise<void> {
    const fd = this.#modules.look.openAt(directory.fd, name, O_RDONLY);
    try {
      const opened = statFd(fd);
      if (opened.ino !== stat.ino || opened.type !== 'file') {
        throw new DmError('source_changing', 'it was replaced while it was looked at');
      }
      const { owners, notes } = this.#modules;
      const context = { owners, racySinceNs: this.#options.racySinceNs };
      const version = await this.#versionOf(fd, opened, identity);
      notes.observed(identity.gfid, observeOpen(fd, opened, version, context));
    } finally {
      close(fd);
    }
  }

  async #versionOf(fd: number, stat: FileStat, { gfid, binding }: Identity): Promise<bigint> {
    const { content, newVersion } = this.#options;
    if (content === 'observe' || binding === null || binding.size !== stat.size) return newVersion;
    const { version } = binding;
    if (content === 'adopt') return binding.mtimeNs === stat.mtimeNs ? version : newVersion;
    return (await this.#isKnown(fd, stat, gfid, version)) ? version : newVersion;
  }

  /**
   * The version of a file that only its metadata tell from the last dataset, when the store lacks it: what has the bytes is
   * the live file alone, and older datasets find them under that version. 0 for any other file.
   */
  async #unstoredVersion(
    directory: ScannedDirectory,
    name: Buffer,
    stat: FileStat,
    { gfid, binding }: Identity,
  ): Promise<bigint> {
    const { isStored } = this.#options;
    if (isStored === null || binding === null || binding.size !== stat.size) return 0n;
    const { version } = binding;
    if (isStored(gfid, version)) return 0n;
    const fd = this.#modules.look.openAt(directory.fd, name, O_RDONLY);
    try {
      const opened = statFd(fd);
      if (opened.ino !== stat.ino || opened.type !== 'file') return 0n;
      return (await this.#isKnown(fd, opened, gfid, version)) ? version : 0n;
    } finally {
      close(fd);
    }
  }

  /** Whether the file has the content that the last dataset has as that version. */
  #isKnown(fd: number, stat: FileStat, gfid: Gfid, version: bigint): Promise<boolean> {
    const { catalog } = this.#modules.previous;
    return hasKnownContent(fd, stat, { gfid, version }, catalog, this.#options.signal);
  }

  #list(
    directory: ScannedDirectory,
    name: Buffer,
    stat: FileStat,
    { gfid, binding }: Identity,
    storeAs: bigint,
  ): void {
    // One capture serves all names of a hard link, as long as the directory it was seen in stands.
    if (stat.nlink > 1) {
      const parent = this.#listedIn.get(gfid);
      const read = Number(this.#listedBy.get(gfid) ?? 0n);
      if (parent !== undefined && this.#modules.notes.reads.isValid(parent as Gfid, read)) return;
      this.#listedIn.set(gfid, directory.gfid);
      this.#listedBy.set(gfid, BigInt(directory.read));
    }
    const item = {
      gfid,
      parent: directory.gfid,
      read: directory.read,
      ino: stat.ino,
      btimeNs: stat.btimeNs,
      ctimeNs: stat.ctimeNs,
      size: stat.size,
      storeAs,
      formerVersion: binding?.version ?? 0n,
      likelySame: binding?.size === stat.size && binding.mtimeNs === stat.mtimeNs,
      racy: binding?.ctimeNs === 0n,
      path: joinPath([...directory.components, name]),
    };
    this.#modules.notes.content(item, stat.blocks * 512n);
  }
}
