import type { ChangeBatch } from '../endpoint/change-stream.js';
import type { CopiedDataset, CopyObserver } from '../endpoint/copy-task.js';
import type { Base, DatasetReader, Source } from '../endpoint/source.js';
import type { CommitResult, Offer, ReceiveSession, Target } from '../endpoint/target.js';
import { DmError } from '../model/error.js';
import type { Gfid } from '../model/ids.js';

/**
 * Files asked for again are sent in rounds of this many, so that the
 * list of one request stays small.
 */
const NEEDS_PER_ROUND = 10_000;
/** Rounds after which a target that keeps asking is taken for faulty. */
const MAX_NEEDS_ROUNDS = 1_000;

export interface CopyRequest {
  readonly dataset: CopiedDataset;
  readonly base: Base | null;
  readonly offer: Omit<Offer, 'dataset' | 'base'>;
  /** `complete`: nothing more is sent; what has come is committed, the rest are failures. */
  readonly partial: 'allow' | 'fail' | 'complete';
}

export interface CopyModules {
  readonly source: Source;
  readonly target: Target;
  readonly observer: CopyObserver;
  /** Awaited after each batch: the copy may have to slow down. */
  readonly breathe?: (signal: AbortSignal) => Promise<void>;
}

/**
 * Moves one dataset from a source to a target: opens or resumes the target's session, streams what
 * differs from the base, sends whole what the target cannot build, commits. Safe to call again
 * after any failure: it goes on from the session's resume point, and a committed copy returns its
 * result. Knows nothing of what kind of place either side is.
 */
export async function copyDataset(
  request: CopyRequest,
  modules: CopyModules,
  signal: AbortSignal,
): Promise<CommitResult> {
  const { dataset, base } = request;
  await using reader = await modules.source.open(
    { id: dataset.id, basePath: dataset.basePath },
    signal,
  );
  await using session = await modules.target.begin({ ...request.offer, dataset, base }, signal);
  if (request.partial === 'complete') refuseNothing(request, session);
  else if (!session.committed) {
    const { observer, breathe } = modules;
    await transfer(request, { reader, session, observer, breathe }, signal);
  }
  modules.observer.phase('applying');
  const result = await session.commit(
    // What failed is known to the target: it was in the stream, or arose there.
    { failures: [], partial: request.partial },
    (progress) => {
      modules.observer.phase(progress.phase);
      modules.observer.applying(progress.done, progress.total);
    },
    signal,
  );
  if (result.failures.length > 0) modules.observer.failed(result.failures);
  return result;
}

function refuseNothing({ dataset }: CopyRequest, session: ReceiveSession): void {
  if (session.committed || session.resume?.structureDone === true) return;
  throw new DmError(
    'dataset_incomplete',
    `nothing of dataset ${dataset.id} has arrived that could be completed; run the copy again`,
  );
}

interface Transfer {
  readonly reader: DatasetReader;
  readonly session: ReceiveSession;
  readonly observer: CopyObserver;
  readonly breathe: CopyModules['breathe'];
}

async function transfer(request: CopyRequest, parts: Transfer, signal: AbortSignal): Promise<void> {
  if (parts.session.resume !== null) parts.observer.resumed();
  parts.observer.phase('sending');
  const { subpaths } = request.offer;
  // What was received before lies in the lanes that it came in.
  const lanes = parts.session.resume?.lanes ?? request.offer.lanes;
  const { compression } = parts.session;
  const compressed = compression === undefined ? {} : { compression };
  const changes = parts.reader.changes(
    {
      base: request.base,
      subpaths,
      lanes,
      resume: parts.session.resume,
      ...(request.offer.adopt && { structureOnly: true }),
      ...compressed,
    },
    signal,
  );
  let needs = await exchange(changes, parts, signal);
  for (let round = 0; needs.length > 0; round++) {
    if (round === MAX_NEEDS_ROUNDS) {
      throw new DmError(
        'protocol_error',
        `the target keeps asking for ${needs.length} files of dataset ${request.dataset.id}; check the target agent's log`,
      );
    }
    parts.observer.wholeAgain(Math.min(needs.length, NEEDS_PER_ROUND));
    const files = needs.slice(0, NEEDS_PER_ROUND);
    const whole = parts.reader.changes(
      { base: null, subpaths, lanes, resume: null, files, ...compressed },
      signal,
    );
    needs = [...needs.slice(NEEDS_PER_ROUND), ...(await exchange(whole, parts, signal))];
  }
}

/** Streams batches into the session and returns what it asked for. */
async function exchange(
  batches: AsyncIterable<ChangeBatch>,
  parts: Transfer,
  signal: AbortSignal,
): Promise<readonly Gfid[]> {
  const needs: Gfid[] = [];
  for await (const ack of parts.session.write(counted(batches, parts, signal), signal)) {
    parts.observer.applied();
    needs.push(...ack.needs);
    if (ack.failures.length > 0) parts.observer.failed(ack.failures);
  }
  return needs;
}

async function* counted(
  batches: AsyncIterable<ChangeBatch>,
  { observer, breathe }: Transfer,
  signal: AbortSignal,
): AsyncIterable<ChangeBatch> {
  for await (const batch of batches) {
    const { files, bytes, changedBytes, readBytes } = batch;
    yield batch;
    observer.sent({ files, bytes, changedBytes, readBytes });
    await breathe?.(signal);
  }
}
