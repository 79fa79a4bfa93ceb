import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { type ConnectionOptions, connect as tlsConnect } from 'node:tls';
import { PREFACE } from '../../security/raw-http2.js';
import type { Random } from '../e2e-random.js';
import { type Fuzzer, inTime } from './fuzzer.js';
import { mutateBytes, noise } from './mutate-bytes.js';

const HEAD_BYTES = 5;
/** The hello, the change of ciphers, the certificate with what follows it, and data. */
const RECORDS = 6;
/** A server may wait for the rest of what a changed length promises: the client hangs up then. */
const IMPATIENCE_MS = 100;

export interface RecordFuzzerModules {
  readonly random: Random;
  readonly connect: () => Socket;
  readonly tls: ConnectionOptions;
}

/** Makes TLS connections in each of which one record that the client sends is changed. */
export class RecordFuzzer implements Fuzzer {
  readonly #modules: RecordFuzzerModules;

  constructor(modules: RecordFuzzerModules) {
    this.#modules = modules;
  }

  async send(): Promise<string | null> {
    const { random, connect, tls } = this.#modules;
    const socket = connect();
    const wire = new ChangingWire({ at: random.below(RECORDS) }, { socket, random });
    const client = tlsConnect({ ...tls, socket: wire, ALPNProtocols: ['h2'] });
    client.on('error', () => undefined);
    client.resume();
    client.once('secureConnect', () => {
      client.write(PREFACE);
      client.write(noise(20, random));
    });
    const closed = new Promise<string>((resolve) => socket.once('close', () => resolve('closed')));
    const ends = [closed, wire.changed.then(() => idle(socket))];
    try {
      const end = await inTime('a changed TLS record', Promise.race(ends));
      return wire.isChanged ? end : null;
    } finally {
      client.destroy();
      socket.destroy();
    }
  }

  [Symbol.dispose](): void {}
}

/** Resolves when the server has been quiet for a while. */
function idle(socket: Socket): Promise<string> {
  return new Promise((resolve) => {
    socket.setTimeout(IMPATIENCE_MS, () => resolve('quiet'));
  });
}

/** Passes TLS records on to a socket, one of them changed. */
class ChangingWire extends Duplex {
  readonly changed: Promise<void>;
  isChanged = false;
  readonly #at: number;
  readonly #socket: Socket;
  readonly #random: Random;
  #tell: () => void = () => undefined;
  #rest: Buffer = Buffer.alloc(0);
  #held: Buffer = Buffer.alloc(0);
  #count = 0;

  constructor(
    options: { readonly at: number },
    modules: { readonly socket: Socket; readonly random: Random },
  ) {
    super();
    this.#at = options.at;
    this.#socket = modules.socket;
    this.#random = modules.random;
    this.changed = new Promise((resolve) => {
      this.#tell = resolve;
    });
    modules.socket.on('data', (bytes: Buffer) => this.push(bytes));
    modules.socket.once('close', () => this.destroy());
  }

  override _read(): void {}

  override _write(bytes: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.#rest = Buffer.concat([this.#rest, bytes]);
    while (this.#rest.length >= HEAD_BYTES) {
      const end = HEAD_BYTES + this.#rest.readUInt16BE(3);
      if (end > this.#rest.length) break;
      this.#pass(this.#rest.subarray(0, end));
      this.#rest = this.#rest.subarray(end);
    }
    done();
  }

  override _final(done: () => void): void {
    this.#socket.end(this.#held);
    done();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#socket.destroy();
    done(error);
  }

  #pass(record: Buffer): void {
    if (this.#count++ !== this.#at) {
      this.#socket.write(Buffer.concat([record, this.#held]));
      this.#held = Buffer.alloc(0);
      return;
    }
    this.isChanged = true;
    // The last way: the next record overtakes this one.
    const made = this.#changedRecord(record);
    if (made === null) this.#held = record;
    else this.#socket.write(made);
    this.#tell();
  }

  #changedRecord(record: Buffer): Buffer | null {
    const random = this.#random;
    const made = Buffer.from(record);
    switch (random.below(7)) {
      case 0:
        return mutateBytes(record, random);
      case 1:
        return Buffer.concat([
          record.subarray(0, HEAD_BYTES),
          mutateBytes(record.subarray(HEAD_BYTES), random),
        ]);
      case 2:
        made.writeUInt16BE(random.pick([0, 1, 2 ** 14, 2 ** 14 + 257, 0xffff]), 3);
        return made;
      case 3:
        made[0] = random.pick([0, 20, 21, 22, 23, 24, 255]);
        return made;
      case 4:
        return Buffer.concat([record, record]);
      case 5:
        return noise(1 + random.below(400), random);
      default:
        return null;
    }
  }
}
