import { rmSync } from 'node:fs';
import type { Task, TaskIo } from '../../../worker/task.js';
import type { ChangeBatch } from '../../change-stream.js';
import { BatchWriter } from '../../changes/batch-writer.js';
import { decodeToken } from '../../changes/change-token.js';
import { FileRecords } from '../../changes/file-records.js';
import { selectFiles, selectGiven } from '../../changes/file-selection.js';
import { mapChanges } from '../../changes/map-changes.js';
import { streamStructure } from '../../changes/structure-stream.js';
import { compressBatch } from '../../compression/compress-batch.js';
import { CompressionSwitch } from '../../compression/compression-switch.js';
import type {
  ContentInput,
  ContentResult,
  DigestsInput,
  DigestsResult,
  StructureInput,
} from './changes-input.js';
import { addDigests } from './content-digests.js';
import { ContentStream } from './content-stream.js';
import { DigestSpill } from './digest-spill.js';
import { FileStream } from './file-stream.js';
import { PlaceDatasets } from './place-datasets.js';
import { RangeDiff } from './range-diff.js';

/** Pages that a task keeps: each lane has a thread of its own. */
const CACHE_BYTES = 4 * 1024 * 1024;

export const structureTask: Task<StructureInput, null, ChangeBatch> = async (input, io) => {
  const batch = new BatchWriter('structure', 0, sender(input, io));
  const datasets = await PlaceDatasets.open({ place: input.place, cacheBytes: CACHE_BYTES });
  try {
    const catalog = datasets.versions(input.dataset).catalog;
    const base = input.base && datasets.versions(input.base).catalog;
    const compared = { pages: datasets.pages, catalog, base };
    const changes = await mapChanges(input.subpaths, compared, io.signal);
    await streamStructure((map) => changes.of(map, null), batch);
  } finally {
    await datasets[Symbol.asyncDispose]();
  }
  return null;
};

export const contentTask: Task<ContentInput, ContentResult, ChangeBatch> = async (input, io) => {
  const spill = input.spillPath === null ? null : new DigestSpill(input.spillPath);
  let lost: unknown = null;
  try {
    await streamContent(input, spill, io);
  } finally {
    lost = spill?.close() ?? null;
  }
  return { digestsLost: lost === null ? null : String(lost) };
};

async function streamContent(
  input: ContentInput,
  spill: DigestSpill | null,
  io: TaskIo<ChangeBatch, never>,
): Promise<void> {
  const { lane, lanes, token, files } = input;
  const { signal } = io;
  const position = token === null ? null : decodeToken(token, lanes);
  const from = position?.gfid ?? null;
  const datasets = await PlaceDatasets.open({ place: input.place, cacheBytes: CACHE_BYTES });
  try {
    const versions = datasets.versions(input.dataset);
    const base = input.base === null ? null : datasets.versions(input.base);
    const { catalog } = versions;
    const options = { lane, lanes, from, signal };
    const compared = { pages: datasets.pages, catalog, base: base?.catalog ?? null };
    const changes = await mapChanges(input.subpaths, compared, signal);
    const selected =
      files !== null
        ? selectGiven(files, options, catalog)
        : selectFiles(options, {
            changes,
            catalog,
            base: base?.catalog ?? null,
          });
    const batch = new BatchWriter('content', lane, sender(input, io));
    const records = new FileRecords({ lanes }, { batch });
    const modules = { records, diff: new RangeDiff(), known: catalog.content, spill };
    const stream = new ContentStream(
      { lanes, position },
      { versions, base, batch, files: new FileStream(modules) },
    );
    await stream.run(selected, signal);
  } finally {
    await datasets[Symbol.asyncDispose]();
  }
}

export const digestsTask: Task<DigestsInput, DigestsResult> = async (input, io) => {
  const datasets = await PlaceDatasets.open({ place: input.place, cacheBytes: CACHE_BYTES });
  try {
    return await addDigests(input, datasets, io.signal);
  } finally {
    await datasets[Symbol.asyncDispose]();
    for (const path of input.spills) rmSync(path, { force: true });
  }
};

function sender(
  { compression }: StructureInput,
  io: TaskIo<ChangeBatch, never>,
): (batch: ChangeBatch) => Promise<void> {
  const on = compression === null ? null : new CompressionSwitch(compression);
  return async (batch) => {
    const sent = await compressBatch(batch, on);
    await io.emit(sent, [sent.payload.buffer as ArrayBuffer]);
  };
}
