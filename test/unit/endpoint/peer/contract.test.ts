import { expect } from 'chai';
import { CompressionSwitch } from '../../../../src/endpoint/compression/compression-switch.js';
import { peerUid } from '../../../../src/endpoint/local/sys/socket-peer.js';
import { PeerSource } from '../../../../src/endpoint/peer/peer-source.js';
import { PeerTarget } from '../../../../src/endpoint/peer/peer-target.js';
import type { CompressionMode } from '../../../../src/model/compression.js';
import { PeerChannel } from '../../../../src/rpc/peer-channel.js';
import { describeSource } from '../../../contract/source-contract.js';
import { describeTarget } from '../../../contract/target-contract.js';
import { CompressedSource } from '../../../support/compressed-source.js';
import { TempDirectory } from '../../../support/temp-directory.js';
import { CLIENT_CARD, testChannel, testServer } from '../../rpc/peer-pair.js';
import { type Reach, sourceFixture, targetFixture } from './memory-fixtures.js';

const inMemory: Reach = async (place) => ({
  source: place,
  target: place,
  [Symbol.asyncDispose]: async () => undefined,
});

const overTls =
  (compression: CompressionMode): Reach =>
  async (place) => {
    const served = await testServer(place);
    const channel = testChannel(served.server.port, { compression });
    return {
      source: new PeerSource(channel),
      target: new PeerTarget(channel),
      [Symbol.asyncDispose]: async () => {
        await channel.close();
        await served[Symbol.asyncDispose]();
      },
    };
  };

const overUnixSocket: Reach = async (place) => {
  const directory = new TempDirectory();
  const path = directory.join('peer.sock');
  const served = await testServer(place, { listen: { kind: 'unix', path, peerUid } });
  const channel = new PeerChannel({ dial: { kind: 'unix', path }, card: CLIENT_CARD });
  return {
    source: new PeerSource(channel),
    target: new PeerTarget(channel),
    [Symbol.asyncDispose]: async () => {
      await channel.close();
      await served[Symbol.asyncDispose]();
      directory[Symbol.dispose]();
    },
  };
};

describeSource('memory', () => sourceFixture(inMemory));
describeTarget('memory', () => targetFixture(inMemory));
describeSource('memory over TLS', () => sourceFixture(overTls('off')));
describeTarget('memory over TLS', () => targetFixture(overTls('off')));
describeSource('memory over a Unix socket', () => sourceFixture(overUnixSocket));
describeTarget('memory over a Unix socket', () => targetFixture(overUnixSocket));

describeSource('memory over TLS, compressed', async () => {
  const fixture = await sourceFixture(overTls('zstd'));
  const source = new CompressedSource(fixture.source);
  return {
    ...fixture,
    source,
    [Symbol.asyncDispose]: async () => {
      await fixture[Symbol.asyncDispose]();
      expect(source.counts.compressed).to.be.greaterThan(0);
    },
  };
});
describeTarget('memory over TLS, compressed', async () => ({
  ...(await targetFixture(overTls('zstd'))),
  compression: turnedOn(),
}));

function turnedOn(): CompressionSwitch {
  const compression = new CompressionSwitch();
  compression.turn(true);
  return compression;
}
