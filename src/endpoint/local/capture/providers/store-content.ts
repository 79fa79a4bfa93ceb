import { fsyncSync } from 'node:fs';
import { DmError } from '../../../../model/error.js';
import type { VersionStore } from '../../layout/version-store.js';
import { VersionWriter } from '../../layout/version-writer.js';
import { cloneFile, isCloneRefusal } from '../../sys/clone.js';
import { close } from '../../sys/open.js';
import { type FileStat, statFd } from '../../sys/stat.js';
import type { ContentItem } from '../scan-notes.js';
import { copyContent } from './copy-content.js';
import type { LeafSink } from './leaf-hasher.js';
import { sameContent } from './same-content.js';

export interface StoreContentOptions {
  readonly provider: 'clone' | 'copy';
  readonly newVersion: bigint;
  readonly signal: AbortSignal;
}

/** Puts contents of live files into the version store, by FICLONE or by a real copy. */
export class StoreContent implements Disposable {
  readonly #options: StoreContentOptions;
  readonly #versions: VersionStore;
  readonly #writer: VersionWriter;

  constructor(options: StoreContentOptions, modules: { versions: VersionStore }) {
    this.#options = options;
    this.#versions = modules.versions;
    this.#writer = new VersionWriter(modules.versions.path);
  }

  /**
   * Stores the content of the open file and returns the version it has. One that the store proves to hold already is
   * not stored again. `leaves` is told the digests of what was read; nothing for a clone. Throws `source_changing`,
   * and stores nothing, when the file was written to meanwhile.
   */
  store(fd: number, stat: FileStat, item: ContentItem, leaves: LeafSink): bigint {
    // Listed as unchanged, but it has changed since.
    const asFormer = item.storeAs !== 0n && stat.ctimeNs === item.ctimeNs;
    if (!asFormer && this.#isSame(fd, stat, item)) return item.formerVersion;
    const version = asFormer ? item.storeAs : this.#options.newVersion;
    this.#writer.put(item.gfid, version, (to) => {
      if (this.#options.provider !== 'clone' || !tryClone(fd, to)) {
        copyContent(fd, to, stat.size, leaves, this.#options.signal);
      }
      // Older datasets have this version too, and nothing tells the next capture that it was not synced.
      if (asFormer) fsyncSync(to);
      if (!sameMoment(stat, statFd(fd))) {
        throw new DmError('source_changing', 'the file was written to while it was read');
      }
    });
    return version;
  }

  [Symbol.dispose](): void {
    this.#writer[Symbol.dispose]();
  }

  /** Removes what was stored of a file that could not be captured after all. */
  forget(item: ContentItem): void {
    this.#versions.remove(item.gfid, this.#options.newVersion);
  }

  /** A look at the bytes is cheaper than a new version, but for a clone, where only doubt asks for it. */
  #isSame(fd: number, stat: FileStat, item: ContentItem): boolean {
    if (!item.likelySame || item.formerVersion === 0n) return false;
    if (this.#options.provider === 'clone' && !item.racy) return false;
    const former = this.#versions.open(item.gfid, item.formerVersion);
    if (former === null) return false;
    try {
      if (statFd(former).size !== stat.size) return false;
      return sameContent(fd, former, stat.size, this.#options.signal);
    } finally {
      close(former);
    }
  }
}

/** True when nothing happened to a file between two looks at it. */
export function sameMoment(a: FileStat, b: FileStat): boolean {
  return a.ctimeNs === b.ctimeNs && a.mtimeNs === b.mtimeNs && a.size === b.size;
}

function tryClone(from: number, to: number): boolean {
  try {
    cloneFile(from, to);
    return true;
  } catch (error) {
    // One file may refuse where others do not: no-copy-on-write files on btrfs.
    if (isCloneRefusal(error)) return false;
    throw error;
  }
}
