import { freeMemory } from '../../worker/free-memory.js';
import { changesFromWire, compressionFromWire, refFromWire } from '../codec/source-codec.js';
import { batchToWire } from '../codec/stream-codec.js';
import { malformed } from '../codec/wire-value.js';
import type { Batch } from '../generated/peer/datamover/v1/Batch.js';
import type { ChangesRequest__Output } from '../generated/peer/datamover/v1/ChangesRequest.js';
import type { SendingStream } from '../link/peer-link.js';
import { ownerOf } from '../peer-access.js';
import type { PeerContext } from '../peer-connection-state.js';
import { COMPRESSION_SINCE } from '../protocol.js';

export async function* changes(
  request: ChangesRequest__Output,
  context: PeerContext,
  signal: AbortSignal,
): AsyncIterable<Batch> {
  const { access, state, occupy } = context;
  const wanted = changesFromWire(request);
  using _threads = occupy(wanted.lanes);
  await using held = await state.readers.hold(access.source, refFromWire(request.dataset));
  using stream = compressedStream(request, context);
  const compressed = stream === null ? {} : { compression: stream.compression };
  const batches = held.reader.changes({ ...wanted, ...compressed }, signal);
  try {
    for await (const batch of stream === null ? batches : stream.timed(batches)) {
      yield batchToWire(batch);
      freeMemory(batch.payload);
    }
  } finally {
    if (stream !== null) state.sending.delete(request.stream);
  }
}

/** Null when the caller takes payloads as they are only. */
function compressedStream(
  request: ChangesRequest__Output,
  { state, links }: PeerContext,
): SendingStream | null {
  const mode = compressionFromWire(request.compression);
  // Whoever it acts for, the link is to the one that has connected.
  const { caller, protocol } = state;
  if (mode === null || caller === null || protocol < COMPRESSION_SINCE) return null;
  if (state.sending.has(request.stream)) throw malformed('two streams have one number');
  const stream = links.open(ownerOf(caller), mode);
  state.sending.set(request.stream, stream);
  return stream;
}
