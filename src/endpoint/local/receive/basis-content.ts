import { DmError } from '../../../model/error.js';
import type { ContentName } from '../../change-payload.js';
import { isContentFailure } from '../../receive/file-failure.js';
import type { VersionReader } from '../changes/version-reader.js';
import type { VersionStore } from '../layout/version-store.js';
import { cloneFile, copyRange, isCloneRefusal } from '../sys/clone.js';
import { truncate } from '../sys/data.js';
import { dataExtents } from '../sys/holes.js';
import { close } from '../sys/open.js';
import { statFd } from '../sys/stat.js';

/** Bytes that are copied between two looks at the signal. */
const COPY_STEP = 64 * 1024 * 1024;

/** Fills new files with contents that this place has already. */
export class BasisContent {
  readonly #base: VersionReader | null;
  readonly #versions: VersionStore;
  readonly #signal: AbortSignal;

  constructor(
    modules: { base: VersionReader | null; versions: VersionStore },
    signal: AbortSignal,
  ) {
    this.#base = modules.base;
    this.#versions = modules.versions;
    this.#signal = signal;
  }

  /** Makes the empty file `fd` hold a content, shared where possible; its size, or null when it is not here (any more). */
  async fill(fd: number, basis: ContentName): Promise<bigint | null> {
    const stored = this.#versions.open(basis.gfid, basis.version);
    if (stored !== null) return this.#copyAndClose(stored, fd);
    const inode = (await this.#base?.catalog.inode(basis.gfid)) ?? null;
    if (this.#base === null || inode?.version !== basis.version) return null;
    const exception = await this.#base.catalog.exception(basis.gfid);
    if (exception !== null && isContentFailure(exception.code)) return null;
    let live: number;
    try {
      live = await this.#base.open(basis.gfid, inode);
    } catch (error) {
      if (error instanceof DmError && error.code !== 'internal') return null;
      throw error;
    }
    try {
      const size = this.#copy(live, fd);
      const isSame = size === inode.size && (await this.#base.unchanged(basis.gfid, inode, live));
      return isSame ? size : null;
    } finally {
      close(live);
    }
  }

  #copyAndClose(from: number, to: number): bigint {
    try {
      return this.#copy(from, to);
    } finally {
      close(from);
    }
  }

  #copy(from: number, to: number): bigint {
    const { size } = statFd(from);
    try {
      cloneFile(from, to);
      return size;
    } catch (error) {
      if (!isCloneRefusal(error)) throw error;
    }
    truncate(to, size);
    for (const extent of dataExtents(from, size)) {
      const end = extent.offset + extent.length;
      for (let at = extent.offset; at < end; at += COPY_STEP) {
        this.#signal.throwIfAborted();
        copyRange(from, at, to, at, Math.min(COPY_STEP, end - at));
      }
    }
    return size;
  }
}
