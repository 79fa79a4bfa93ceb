import type { ExpiryProgress, ExpiryResult } from '../../endpoint/dataset-expirer.js';
import { expiryToWire, lockedToWire } from '../codec/expire-codec.js';
import type { ExpireEvent } from '../generated/peer/datamover/v1/ExpireEvent.js';
import type { ExpireRequest__Output } from '../generated/peer/datamover/v1/ExpireRequest.js';
import type { PeerContext } from '../peer-connection-state.js';
import { mapped, progressStream } from '../progress-stream.js';

const DATASETS_PER_EVENT = 1_000;

export async function* expireDatasets(
  _request: ExpireRequest__Output,
  { access, occupy }: PeerContext,
  signal: AbortSignal,
): AsyncIterable<ExpireEvent> {
  using _thread = occupy(1);
  const { locked } = yield* mapped(
    progressStream<ExpiryProgress, ExpiryResult>(
      (report) => access.expirer.expire(report, signal),
      (older, newer) => ({
        expired: [...older.expired, ...newer.expired],
        freedBytes: older.freedBytes + newer.freedBytes,
      }),
    ),
    expiryEvents,
  );
  for (let at = 0; at < locked.length; at += DATASETS_PER_EVENT) {
    yield lockedToWire(locked.slice(at, at + DATASETS_PER_EVENT));
  }
  yield { done: true };
}

function expiryEvents({ expired, freedBytes }: ExpiryProgress): ExpireEvent[] {
  const events = [expiryToWire({ expired: expired.slice(0, DATASETS_PER_EVENT), freedBytes })];
  for (let at = DATASETS_PER_EVENT; at < expired.length; at += DATASETS_PER_EVENT) {
    const part = expired.slice(at, at + DATASETS_PER_EVENT);
    events.push(expiryToWire({ expired: part, freedBytes: 0 }));
  }
  return events;
}
