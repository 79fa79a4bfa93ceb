import { expect } from 'chai';
import { PeerSource } from '../../../src/endpoint/peer/peer-source.js';
import { DmError } from '../../../src/model/error.js';
import { ERROR_CODES, type ErrorCode } from '../../../src/model/error-codes.js';
import { MemoryPlace } from '../../support/memory-endpoint.js';
import { failureOf, testChannel, testServer } from './peer-pair.js';

class FailingPlace extends MemoryPlace {
  error: unknown = null;

  override async open(): Promise<never> {
    throw this.error;
  }
}

describe('errors over the wire', () => {
  const place = new FailingPlace();
  const signal = new AbortController().signal;

  async function raised(error: unknown): Promise<DmError> {
    await using served = await testServer(place);
    await using channel = testChannel(served.server.port);
    place.error = error;
    return await failureOf(new PeerSource(channel).open({ number: 1 }, signal));
  }

  it('every code survives the round trip with message and data', async () => {
    await using served = await testServer(place);
    await using channel = testChannel(served.server.port);
    const source = new PeerSource(channel);
    for (const code of Object.keys(ERROR_CODES) as ErrorCode[]) {
      const data = { path: '/däta', size: 12, fatal: true };
      place.error = new DmError(code, `it failed with ${code}: größer`, { data });
      const error = await failureOf(source.open({ number: 1 }, signal));
      expect(error.code).to.equal(code);
      expect(error.message).to.equal(`it failed with ${code}: größer`);
      expect(error.data).to.deep.equal(data);
    }
  });

  it('tells nothing about an error that is not ours, but to the log', async () => {
    await using served = await testServer(place);
    await using channel = testChannel(served.server.port);
    place.error = new Error('secret in /root/state');
    const error = await failureOf(new PeerSource(channel).open({ number: 1 }, signal));
    expect(error.code).to.equal('internal');
    expect(error.message).not.to.include('secret');
    expect(served.unexpected.splice(0)).to.deep.equal([place.error]);
  });

  it('shortens what would not fit into the trailers', async () => {
    const data = { long: 'x'.repeat(100_000) };
    const error = await raised(new DmError('io_error', 'm'.repeat(50_000), { data }));
    expect(error.code).to.equal('io_error');
    expect(error.message).to.have.length(2_000);
    expect(error.data).to.deep.equal({});
  });

  it('makes control characters of the other side visible', async () => {
    const error = await raised(new DmError('io_error', 'a\u001b[2Jb\u202ec'));
    expect(error.message).to.equal('a\\x1b[2Jb\\u{202e}c');
  });

  it('is peer_unreachable when nobody listens', async () => {
    const served = await testServer(place);
    const { port } = served.server;
    await served[Symbol.asyncDispose]();
    await using channel = testChannel(port);
    const error = await failureOf(channel.hello(signal));
    expect(error.code).to.equal('peer_unreachable');
    expect(error.message).to.include(String(port));
  });

  it('is cancelled when the caller aborts', async () => {
    await using served = await testServer(place);
    await using channel = testChannel(served.server.port);
    await channel.hello(signal);
    const abort = new AbortController();
    abort.abort();
    const error = await failureOf(new PeerSource(channel).open({ number: 1 }, abort.signal));
    expect(error.code).to.equal('cancelled');
  });
});
