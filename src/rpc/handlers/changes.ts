import { freeMemory } from '../../worker/free-memory.js';
import { changesFromWire, refFromWire } from '../codec/source-codec.js';
import { batchToWire } from '../codec/stream-codec.js';
import type { Batch } from '../generated/peer/datamover/v1/Batch.js';
import type { ChangesRequest__Output } from '../generated/peer/datamover/v1/ChangesRequest.js';
import type { PeerContext } from '../peer-connection-state.js';

export async function* changes(
  request: ChangesRequest__Output,
  { access, state, occupy }: PeerContext,
  signal: AbortSignal,
): AsyncIterable<Batch> {
  const wanted = changesFromWire(request);
  using _threads = occupy(wanted.lanes);
  await using held = await state.readers.hold(access.source, refFromWire(request.dataset));
  for await (const batch of held.reader.changes(wanted, signal)) {
    yield batchToWire(batch);
    freeMemory(batch.payload);
  }
}
