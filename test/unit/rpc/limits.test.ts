import { compressionAlgorithms } from '@grpc/grpc-js';
import { expect } from 'chai';
import { peerDefinition } from '../../../src/rpc/proto.js';
import { MAX_MESSAGE_BYTES } from '../../../src/rpc/protocol.js';
import { MemoryPlace } from '../../support/memory-endpoint.js';
import { CLIENT_CARD, failureOf, type TestServer, testServer } from './peer-pair.js';
import { rawClient } from './raw-client.js';

describe('limits of the peer server', () => {
  let served: TestServer;

  before(async () => {
    served = await testServer(new MemoryPlace());
  });
  after(() => served[Symbol.asyncDispose]());

  const hello = {
    protocol_min: 1,
    protocol_max: 1,
    system_guid: CLIENT_CARD.systemGuid,
  };

  it('takes a message of the size a payload may have, and none that is larger', async () => {
    await using raw = rawClient(served.server.port, { 'grpc.max_send_message_length': -1 });
    await raw.unary(peerDefinition().Hello, hello);
    const { InspectTarget } = peerDefinition();
    const fits = Buffer.alloc(MAX_MESSAGE_BYTES - 100, 0x2f);
    const refused = await failureOf(raw.unary(InspectTarget, { path: fits }));
    expect(refused.message).to.include('absolute path');
    const large = Buffer.alloc(MAX_MESSAGE_BYTES + 1, 0x2f);
    const error = await failureOf(raw.unary(InspectTarget, { path: large }));
    expect(error.message).to.include('larger than');
    expect(error.code).to.equal('protocol_error');
  });

  it('does not inflate a bomb', async () => {
    await using raw = rawClient(served.server.port, {
      'grpc.default_compression_algorithm': compressionAlgorithms.gzip,
      'grpc.max_send_message_length': -1,
    });
    const before = process.memoryUsage().rss;
    const bomb = Buffer.alloc(64 * 1_048_576);
    const error = await failureOf(raw.unary(peerDefinition().InspectTarget, { path: bomb }));
    expect(error.code).to.equal('protocol_error');
    expect(process.memoryUsage().rss - before).to.be.lessThan(400 * 1_048_576);
  });

  it('takes no headers without end', async () => {
    await using raw = rawClient(served.server.port);
    await raw.unary(peerDefinition().Hello, hello);
    const { Metadata } = await import('@grpc/grpc-js');
    const metadata = new Metadata();
    for (let i = 0; i < 40; i++) metadata.set(`x-${i}`, 'v'.repeat(1_000));
    const { InspectTarget } = peerDefinition();
    const failed = await new Promise((resolve) => {
      raw.client.makeUnaryRequest(
        InspectTarget.path,
        InspectTarget.requestSerialize,
        InspectTarget.responseDeserialize,
        { path: Buffer.from('/data') },
        metadata,
        (error) => resolve(error),
      );
    });
    expect(failed).to.be.instanceOf(Error);
    const { InspectTarget: again } = peerDefinition();
    await raw.unary(again, { path: Buffer.from('/data/x') });
  });

  it('ends connections that a peer opens without end', async () => {
    const many = Array.from({ length: 34 }, () => rawClient(served.server.port));
    const results = await Promise.allSettled(
      many.map((raw) => raw.unary(peerDefinition().Hello, hello)),
    );
    const refused = results.filter((result) => result.status === 'rejected');
    expect(refused.length).to.be.at.least(1);
    for (const { reason } of refused) expect(reason.code).to.equal('peer_busy');
    for (const raw of many) await raw[Symbol.asyncDispose]();
  });
});
