import { once } from 'node:events';
import { type Socket, connect as tcpConnect } from 'node:net';
import { type TLSSocket, connect as tlsConnect } from 'node:tls';
import { peerDefinition } from '../../src/rpc/proto.js';
import { secureContextOptions } from '../../src/security/tls-material.js';
import type { AgentProcess } from '../support/agent-process.js';
import { materialOf } from './hostile-peer.js';

/** What a client of HTTP/2 says first, and its settings. */
export const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
export const FRAME = {
  data: 0x0,
  headers: 0x1,
  priority: 0x2,
  reset: 0x3,
  settings: 0x4,
  ping: 0x6,
  goAway: 0x7,
  windowUpdate: 0x8,
  continuation: 0x9,
} as const;
export const FLAG = { ack: 0x1, endStream: 0x1, endHeaders: 0x4 } as const;
export const FRAME_HEAD_BYTES = 9;

/** A connection to the peer port with a certificate that is accepted. */
export async function tlsSocket(agent: AgentProcess): Promise<TLSSocket> {
  const socket = tlsConnect({
    ...secureContextOptions(await materialOf('mallory')),
    ...addressOf(agent),
    ALPNProtocols: ['h2'],
    checkServerIdentity: () => undefined,
  });
  await once(socket, 'secureConnect');
  socket.on('error', () => undefined);
  socket.setMaxListeners(0);
  socket.resume();
  return socket;
}

export function plainSocket(agent: AgentProcess): Socket {
  const socket = tcpConnect(addressOf(agent));
  socket.on('error', () => undefined);
  return socket;
}

export function http2Frame(type: number, flags: number, stream: number, payload: Buffer): Buffer {
  const head = Buffer.alloc(FRAME_HEAD_BYTES);
  head.writeUIntBE(payload.length, 0, 3);
  head[3] = type;
  head[4] = flags;
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

/** Headers of a call, each a literal that is not indexed. */
export function headersOf(path: string, contentType = 'application/grpc'): Buffer {
  const headers = {
    ':method': 'POST',
    ':scheme': 'https',
    ':path': path,
    ':authority': 'victim',
    'content-type': contentType,
    te: 'trailers',
  };
  const text = (value: string) => [Buffer.from([value.length]), Buffer.from(value)];
  return Buffer.concat(
    Object.entries(headers).flatMap(([name, value]) => [
      Buffer.from([0]),
      ...text(name),
      ...text(value),
    ]),
  );
}

/** The message of `Hello` with the head that gRPC puts in front. */
export function helloMessage(): Buffer {
  const request = peerDefinition().Hello.requestSerialize({
    protocol_min: 1,
    protocol_max: 1,
    system_guid: 'E1'.repeat(18),
  });
  return Buffer.concat([messageHead(request.length), request]);
}

/** What gRPC puts in front of a message. */
export function messageHead(length: number): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(length, 1);
  return head;
}

export function addressOf({ listen }: AgentProcess): { host: string; port: number } {
  const [host = '', port = ''] = listen.split(':');
  return { host, port: Number(port) };
}
