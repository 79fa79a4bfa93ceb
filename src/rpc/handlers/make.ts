import type {
  BadEntry,
  CreateProgress,
  VerifyProgress,
  VerifyResult,
} from '../../endpoint/dataset-maker.js';
import type { DatasetInfo } from '../../model/dataset.js';
import { datasetToWire } from '../codec/dataset-codec.js';
import {
  createFromWire,
  createProgressToWire,
  previewRequestFromWire,
  previewToWire,
  verifyProgressToWire,
  verifyResultToWire,
} from '../codec/maker-codec.js';
import { refFromWire } from '../codec/source-codec.js';
import type { CreateDatasetEvent } from '../generated/peer/datamover/v1/CreateDatasetEvent.js';
import type { CreateDatasetRequest__Output } from '../generated/peer/datamover/v1/CreateDatasetRequest.js';
import type { DatasetPreview } from '../generated/peer/datamover/v1/DatasetPreview.js';
import type { DatasetRef__Output } from '../generated/peer/datamover/v1/DatasetRef.js';
import type { PreviewDatasetRequest__Output } from '../generated/peer/datamover/v1/PreviewDatasetRequest.js';
import type { VerifyEvent } from '../generated/peer/datamover/v1/VerifyEvent.js';
import type { PeerContext } from '../peer-connection-state.js';
import { mapped, progressStream } from '../progress-stream.js';

const BAD_PER_EVENT = 1_000;

export async function* createDataset(
  request: CreateDatasetRequest__Output,
  { access, occupy }: PeerContext,
  signal: AbortSignal,
): AsyncIterable<CreateDatasetEvent> {
  const wanted = createFromWire(request);
  using _thread = occupy(1);
  const dataset = yield* mapped(
    progressStream<CreateProgress, DatasetInfo>(
      (report) => access.maker.create(wanted, report, signal),
      (older, newer) => ({
        ...older,
        ...newer,
        failures: [...older.failures, ...newer.failures],
      }),
    ),
    createEvents,
  );
  yield { phase: 'committed', dataset: datasetToWire(dataset) };
}

export async function previewDataset(
  request: PreviewDatasetRequest__Output,
  { access, occupy }: PeerContext,
  signal: AbortSignal,
): Promise<DatasetPreview> {
  const wanted = previewRequestFromWire(request);
  using _thread = occupy(1);
  return previewToWire(await access.maker.preview(wanted, signal));
}

export async function* verifyDataset(
  request: DatasetRef__Output,
  { access, occupy }: PeerContext,
  signal: AbortSignal,
): AsyncIterable<VerifyEvent> {
  const ref = refFromWire(request);
  using _thread = occupy(1);
  const result = yield* mapped(
    progressStream<VerifyProgress, VerifyResult>(
      (report) => access.maker.verify(ref, report, signal),
      (older, newer) => ({ ...newer, bad: [...older.bad, ...newer.bad] }),
    ),
    verifyEvents,
  );
  yield verifyResultToWire(result);
}

function createEvents(progress: CreateProgress): CreateDatasetEvent[] {
  return inParts(progress.failures, (failures) => createProgressToWire({ ...progress, failures }));
}

function verifyEvents(progress: VerifyProgress): VerifyEvent[] {
  return inParts(progress.bad, (bad) => verifyProgressToWire({ ...progress, bad }));
}

/** At least one event, each with a bounded number of entries. */
function inParts<Event>(
  entries: readonly BadEntry[],
  toEvent: (part: readonly BadEntry[]) => Event,
): Event[] {
  const events: Event[] = [];
  for (let at = 0; at === 0 || at < entries.length; at += BAD_PER_EVENT) {
    events.push(toEvent(entries.slice(at, at + BAD_PER_EVENT)));
  }
  return events;
}
