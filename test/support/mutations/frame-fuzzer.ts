import type { Duplex } from 'node:stream';
import {
  FLAG,
  FRAME,
  FRAME_HEAD_BYTES,
  headersOf,
  http2Frame,
  messageHead,
  PREFACE,
} from '../../security/raw-http2.js';
import type { Random } from '../e2e-random.js';
import { FrameReader } from './frame-reader.js';
import { type Fuzzer, inTime } from './fuzzer.js';
import type { MessageMaker } from './message-fuzzer.js';
import { mutateBytes, mutateList, noise } from './mutate-bytes.js';

/**
 * A connection is left after so many bursts: streams without an end
 * add up to what is allowed at once.
 */
const BURSTS_PER_CONNECTION = 40;
/**
 * Sent behind a lie about a length, before hanging up. No frame may be longer, and these zeros are
 * a frame that is none; of headers that go on the length is not looked at.
 */
const FILLER = Buffer.alloc(3 * 16_384);
const LARGE_WINDOW = Buffer.from([0x3f, 0xff, 0, 0]);

export interface FrameFuzzerModules {
  readonly random: Random;
  readonly messages: MessageMaker;
  readonly connect: () => Promise<Duplex>;
  /** What has to be said first; null when nothing has to. */
  readonly hello: { readonly path: string; readonly body: Buffer } | null;
}

/**
 * Sends the frames of calls with bits, lengths, kinds and streams changed,
 * left out, doubled or in another order.
 */
export class FrameFuzzer implements Fuzzer {
  readonly #modules: FrameFuzzerModules;
  #socket: Duplex | null = null;
  #answers = new FrameReader();
  #bursts = 0;

  constructor(modules: FrameFuzzerModules) {
    this.#modules = modules;
  }

  async send(): Promise<string> {
    this.#socket ??= await this.#open();
    const socket = this.#socket;
    const burst = this.#changed(this.#call(2 * ++this.#bursts + 1));
    const mark = Buffer.alloc(8);
    mark.writeUInt32BE(this.#bursts);
    socket.write(burst);
    if (isFramed(burst)) socket.write(http2Frame(FRAME.ping, 0, 0, mark));
    else socket.end(FILLER);
    const name = `burst ${this.#bursts} of a connection, ${burst.toString('hex')}`;
    const answer = await inTime(name, this.#answers.markOrEnd(mark));
    if (answer === 'ended' || this.#bursts === BURSTS_PER_CONNECTION) this[Symbol.dispose]();
    return answer;
  }

  [Symbol.dispose](): void {
    this.#socket?.destroy();
    this.#socket = null;
  }

  async #open(): Promise<Duplex> {
    const socket = await this.#modules.connect();
    this.#answers = new FrameReader();
    this.#bursts = 0;
    socket.on('error', () => undefined);
    socket.on('data', (bytes: Buffer) => this.#answers.take(bytes));
    const answers = this.#answers;
    socket.once('close', () => answers.end());
    if (socket.destroyed) answers.end();
    socket.write(PREFACE);
    socket.write(http2Frame(FRAME.settings, 0, 0, Buffer.alloc(0)));
    socket.write(http2Frame(FRAME.windowUpdate, 0, 0, LARGE_WINDOW));
    const { hello } = this.#modules;
    if (hello !== null) {
      socket.write(http2Frame(FRAME.headers, FLAG.endHeaders, 1, headersOf(hello.path)));
      socket.write(http2Frame(FRAME.data, FLAG.endStream, 1, hello.body));
    }
    return socket;
  }

  /** The frames of a call as an honest client may send them. */
  #call(stream: number): Buffer[] {
    const { random, messages } = this.#modules;
    const { method, message } = messages.request();
    const headers = headersOf(method.path);
    const cut = random.below(headers.length);
    const body = Buffer.concat([messageHead(message.length), message]);
    const half = random.below(body.length);
    const frames =
      random.below(3) > 0
        ? [http2Frame(FRAME.headers, FLAG.endHeaders, stream, headers)]
        : [
            http2Frame(FRAME.headers, 0, stream, headers.subarray(0, cut)),
            http2Frame(FRAME.continuation, FLAG.endHeaders, stream, headers.subarray(cut)),
          ];
    const extra = [
      http2Frame(FRAME.windowUpdate, 0, stream, LARGE_WINDOW),
      http2Frame(FRAME.priority, 0, stream, Buffer.from([0, 0, 0, 0, 1])),
      http2Frame(FRAME.settings, 0, 0, Buffer.from([0, 4, 0, 1, 0, 0])),
      http2Frame(FRAME.ping, 0, 0, noise(8, random)),
      http2Frame(FRAME.reset, 0, stream, Buffer.from([0, 0, 0, 8])),
    ];
    return [
      ...frames,
      http2Frame(FRAME.data, 0, stream, body.subarray(0, half)),
      ...(random.below(2) === 0 ? [random.pick(extra)] : []),
      http2Frame(FRAME.data, FLAG.endStream, stream, body.subarray(half)),
    ];
  }

  #changed(frames: readonly Buffer[]): Buffer {
    const { random } = this.#modules;
    if (random.below(3) === 0) return Buffer.concat(mutateList(frames, random));
    const at = random.below(frames.length);
    const other = random.pick(frames);
    return Buffer.concat(
      frames.map((frame, index) => (index === at ? this.#changedFrame(frame, other) : frame)),
    );
  }

  #changedFrame(frame: Buffer, other: Buffer): Buffer {
    const { random } = this.#modules;
    const made = Buffer.from(frame);
    switch (random.below(6)) {
      case 0:
        return mutateBytes(frame, random);
      case 1:
        return http2Frame(
          made[3] ?? 0,
          made[4] ?? 0,
          made.readUInt32BE(5),
          mutateBytes(frame.subarray(FRAME_HEAD_BYTES), random),
        );
      case 2:
        made.writeUIntBE(random.pick([0, 1, 8, 16_384, 16_385, 2 ** 24 - 1]), 0, 3);
        return made;
      case 3:
        made[3] = random.below(12);
        return made;
      case 4:
        made[4] = random.below(256);
        return made;
      default:
        made.writeUInt32BE(random.pick([0, 1, 2, 2 ** 31 - 1, other.readUInt32BE(5)]), 5);
        return made;
    }
  }
}

/** Whether the frames end where the bytes do. */
function isFramed(bytes: Buffer): boolean {
  let at = 0;
  while (at + FRAME_HEAD_BYTES <= bytes.length) at += FRAME_HEAD_BYTES + bytes.readUIntBE(at, 3);
  return at === bytes.length;
}
