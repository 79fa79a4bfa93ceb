import type { PeerHandlers } from './generated/peer/datamover/v1/Peer.js';
import { details, listDirectory, lookup, read } from './handlers/browse.js';
import { changes } from './handlers/changes.js';
import { findBookmark, getDataset, listDatasets } from './handlers/datasets.js';
import { expireDatasets } from './handlers/expire.js';
import { feedback } from './handlers/feedback.js';
import { type HelloModules, hello } from './handlers/hello.js';
import { holdDataset, releaseDataset } from './handlers/hold.js';
import { createDataset, previewDataset, verifyDataset } from './handlers/make.js';
import { ReceiveHandlers } from './handlers/receive.js';
import { runCopy } from './handlers/run-copy.js';
import { issueTicket } from './handlers/ticket.js';
import type { PeerContext } from './peer-connection-state.js';
import type { ReceiveSessions } from './receive-sessions.js';
import type { PeerMethod } from './rights-of-method.js';
import type { ServerCalls } from './server-call.js';
import type { TicketOffice } from './tickets/ticket-office.js';

export interface PeerServiceParts extends HelloModules {
  readonly tickets: TicketOffice;
  readonly sessions: ReceiveSessions;
}

/** The methods of the Peer service, each with the function that serves it. */
export function peerService(
  calls: ServerCalls<PeerMethod, PeerContext>,
  parts: PeerServiceParts,
): PeerHandlers {
  const receive = new ReceiveHandlers(parts.sessions);
  return {
    Hello: calls.unary('Hello', async (request, context) => hello(request, context, parts)),
    ListDatasets: calls.stream('ListDatasets', listDatasets),
    GetDataset: calls.unary('GetDataset', getDataset),
    FindBookmark: calls.unary('FindBookmark', findBookmark),
    Changes: calls.stream('Changes', changes),
    Feedback: calls.unary('Feedback', feedback),
    Lookup: calls.unary('Lookup', lookup),
    ListDirectory: calls.stream('ListDirectory', listDirectory),
    Details: calls.unary('Details', details),
    Read: calls.stream('Read', read),
    VerifyDataset: calls.stream('VerifyDataset', verifyDataset),
    CreateDataset: calls.stream('CreateDataset', createDataset),
    PreviewDataset: calls.unary('PreviewDataset', previewDataset),
    HoldDataset: calls.unary('HoldDataset', holdDataset),
    ReleaseDataset: calls.unary('ReleaseDataset', releaseDataset),
    ExpireDatasets: calls.stream('ExpireDatasets', expireDatasets),
    InspectTarget: calls.unary('InspectTarget', (request, context, signal) =>
      receive.inspect(request, context, signal),
    ),
    Begin: calls.unary('Begin', (request, context, signal) =>
      receive.begin(request, context, signal),
    ),
    Write: calls.duplex('Write', (requests, context, signal) =>
      receive.write(requests, context, signal),
    ),
    Commit: calls.stream('Commit', (request, context, signal) =>
      receive.commit(request, context, signal),
    ),
    Abort: calls.unary('Abort', (request, context, signal) =>
      receive.abort(request, context, signal),
    ),
    IssueTicket: calls.unary('IssueTicket', (request, context, signal) =>
      issueTicket(request, context, parts.tickets, signal),
    ),
    RunCopy: calls.stream('RunCopy', runCopy),
  };
}
