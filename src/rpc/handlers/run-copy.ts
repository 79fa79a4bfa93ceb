import type { CopyObserver, TaskRunner } from '../../endpoint/copy-task.js';
import type { CommitResult } from '../../endpoint/target.js';
import {
  type CopyProgress,
  copyProgressToWire,
  copyResultToWire,
  taskFromWire,
} from '../codec/task-codec.js';
import type { RunCopyEvent } from '../generated/peer/datamover/v1/RunCopyEvent.js';
import type { RunCopyRequest__Output } from '../generated/peer/datamover/v1/RunCopyRequest.js';
import { ownerOf, type PeerAccess } from '../peer-access.js';
import type { PeerContext } from '../peer-connection-state.js';
import { mapped, progressStream } from '../progress-stream.js';
import { UnreadFailures } from './unread-failures.js';

/** What has happened since the caller read last; `failures` belongs to it. */
type Unread = Omit<CopyProgress, 'failures'> & { readonly failures: UnreadFailures };

const NOTHING: CopyProgress = {
  phase: null,
  resumed: false,
  files: 0,
  bytes: 0,
  changedBytes: 0,
  readBytes: 0,
  wholeAgain: 0,
  wireBytes: 0,
  applying: null,
  failures: [],
};

type CopyContext = Pick<PeerContext, 'caller' | 'occupy'> & {
  readonly access: Pick<PeerAccess, 'tasks'>;
  readonly state: Pick<PeerContext['state'], 'remoteAddress'>;
};

/** Carries out a copy for the caller, which sees how it goes and can end it at any time. */
export async function* runCopy(
  request: RunCopyRequest__Output,
  { access, caller, state, occupy }: CopyContext,
  signal: AbortSignal,
): AsyncIterable<RunCopyEvent> {
  const task = taskFromWire(request, ownerOf(caller), state.remoteAddress);
  using _threads = occupy(task.offer.lanes);
  let wireBytes = 0;
  const result = yield* mapped(
    progressStream<Unread, CommitResult>((report) => {
      const { observer, onWire } = reporter(report, (bytes) => {
        wireBytes = bytes;
      });
      return access.tasks.run(task, observer, onWire, signal);
    }, merge),
    events,
  );
  yield copyResultToWire(result, wireBytes);
}

/** Tells what an observer is told as changes. */
function reporter(
  report: (progress: Unread) => void,
  onBytes: (bytes: number) => void,
): { observer: CopyObserver; onWire: Parameters<TaskRunner['run']>[2] } {
  let wireBytes = 0;
  const tell = (change: Partial<CopyProgress>) => {
    const progress = { ...NOTHING, wireBytes, ...change };
    report({ ...progress, failures: new UnreadFailures(progress.failures) });
  };
  return {
    onWire: (bytes) => {
      wireBytes = bytes;
      onBytes(bytes);
    },
    observer: {
      phase: (phase) => tell({ phase }),
      resumed: () => tell({ resumed: true }),
      sent: (batch) => tell(batch),
      applied: () => tell({}),
      failed: (failures) => tell({ failures }),
      wholeAgain: (wholeAgain) => tell({ wholeAgain }),
      applying: (done, total) => tell({ applying: { done, total } }),
    },
  };
}

function merge(older: Unread, newer: Unread): Unread {
  older.failures.take(newer.failures);
  return {
    phase: newer.phase ?? older.phase,
    resumed: older.resumed || newer.resumed,
    files: older.files + newer.files,
    bytes: older.bytes + newer.bytes,
    changedBytes: older.changedBytes + newer.changedBytes,
    readBytes: older.readBytes + newer.readBytes,
    wholeAgain: older.wholeAgain + newer.wholeAgain,
    wireBytes: newer.wireBytes,
    applying: newer.applying ?? older.applying,
    failures: older.failures,
  };
}

/** The first carries everything but the failures that do not fit. */
function events(progress: Unread): RunCopyEvent[] {
  const [first = [], ...further] = progress.failures.parts();
  const { wireBytes } = progress;
  return [
    copyProgressToWire({ ...progress, failures: first }),
    ...further.map((failures) => copyProgressToWire({ ...NOTHING, wireBytes, failures })),
  ];
}
