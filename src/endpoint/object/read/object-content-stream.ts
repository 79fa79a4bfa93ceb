import type { Catalog } from '../../../catalog/catalog.js';
import { decodeInode } from '../../../catalog/maps/inodes.js';
import { DmError } from '../../../model/error.js';
import { isErrorCode } from '../../../model/error-codes.js';
import type { Gfid } from '../../../model/ids.js';
import type { Inode } from '../../../model/inode.js';
import { lookAhead } from '../../../util/look-ahead.js';
import type { BatchWriter } from '../../changes/batch-writer.js';
import { encodeToken, type LanePosition } from '../../changes/change-token.js';
import type { FileRecords } from '../../changes/file-records.js';
import type { SelectedFile } from '../../changes/file-selection.js';
import { findBasis } from '../../changes/find-basis.js';
import { CHUNK_BYTES, chunkStarts, readChanges, type StoredFile } from './file-content.js';
import type { Segments } from './segments.js';
import type { StoredMaps } from './stored-maps.js';

/** Small files, and chunks of a large one, that are read before their turn. */
const FILES_AHEAD = 8;
const CHUNKS_AHEAD = 3;
const SLASH = Buffer.from('/');

type Chunk = Awaited<ReturnType<typeof readChanges>>;

/** A file on its way, with what was read of it beforehand, or what kept it from being read. */
interface Prepared {
  readonly file: SelectedFile;
  readonly inode: Inode;
  readonly from: number;
  readonly basis: StoredFile | null;
  /** All of a small file; else null. */
  readonly whole: Chunk | null;
  readonly error: unknown;
}

export interface ObjectContentStreamOptions {
  readonly lanes: number;
  /** Where the lane goes on; null is its start. */
  readonly position: LanePosition | null;
}

export interface ObjectContentStreamModules {
  readonly maps: StoredMaps;
  readonly base: StoredMaps | null;
  readonly segments: Segments;
  readonly batch: BatchWriter;
  readonly records: FileRecords;
}

/** Sends the content of one lane out of a repository. A damaged file becomes a failure record, and the lane goes on. */
export class ObjectContentStream {
  readonly #options: ObjectContentStreamOptions;
  readonly #modules: ObjectContentStreamModules;

  constructor(options: ObjectContentStreamOptions, modules: ObjectContentStreamModules) {
    this.#options = options;
    this.#modules = modules;
  }

  /** `selected`: ascending from the position's gfid on. Fails when `signal` aborts, or for what concerns no file. */
  async run(selected: AsyncIterable<SelectedFile>, signal: AbortSignal): Promise<void> {
    const { lanes } = this.#options;
    let last: Gfid | null = null;
    const prepared = lookAhead(this.#unsent(selected), FILES_AHEAD, (file) => this.#prepare(file));
    for await (const one of prepared) {
      signal.throwIfAborted();
      await this.#sendOrFail(one, signal);
      last = one.file.gfid;
    }
    if (last !== null) {
      await this.#modules.batch.flush(encodeToken(lanes, { gfid: last, offset: null }));
    }
  }

  async *#unsent(selected: AsyncIterable<SelectedFile>): AsyncGenerator<SelectedFile, void> {
    const { position } = this.#options;
    for await (const file of selected) {
      if (position?.gfid !== file.gfid || position.offset !== null) yield file;
    }
  }

  async #prepare(file: SelectedFile): Promise<Prepared> {
    const { position } = this.#options;
    const { maps, base, segments } = this.#modules;
    const inode = decodeInode(file.inode);
    const from = position?.gfid === file.gfid ? (position.offset ?? 0) : 0;
    const plain: Prepared = { file, inode, from, basis: null, whole: null, error: null };
    try {
      await this.#refuseException(file.gfid);
      if (inode.type !== 'file') return plain;
      const found = await findBasis(file, inode, base?.catalog ?? null);
      const basis =
        found === null || base === null
          ? null
          : { maps: base, gfid: found.gfid, size: Number(found.inode.size) };
      const size = Number(inode.size);
      if (size > CHUNK_BYTES || from > 0) return { ...plain, basis };
      const stored = { maps, gfid: file.gfid, size };
      return { ...plain, basis, whole: await readChanges(stored, basis, 0, size, segments) };
    } catch (error) {
      return { ...plain, error };
    }
  }

  async #sendOrFail(prepared: Prepared, signal: AbortSignal): Promise<void> {
    const { records } = this.#modules;
    records.begin();
    try {
      if (prepared.error !== null) throw prepared.error;
      if (prepared.inode.type === 'file') await this.#send(prepared, signal);
    } catch (error) {
      if (signal.aborted) throw error;
      await records.fail(prepared.file.gfid, await this.#failureOf(prepared.file.gfid, error));
    }
  }

  async #send(prepared: Prepared, signal: AbortSignal): Promise<void> {
    const { maps, segments, records } = this.#modules;
    const { inode, basis, from, whole } = prepared;
    const { gfid } = prepared.file;
    const size = Number(inode.size);
    const record = {
      gfid,
      version: inode.version,
      size: inode.size,
      basis: basis && { gfid: basis.gfid, version: await versionOf(basis) },
    };
    records.open(record, from);
    const { batch } = this.#modules;
    if (whole !== null) {
      batch.countRead(segments.takeBytesRead());
      await records.write(record, whole.chunk, whole.leaves);
    } else {
      const file = { maps, gfid, size };
      const chunks = lookAhead(chunkStarts(from, size), CHUNKS_AHEAD, ({ start, end }) =>
        readChanges(file, basis, start, end, segments),
      );
      for await (const { chunk, leaves } of chunks) {
        signal.throwIfAborted();
        batch.countRead(segments.takeBytesRead());
        await records.write(record, chunk, leaves);
      }
    }
    await records.end(record);
  }

  async #refuseException(gfid: Gfid): Promise<void> {
    const exception = await this.#modules.maps.catalog.exception(gfid);
    if (exception === null || exception.code === 'unsupported_metadata') return;
    const code = isErrorCode(exception.code) ? exception.code : 'unreadable';
    throw new DmError(code, Buffer.from(exception.message).toString());
  }

  /** What is wrong with one file only; anything else is thrown on, for a later try may fare better. */
  async #failureOf(gfid: Gfid, error: unknown): Promise<DmError> {
    if (!(error instanceof DmError) || error.transient || error.code === 'internal') throw error;
    if (error.code === 'store_refused' || error.code === 'cancelled') throw error;
    if (error.code !== 'corrupt') return error;
    const path = await pathText(this.#modules.maps.catalog, gfid);
    return new DmError('corrupt', `${path}: ${error.message}`, { cause: error });
  }
}

/** The first path of a file, for messages. */
export async function pathText(catalog: Catalog, gfid: Gfid): Promise<string> {
  const names = (await catalog.pathOf(gfid)) ?? [];
  return Buffer.concat(names.flatMap((name) => [SLASH, name]))
    .subarray(1)
    .toString();
}

async function versionOf({ maps, gfid }: StoredFile): Promise<bigint> {
  const inode = await maps.catalog.inode(gfid);
  if (inode === null) throw new DmError('corrupt', `base of file ${gfid} is gone; restore it`);
  return inode.version;
}
