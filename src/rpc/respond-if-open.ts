import type { ServerHttp2Stream } from 'node:http2';

/**
 * Makes an answer to a stream that is gone no answer. grpc-js refuses a call of an unknown method or content type the
 * moment it is announced; when its caller has reset it by then, node throws, and nobody above catches: a peer could end the
 * process. To be called before grpc-js is told of the stream.
 */
export function respondIfOpen(stream: ServerHttp2Stream): void {
  const respond = stream.respond.bind(stream);
  stream.respond = (headers, options) => {
    if (!stream.destroyed && !stream.closed) respond(headers, options);
  };
}
