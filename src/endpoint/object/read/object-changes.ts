import type { ObjectStore } from '../../../repository/object-store.js';
import type { RepositoryRecord } from '../../../repository/repository-record.js';
import { handOver } from '../../../util/hand-over.js';
import type { ChangeBatch } from '../../change-stream.js';
import { BatchWriter } from '../../changes/batch-writer.js';
import { decodeToken } from '../../changes/change-token.js';
import { FileRecords } from '../../changes/file-records.js';
import { selectFiles, selectGiven } from '../../changes/file-selection.js';
import { interleave } from '../../changes/interleave.js';
import { mapChanges } from '../../changes/map-changes.js';
import { streamStructure } from '../../changes/structure-stream.js';
import { compressBatch } from '../../compression/compress-batch.js';
import type { ChangesRequest } from '../../source.js';
import type { Repository } from '../repository.js';
import { ObjectContentStream } from './object-content-stream.js';
import { RepositoryReader } from './repository-reader.js';

/** Batches of 1 MiB that wait for the consumer, of each lane. */
const WINDOW = 2;

/** Two datasets of one repository: what is sent, and what it is compared with. */
export interface ObjectChangesInput {
  readonly repository: Repository;
  readonly record: RepositoryRecord;
  readonly base: RepositoryRecord | null;
}

type Emit = (batch: ChangeBatch) => Promise<void>;

/** What is emitted is compressed while the request wants it, beside this thread. */
function compressing({ compression }: ChangesRequest, emit: Emit): Emit {
  if (compression === undefined) return emit;
  return async (batch) => emit(await compressBatch(batch, compression));
}

/** The stream of changes out of a repository: the structure, then all lanes at once, then `end`. */
export async function* objectChanges(
  input: ObjectChangesInput,
  request: ChangesRequest,
  { store }: { store: ObjectStore },
  signal: AbortSignal,
): AsyncGenerator<ChangeBatch, void> {
  const { lanes, resume } = request;
  const stop = new AbortController();
  const both = AbortSignal.any([signal, stop.signal]);
  const reader = new RepositoryReader({ repository: input.repository, store }, both);
  try {
    if (request.files === undefined && resume?.structureDone !== true) {
      yield* handOver(
        (emit, end) => structure(input, request, reader, compressing(request, emit), end),
        WINDOW,
        both,
      );
    }
    const streams: AsyncGenerator<ChangeBatch, void>[] = [];
    for (let lane = 0; lane < lanes; lane++) {
      streams.push(
        handOver(
          (emit, end) => content(lane, input, request, reader, compressing(request, emit), end),
          WINDOW,
          both,
        ),
      );
    }
    yield* interleave(streams, () => stop.abort());
  } finally {
    stop.abort();
  }
  signal.throwIfAborted();
  const nothing = new Uint8Array(0);
  yield {
    phase: 'end',
    lane: 0,
    token: nothing,
    payload: nothing,
    files: 0,
    bytes: 0,
    changedBytes: 0,
    readBytes: 0,
  };
}

async function structure(
  input: ObjectChangesInput,
  { subpaths }: ChangesRequest,
  reader: RepositoryReader,
  emit: Emit,
  signal: AbortSignal,
): Promise<void> {
  const { catalog } = reader.maps(input.record.maps);
  const base = input.base && reader.maps(input.base.maps).catalog;
  const changes = await mapChanges(subpaths, { pages: reader.pages, catalog, base }, signal);
  await streamStructure((map) => changes.of(map, null), new BatchWriter('structure', 0, emit));
}

async function content(
  lane: number,
  input: ObjectChangesInput,
  request: ChangesRequest,
  reader: RepositoryReader,
  emit: Emit,
  signal: AbortSignal,
): Promise<void> {
  const { lanes, subpaths, files } = request;
  const token = request.resume?.tokens[lane] ?? null;
  const position = token === null ? null : decodeToken(token, lanes);
  const from = position?.gfid ?? null;
  const maps = reader.maps(input.record.maps);
  const base = input.base && reader.maps(input.base.maps);
  const { catalog } = maps;
  const compared = { pages: reader.pages, catalog, base: base?.catalog ?? null };
  const changes = await mapChanges(subpaths, compared, signal);
  const options = { lane, lanes, from, signal };
  const selected =
    files !== undefined
      ? selectGiven(files, options, catalog)
      : selectFiles(options, { ...compared, changes });
  const batch = new BatchWriter('content', lane, emit);
  const records = new FileRecords({ lanes }, { batch });
  const modules = { maps, base, segments: reader.segments, batch, records };
  await new ObjectContentStream({ lanes, position }, modules).run(selected, signal);
}
