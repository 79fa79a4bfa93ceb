import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { ServerCredentials } from '@grpc/grpc-js';
import { expect } from 'chai';
import { GrpcListener } from '../../../src/rpc/grpc-listener.js';
import { peerDefinition } from '../../../src/rpc/proto.js';
import { TempDirectory } from '../../support/temp-directory.js';

describe('closing a listener', () => {
  let directory: TempDirectory;
  let client: Socket | null = null;

  beforeEach(() => {
    directory = new TempDirectory();
  });
  afterEach(() => {
    client?.destroy();
    directory[Symbol.dispose]();
  });

  it('ends although a session is being destroyed at that moment', async () => {
    const path = directory.join('socket');
    let closing: Promise<void> | null = null;
    const refused: string[] = [];
    const listener = await GrpcListener.open(
      { address: `unix:${path}`, credentials: ServerCredentials.createInsecure() },
      {
        service: peerDefinition(),
        handlers: {},
        admit: () => {
          throw new Error('not this one');
        },
        ownerOf: () => 'nobody',
        onRefused: (_, { message }) => {
          refused.push(message);
          closing = listener.close();
        },
      },
    );
    client = connect(path);
    client.resume();
    await once(client, 'close');
    await closing;
    expect(refused).to.deep.equal(['not this one']);
  });
});
