import type { Readable } from 'node:stream';
import { type Client, credentials, Client as GrpcClient, type ServiceError } from '@grpc/grpc-js';
import { loadSync, type PackageDefinition } from '@grpc/proto-loader';
import type { Random } from '../e2e-random.js';
import { mutateMessage } from './mutate-protobuf.js';

const DEPTH = 4;
const LEAST_INT = -(2 ** 31);

interface Field {
  readonly name: string;
  readonly label: string;
  readonly type: string;
  readonly typeName: string;
}

interface Method extends RawMethod {
  readonly requestType: { readonly type: { readonly field: readonly Field[] } };
  requestSerialize(value: object): Buffer;
}

/** A request as it goes over the wire. */
export interface RawRequest {
  readonly method: RawMethod;
  readonly message: Buffer;
}

/** How a call is made. */
export interface RawMethod {
  readonly path: string;
  readonly requestStream: boolean;
  readonly responseStream: boolean;
}

/**
 * Makes requests of a service: fields of the right kind with odd values,
 * and such requests with bytes changed.
 */
export class MessageMaker {
  readonly #package: PackageDefinition;
  readonly #methods: readonly Method[];
  readonly #random: Random;
  readonly #texts: readonly string[];

  /**
   * `texts` are what strings and bytes are taken from: ids, paths and names that the agent knows.
   */
  constructor(proto: 'peer' | 'control', random: Random, texts: readonly string[]) {
    this.#package = loadSync(`datamover/v1/${proto}.proto`, {
      keepCase: true,
      enums: String,
      longs: String,
      includeDirs: ['proto'],
    });
    const service = proto === 'peer' ? 'datamover.v1.Peer' : 'datamover.v1.Control';
    this.#methods = Object.values(this.#package[service] ?? {}) as unknown as Method[];
    this.#random = random;
    this.#texts = [...texts, '', '.', '..', '/', '../../etc', 'a\0b', '\x1b[2J', 'x'.repeat(5_000)];
  }

  /** A request that can be parsed, whatever it says. */
  request(): RawRequest {
    const method = this.#random.pick(this.#methods);
    return { method, message: method.requestSerialize(this.#value(method.requestType.type, 0)) };
  }

  /** The same with some changes; each fourth has none, so that what it says is looked at. */
  mutated(): RawRequest {
    const { method, message } = this.request();
    let made = message;
    for (let left = this.#random.below(4); left > 0; left--) {
      made = mutateMessage(made, this.#random);
    }
    return { method, message: made };
  }

  #value({ field }: { readonly field: readonly Field[] }, depth: number): object {
    const chosen = field.filter(() => this.#random.below(5) > 0);
    return Object.fromEntries(
      chosen.map((one) => {
        const isList = one.label === 'LABEL_REPEATED';
        if (!isList) return [one.name, this.#field(one, depth)];
        const length = this.#random.below(4);
        return [one.name, Array.from({ length }, () => this.#field(one, depth))];
      }),
    );
  }

  #field({ type, typeName }: Field, depth: number): unknown {
    const random = this.#random;
    switch (type) {
      case 'TYPE_STRING':
        return random.pick(this.#texts);
      case 'TYPE_BYTES':
        return Buffer.from(random.pick(this.#texts));
      case 'TYPE_BOOL':
        return random.below(2) === 0;
      case 'TYPE_MESSAGE': {
        const nested = this.#package[`datamover.v1.${typeName}`] ?? this.#package[typeName];
        if (nested === undefined || !('type' in nested) || depth === DEPTH) return undefined;
        return this.#value(nested.type as unknown as { field: readonly Field[] }, depth + 1);
      }
      case 'TYPE_ENUM':
        return random.below(6);
      default:
        return random.pick([
          '0',
          '1',
          '-1',
          '7',
          '4294967295',
          '9007199254740993',
          String(LEAST_INT),
        ]);
    }
  }
}

/** A client of a control socket that checks nothing. */
export function rawControlClient(socket: string): Client {
  return new GrpcClient(`unix:${socket}`, credentials.createInsecure());
}

/** Makes the call; gives the code of its end. */
export function sendRaw(
  client: Client,
  { path, requestStream, responseStream }: RawMethod,
  messages: readonly Buffer[],
  deadline: number,
): Promise<number> {
  const same = (bytes: Buffer) => bytes;
  const first = messages[0] ?? Buffer.alloc(0);
  return new Promise((resolve) => {
    const end = (error: ServiceError | null) => resolve(error?.code ?? 0);
    if (!responseStream) {
      client.makeUnaryRequest(path, same, same, first, { deadline }, end);
      return;
    }
    if (!requestStream) {
      follow(client.makeServerStreamRequest(path, same, same, first, { deadline }), end);
      return;
    }
    const call = client.makeBidiStreamRequest(path, same, same, { deadline });
    follow(call, end);
    for (const message of messages) call.write(message);
    call.end();
  });
}

function follow(call: Readable, end: (error: ServiceError | null) => void): void {
  call.on('data', () => undefined);
  call.on('error', end);
  call.on('end', () => end(null));
}
