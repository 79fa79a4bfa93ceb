import { once } from 'node:events';
import { connect, createServer, type ServerHttp2Stream } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { respondIfOpen } from '../../../src/rpc/respond-if-open.js';

describe('an answer to a stream', () => {
  /** What `answer` throws in the handler of a call; null for nothing. And the status that its caller sees. */
  async function answered(answer: (stream: ServerHttp2Stream) => void) {
    const server = createServer();
    let thrown: unknown = null;
    server.on('stream', (stream) => {
      stream.on('error', () => undefined);
      try {
        answer(stream);
      } catch (error) {
        thrown = error;
      }
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const client = connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    client.on('error', () => undefined);
    try {
      const call = client.request({ ':path': '/x' });
      call.on('error', () => undefined);
      call.resume();
      let status: unknown = null;
      call.on('response', (headers) => {
        status = headers[':status'];
      });
      await once(call, 'close');
      return { thrown, status };
    } finally {
      client.destroy();
      server.close();
    }
  }
  const refuse = (stream: ServerHttp2Stream) =>
    stream.respond({ ':status': 415 }, { endStream: true });

  it('throws when that is gone, and is none when it is asked for by us', async () => {
    const gone = (stream: ServerHttp2Stream) => {
      stream.destroy();
      refuse(stream);
    };
    const byItself = await answered(gone);
    expect(byItself.thrown).to.have.property('code', 'ERR_HTTP2_INVALID_STREAM');
    const guarded = await answered((stream) => {
      respondIfOpen(stream);
      gone(stream);
    });
    expect(guarded.thrown).to.equal(null);
  });

  it('is given as ever while it is open', async () => {
    const { thrown, status } = await answered((stream) => {
      respondIfOpen(stream);
      refuse(stream);
    });
    expect(thrown).to.equal(null);
    expect(status).to.equal(415);
  });
});
