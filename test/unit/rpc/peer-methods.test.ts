import { status } from '@grpc/grpc-js';
import { expect } from 'chai';
import type { DmError } from '../../../src/model/error.js';
import { PEER_RIGHTS } from '../../../src/model/peer-right.js';
import { peerDefinition } from '../../../src/rpc/proto.js';
import { RIGHTS_OF_METHOD } from '../../../src/rpc/rights-of-method.js';
import { MemoryPlace } from '../../support/memory-endpoint.js';
import { sendRaw } from '../../support/mutations/message-fuzzer.js';
import { CLIENT_CARD, testServer } from './peer-pair.js';
import { rawClient } from './raw-client.js';

/** All that a peer can ask for: nothing of it names accounts, policies, settings or certificates. */
const METHODS = [
  'Abort',
  'Begin',
  'Changes',
  'Commit',
  'CreateDataset',
  'Details',
  'ExpireDatasets',
  'Feedback',
  'FindBookmark',
  'GetDataset',
  'Hello',
  'HoldDataset',
  'InspectTarget',
  'IssueTicket',
  'ListDatasets',
  'ListDirectory',
  'Lookup',
  'PreviewDataset',
  'Read',
  'ReleaseDataset',
  'RunCopy',
  'VerifyDataset',
  'Write',
];

describe('the calls of a peer', () => {
  const hello = { protocol_min: 1, protocol_max: 2, system_guid: CLIENT_CARD.systemGuid };

  it('are these and no others, each behind a right', () => {
    expect(Object.keys(peerDefinition()).sort()).to.deep.equal(METHODS);
    expect(Object.keys(RIGHTS_OF_METHOD).sort()).to.deep.equal(METHODS);
    const open = Object.entries(RIGHTS_OF_METHOD).filter(([, rights]) => rights.length === 0);
    expect(open.map(([method]) => method)).to.deep.equal(['Hello']);
    const used = new Set(Object.values(RIGHTS_OF_METHOD).flat());
    // The last one is a property of what is written, not a call.
    expect([...used, 'privileged']).to.have.members([...PEER_RIGHTS]);
  });

  it('are refused one and all to who has no right', async () => {
    await using served = await testServer(new MemoryPlace());
    served.allowed.clear();
    await using raw = rawClient(served.server.port);
    await raw.unary(peerDefinition().Hello, hello);
    for (const [name, method] of Object.entries(peerDefinition())) {
      if (name === 'Hello') continue;
      const ended = await sendRaw(raw.client, method, [Buffer.alloc(0)], Date.now() + 20_000);
      expect(ended, name).to.equal(status.PERMISSION_DENIED);
      const told = served.refused.splice(0).map(({ error }) => (error as DmError).code);
      expect(told, name).to.deep.equal(['refused']);
    }
  });
});
