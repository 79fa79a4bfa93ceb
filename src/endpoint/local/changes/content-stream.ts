import { decodeInode } from '../../../catalog/maps/inodes.js';
import { callText, DmError } from '../../../model/error.js';
import type { ErrorCode } from '../../../model/error-codes.js';
import { isErrorCode } from '../../../model/error-codes.js';
import type { Gfid } from '../../../model/ids.js';
import type { Inode } from '../../../model/inode.js';
import { LEAF_BYTES } from '../../change-payload.js';
import type { BatchWriter } from '../../changes/batch-writer.js';
import { encodeToken, type LanePosition } from '../../changes/change-token.js';
import type { SelectedFile } from '../../changes/file-selection.js';
import { SysError, sysToDm } from '../sys/errno.js';
import { sizeAsNumber } from '../sys/holes.js';
import { close } from '../sys/open.js';
import { StatView } from '../sys/stat.js';
import { type Basis, openBasis } from './basis.js';
import type { FileStream, FormerContent } from './file-stream.js';
import { VersionFile } from './version-file.js';
import type { VersionReader } from './version-reader.js';

const SLASH = Buffer.from('/');

export interface ContentStreamOptions {
  readonly lanes: number;
  /** Where the lane goes on; null is its start. */
  readonly position: LanePosition | null;
}

export interface ContentStreamModules {
  readonly versions: VersionReader;
  readonly base: VersionReader | null;
  readonly batch: BatchWriter;
  readonly files: FileStream;
}

/**
 * Sends the content of one lane. A file that cannot be read becomes a
 * failure record, and the lane goes on.
 */
export class ContentStream {
  readonly #options: ContentStreamOptions;
  readonly #modules: ContentStreamModules;
  readonly #stat = new StatView();

  constructor(options: ContentStreamOptions, modules: ContentStreamModules) {
    this.#options = options;
    this.#modules = modules;
  }

  /**
   * `selected`: ascending from the position's gfid on. Fails when `signal`
   * aborts, or for what concerns no file.
   */
  async run(selected: AsyncIterable<SelectedFile>, signal: AbortSignal): Promise<void> {
    const { position, lanes } = this.#options;
    const { batch } = this.#modules;
    let last: Gfid | null = null;
    for await (const file of selected) {
      signal.throwIfAborted();
      const resumed = position?.gfid === file.gfid;
      if (resumed && position.offset === null) continue;
      await this.#sendOrFail(file, resumed ? (position.offset ?? 0) : 0, signal);
      last = file.gfid;
    }
    if (last !== null) await batch.flush(encodeToken(lanes, { gfid: last, offset: null }));
  }

  async #sendOrFail(file: SelectedFile, from: number, signal: AbortSignal): Promise<void> {
    const { files } = this.#modules;
    const inode = decodeInode(file.inode);
    files.begin();
    try {
      await this.#refuseException(file.gfid);
      if (inode.type === 'file') await this.#send(file, inode, from, signal);
    } catch (error) {
      if (signal.aborted) throw error;
      const failure = await this.#failureOf(file.gfid, error);
      if (failure.code === 'internal') throw failure;
      await files.fail(file.gfid, failure);
    }
  }

  async #send(file: SelectedFile, inode: Inode, from: number, signal: AbortSignal): Promise<void> {
    const { versions, base, files } = this.#modules;
    const fd = await versions.open(file.gfid, inode);
    let basis: Basis | null = null;
    try {
      basis = await openBasis(file, inode, base);
      const content = this.#contentOf(fd, inode, !versions.isLive(fd));
      const former = basis && this.#formerOf(basis);
      const confirm = async (): Promise<void> => {
        const stable = await versions.unchanged(file.gfid, inode, fd);
        if (!stable || !(await this.#isStable(basis))) throw changing();
      };
      const record = {
        gfid: file.gfid,
        version: inode.version,
        size: inode.size,
        basis: basis && { gfid: basis.gfid, version: basis.inode.version },
      };
      await files.send(record, content, former, from, confirm, signal);
      content.release();
    } finally {
      close(fd);
      if (typeof basis?.fd === 'number') close(basis.fd);
    }
  }

  #formerOf({ gfid, inode, fd }: Basis): FormerContent | null {
    const { base } = this.#modules;
    if (base === null) return null;
    // It may be the version of a file that comes again.
    const file = fd === null ? null : this.#contentOf(fd, inode, false);
    return { gfid, size: sizeAsNumber(inode.size), file, leaves: base.catalog.content };
  }

  async #isStable(basis: Basis | null): Promise<boolean> {
    const { base } = this.#modules;
    if (basis === null || basis.fd === null || base === null) return true;
    return base.unchanged(basis.gfid, basis.inode, basis.fd);
  }

  #contentOf(fd: number, inode: Inode, isOwn: boolean): VersionFile {
    const stat = this.#stat.statFd(fd);
    if (stat.size !== inode.size) throw changing();
    const size = sizeAsNumber(inode.size);
    // Not worth asking: a small file that has all its blocks.
    const dense = size <= LEAF_BYTES && stat.blocks * 512n >= inode.size;
    return new VersionFile(fd, size, {
      ...{ dense, isOwn },
      onRead: (bytes) => this.#modules.batch.countRead(bytes),
    });
  }

  async #refuseException(gfid: Gfid): Promise<void> {
    const { catalog } = this.#modules.versions;
    const exception = await catalog.exception(gfid);
    if (exception === null || exception.code === 'unsupported_metadata') return;
    const code: ErrorCode = isErrorCode(exception.code) ? exception.code : 'unreadable';
    throw new DmError(code, Buffer.from(exception.message).toString());
  }

  async #failureOf(gfid: Gfid, error: unknown): Promise<DmError> {
    if (error instanceof DmError && error.code !== 'corrupt' && error.code !== 'source_changing') {
      return error;
    }
    const names = (await this.#modules.versions.catalog.pathOf(gfid)) ?? [];
    const path = Buffer.concat(names.flatMap((name) => [SLASH, name])).subarray(1);
    // A failed call of Node's own fs.
    if (error instanceof Error && !(error instanceof SysError) && 'syscall' in error) {
      const text = `cannot read ${path.toString()}: ${callText(error)}`;
      return new DmError('io_error', text, { cause: error });
    }
    if (!(error instanceof DmError)) return sysToDm(error, 'read', path);
    return new DmError(error.code, `${path.toString()}: ${error.message}`, { cause: error });
  }
}

function changing(): DmError {
  return new DmError(
    'source_changing',
    'the file is not as it was captured; capture the tree again',
  );
}
