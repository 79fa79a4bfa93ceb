import { Client, type ClientOptions } from '@grpc/grpc-js';
import { callStream, callUnary, type Method } from '../../../src/rpc/client-call.js';
import { PeerClientCredentials } from '../../../src/rpc/client-credentials.js';
import { NO_PACE } from '../../../src/rpc/pacing/bandwidth-pacing.js';
import { errorFromStatus } from '../../../src/rpc/status-mapping.js';
import { testPki } from '../../support/certificates.js';
import { materialOf, trustOf, verifier } from './peer-pair.js';

/** A client of the identity "beta" that does as it is told: no Hello, no checks, no limits. */
export function rawClient(port: number, options: ClientOptions = {}) {
  const { ca, beta } = testPki();
  const credentials = new PeerClientCredentials({
    host: '127.0.0.1',
    material: materialOf(beta),
    strictHostname: false,
    verify: verifier(trustOf(ca), 'server'),
    admit: () => undefined,
    pace: () => NO_PACE,
  });
  const client = new Client(`127.0.0.1:${port}`, credentials, options);
  const signal = new AbortController().signal;
  const toError = (error: Parameters<typeof errorFromStatus>[0]) =>
    errorFromStatus(error, 'peer', 'test');
  return {
    client,
    unary: <Q, R>(method: Method<Q, R>, request: Q) =>
      callUnary(client, method, request, {}, toError, signal),
    stream: <Q, R>(method: Method<Q, R>, request: Q) =>
      callStream(client, method, request, toError, signal),
    [Symbol.asyncDispose]: async () => client.close(),
  };
}
