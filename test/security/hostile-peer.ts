import { readFileSync } from 'node:fs';
import { Client, type ClientOptions } from '@grpc/grpc-js';
import type { DmError } from '../../src/model/error.js';
import { callDuplex, callStream, callUnary, type Method } from '../../src/rpc/client-call.js';
import { PeerClientCredentials } from '../../src/rpc/client-credentials.js';
import type { Ack__Output } from '../../src/rpc/generated/peer/datamover/v1/Ack.js';
import type { CommitEvent__Output } from '../../src/rpc/generated/peer/datamover/v1/CommitEvent.js';
import type { Offer } from '../../src/rpc/generated/peer/datamover/v1/Offer.js';
import type { WriteRequest } from '../../src/rpc/generated/peer/datamover/v1/WriteRequest.js';
import { NO_PACE } from '../../src/rpc/pacing/bandwidth-pacing.js';
import { peerDefinition } from '../../src/rpc/proto.js';
import { PROTOCOL_MAX } from '../../src/rpc/protocol.js';
import { errorFromStatus } from '../../src/rpc/status-mapping.js';
import { parseCertificate } from '../../src/security/certificate.js';
import type { TlsMaterial } from '../../src/security/tls-material.js';
import { verifyPeer } from '../../src/security/trust.js';
import type { AgentProcess } from '../support/agent-process.js';
import { sharedCertificates } from '../support/e2e-certificates.js';

const NEVER = new AbortController().signal;
const HELLO = { protocol_min: 1, protocol_max: PROTOCOL_MAX, system_guid: 'E1'.repeat(18) };

/**
 * A peer with a good certificate and bad manners: sends what it is told, in any order, of any size.
 */
export class HostilePeer implements Disposable {
  readonly client: Client;

  private constructor(client: Client) {
    this.client = client;
  }

  static async connect(
    agent: AgentProcess,
    options: {
      name?: string;
      hello?: boolean;
      /** The highest that it speaks. */
      protocol?: number;
      ticket?: Uint8Array;
      client?: ClientOptions;
      /** Shown instead of the identity of that name. */
      material?: TlsMaterial;
    } = {},
  ): Promise<HostilePeer> {
    const material = options.material ?? (await materialOf(options.name ?? 'mallory'));
    const credentials = new PeerClientCredentials({
      host: '127.0.0.1',
      material,
      strictHostname: false,
      verify: (chain) =>
        verifyPeer({
          chain,
          trustedCas: material.caPems.map((pem) => parseCertificate(pem)),
          crls: [],
          revokedFingerprints: new Set(),
          now: new Date(),
          role: 'server',
        }),
      admit: () => undefined,
      pace: () => NO_PACE,
    });
    const peer = new HostilePeer(
      new Client(agent.listen, credentials, {
        'grpc.max_send_message_length': -1,
        'grpc.use_local_subchannel_pool': 1,
        ...options.client,
      }),
    );
    const { ticket, protocol = HELLO.protocol_max } = options;
    try {
      if (options.hello !== false) {
        const hello = { ...HELLO, protocol_max: protocol };
        await peer.unary(
          peerDefinition().Hello,
          ticket === undefined ? hello : { ...hello, ticket },
        );
      }
    } catch (error) {
      peer.client.close();
      throw error;
    }
    return peer;
  }

  unary<Request, Reply>(method: Method<Request, Reply>, request: Request): Promise<Reply> {
    return callUnary(this.client, method, request, {}, toError, NEVER);
  }

  stream<Request, Reply>(
    method: Method<Request, Reply>,
    request: Request,
    signal: AbortSignal = NEVER,
  ): AsyncGenerator<Reply> {
    return callStream(this.client, method, request, toError, signal);
  }

  write(
    requests: AsyncIterable<WriteRequest>,
    signal: AbortSignal = NEVER,
  ): AsyncGenerator<Ack__Output> {
    return callDuplex(this.client, peerDefinition().Write, requests, toError, signal);
  }

  /** Sends without end, whatever comes back. */
  async drain(requests: AsyncIterable<WriteRequest>, signal: AbortSignal): Promise<void> {
    for await (const _ of this.write(requests, signal)) signal.throwIfAborted();
  }

  async begin(offer: Offer): Promise<string> {
    return (await this.unary(peerDefinition().Begin, offer)).session;
  }

  /** Sends requests and gives all acks. */
  async send(...requests: readonly WriteRequest[]): Promise<Ack__Output[]> {
    const acks: Ack__Output[] = [];
    for await (const ack of this.write(each(requests))) acks.push(ack);
    return acks;
  }

  async commit(session: string, partial = 'allow'): Promise<CommitEvent__Output | null> {
    let last: CommitEvent__Output | null = null;
    const events = this.stream(peerDefinition().Commit, { session, partial, failures: [] });
    for await (const event of events) last = event;
    return last;
  }

  async abort(session: string): Promise<void> {
    await this.unary(peerDefinition().Abort, { session });
  }

  [Symbol.dispose](): void {
    this.client.close();
  }
}

async function* each<T>(items: readonly T[]): AsyncGenerator<T> {
  yield* items;
}

function toError(error: Parameters<typeof errorFromStatus>[0]): DmError {
  return errorFromStatus(error, 'peer', 'the victim');
}

/** Keys and certificates of an identity that the agents accept. */
export async function materialOf(name: string): Promise<TlsMaterial> {
  const directory = await sharedCertificates.identity(name);
  return {
    caPems: [readFileSync(await sharedCertificates.ca(), 'utf8')],
    certPem: readFileSync(`${directory}/identity.crt`, 'utf8'),
    keyPem: readFileSync(`${directory}/identity.key`, 'utf8'),
    crlPems: [],
  };
}
