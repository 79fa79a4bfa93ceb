import type { ChangeBatch } from '../../endpoint/change-stream.js';
import type { TicketUse } from '../../endpoint/copy-task.js';
import type {
  Base,
  ChangesRequest,
  DatasetFilter,
  DatasetReader,
  DatasetRef,
  DirectoryEntry,
  EntryDetails,
  Source,
} from '../../endpoint/source.js';
import type { DatasetInfo } from '../../model/dataset.js';
import { DmError } from '../../model/error.js';
import type { Gfid } from '../../model/ids.js';
import { equalBytes } from '../../util/bytes.js';
import { SubpathGuard } from './subpath-guard.js';

type ReadUse = Extract<TicketUse, { direction: 'read' }>;

/** A source as a ticket shows it: the changes that lead to one dataset, or to parts of it. */
export class TicketedSource implements Source {
  readonly #use: ReadUse;
  readonly #source: Source;

  /** `source` stays the caller's to dispose of. */
  constructor(use: ReadUse, modules: { source: Source }) {
    this.#use = use;
    this.#source = modules.source;
  }

  listDatasets(_filter: DatasetFilter, _signal: AbortSignal): AsyncIterable<DatasetInfo> {
    throw beyondTicket('datasets are not listed with it');
  }

  async bookmark(_base: Base, _basePath: Uint8Array, _signal: AbortSignal): Promise<null> {
    throw beyondTicket('bookmarks are not looked for with it');
  }

  async open(ref: DatasetRef, signal: AbortSignal): Promise<DatasetReader> {
    const { id, basePath } = this.#use.dataset;
    const isMeant =
      'id' in ref &&
      ref.id === id &&
      (ref.basePath === undefined || equalBytes(ref.basePath, basePath));
    if (!isMeant) throw beyondTicket(`it is for dataset ${id}`);
    const reader = await this.#source.open({ id, basePath }, signal);
    return new TicketedReader(this.#use, reader);
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}

class TicketedReader implements DatasetReader {
  readonly info: DatasetInfo;
  readonly #use: ReadUse;
  readonly #reader: DatasetReader;
  readonly #guard: SubpathGuard;

  constructor(use: ReadUse, reader: DatasetReader) {
    this.info = reader.info;
    this.#use = use;
    this.#reader = reader;
    this.#guard = new SubpathGuard(reader, use.subpaths);
  }

  async *changes(request: ChangesRequest, signal: AbortSignal): AsyncGenerator<ChangeBatch> {
    const { subpaths } = this.#use;
    const same =
      request.subpaths.length === subpaths.length &&
      subpaths.every((path, index) => equalBytes(path, request.subpaths[index] as Uint8Array));
    if (!same) throw beyondTicket('it is for other subpaths');
    if (subpaths.length > 0) {
      for (const file of request.files ?? []) {
        if (await this.#guard.holds(file, signal)) continue;
        throw beyondTicket(`file ${file} is not below its subpaths`);
      }
    }
    yield* this.#reader.changes(request, signal);
  }

  lookup(_path: readonly Uint8Array[], _signal: AbortSignal): Promise<DirectoryEntry | null> {
    throw beyondTicket('nothing is browsed with it');
  }

  list(_dir: Gfid, _after: Uint8Array | null, _signal: AbortSignal): AsyncIterable<never> {
    throw beyondTicket('nothing is browsed with it');
  }

  details(_gfid: Gfid, _signal: AbortSignal): Promise<EntryDetails> {
    throw beyondTicket('nothing is browsed with it');
  }

  read(_file: Gfid, _offset: bigint, _length: bigint, _signal: AbortSignal): AsyncIterable<never> {
    throw beyondTicket('files are not read singly with it');
  }

  [Symbol.asyncDispose](): Promise<void> {
    return Promise.resolve(this.#reader[Symbol.asyncDispose]());
  }
}

/** The refusal of what a ticket does not give. */
export function beyondTicket(why: string): DmError {
  return new DmError(
    'refused',
    `the ticket of this connection does not give that: ${why}; ask for a ticket for it`,
    { data: { reason: 'beyond_ticket' } },
  );
}
