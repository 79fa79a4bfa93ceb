import { rmSync } from 'node:fs';
import type { TaskStream, WorkerPool } from '../../../worker/pool.js';
import type { ChangeBatch } from '../../change-stream.js';
import { interleave } from '../../changes/interleave.js';
import type { ChangesRequest } from '../../source.js';
import {
  CHANGES_TASKS,
  type ChangesInput,
  type ContentInput,
  type ContentResult,
  type StructureInput,
} from './changes-input.js';
import type { DigestKeeper } from './digest-keeper.js';

/** Batches of 1 MiB in flight for each lane. */
const WINDOW = 3;

export interface ChangesStreamModules {
  readonly pool: WorkerPool;
  /** Null when digests made on the way are not to be kept. */
  readonly digests: DigestKeeper | null;
}

/** Runs the tasks of one stream: the structure, then all lanes at once, then `end`. */
export async function* streamChanges(
  input: ChangesInput,
  request: ChangesRequest,
  { pool, digests }: ChangesStreamModules,
  signal: AbortSignal,
): AsyncGenerator<ChangeBatch, void> {
  const { subpaths, lanes, resume } = request;
  const files = request.files ?? null;
  const compression = request.compression?.memory ?? null;
  const structure: StructureInput = { ...input, subpaths, compression };
  if (files === null && resume?.structureDone !== true) {
    const { messages } = pool.stream<StructureInput, null, ChangeBatch>(
      CHANGES_TASKS.structure,
      structure,
      { window: WINDOW },
      signal,
    );
    yield* messages;
  }
  if (request.structureOnly === true) {
    yield END;
    return;
  }
  const stop = new AbortController();
  const both = AbortSignal.any([signal, stop.signal]);
  const spills = digests?.newSpills(lanes) ?? [];
  try {
    const streams: TaskStream<ContentResult, ChangeBatch>[] = [];
    for (let lane = 0; lane < lanes; lane++) {
      const token = resume?.tokens[lane] ?? null;
      const spillPath = spills[lane] ?? null;
      const content: ContentInput = { ...structure, lane, lanes, token, files, spillPath };
      streams.push(pool.stream(CHANGES_TASKS.content, content, { window: WINDOW }, both));
    }
    yield* interleave(
      streams.map(({ messages }) => messages),
      () => stop.abort(),
    );
    const results = await Promise.all(streams.map(({ result }) => result));
    const lost = results.find(({ digestsLost }) => digestsLost !== null);
    await digests?.keep(input, lost?.digestsLost ?? null, spills, signal);
  } finally {
    for (const path of spills) rmSync(path, { force: true });
  }
  yield END;
}

const NOTHING = new Uint8Array(0);
const END: ChangeBatch = {
  phase: 'end',
  lane: 0,
  token: NOTHING,
  payload: NOTHING,
  files: 0,
  bytes: 0,
  changedBytes: 0,
  readBytes: 0,
};
