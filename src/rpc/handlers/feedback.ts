import { toNumber } from '../codec/wire-value.js';
import type { FeedbackReply } from '../generated/peer/datamover/v1/FeedbackReply.js';
import type { FeedbackRequest__Output } from '../generated/peer/datamover/v1/FeedbackRequest.js';
import type { PeerContext } from '../peer-connection-state.js';

/** A stream that has just ended may still be told of. */
export async function feedback(
  request: FeedbackRequest__Output,
  { state }: PeerContext,
): Promise<FeedbackReply> {
  const waitedMs = toNumber(request.waited_ms, 'time waited');
  state.sending.get(request.stream)?.report(waitedMs, request.compress);
  return {};
}
