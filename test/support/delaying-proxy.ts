import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { type PlantedSecrets, plantedSecrets } from './planted-secrets.js';

export interface DelayingProxyOptions {
  readonly port: number;
  /** Each way. */
  readonly delayMs?: number;
  /** Bytes a second each way; no limit unless given. To be changed by `limit`. */
  readonly bytesPerSecond?: number;
  /** What a direction holds before it takes no more; far above any window unless given. */
  readonly maxQueuedBytes?: number;
  /** Most that is passed on in one write; everything at once unless given. */
  readonly bytesPerWrite?: number;
  /** What must not pass; those of all tests unless given. */
  readonly secrets?: PlantedSecrets;
}

/** A TCP proxy on 127.0.0.1 that makes a network: it delays, limits, counts, stalls and cuts. */
export class DelayingProxy implements AsyncDisposable {
  readonly port: number;
  /** From client to server, and back. */
  readonly bytes = { up: 0, down: 0 };
  readonly #server: Server;
  readonly #options: DelayingProxyOptions;
  readonly #pipes = new Set<Pipe>();
  /** Refuses new connections. */
  isDown = false;
  #stalled = false;
  #rate: number;
  #chunksLeft = Number.POSITIVE_INFINITY;

  private constructor(server: Server, options: DelayingProxyOptions) {
    this.#server = server;
    this.#options = options;
    this.#rate = options.bytesPerSecond ?? Number.POSITIVE_INFINITY;
    this.port = (server.address() as AddressInfo).port;
    server.on('connection', (client) => this.#accept(client));
  }

  static async open(options: DelayingProxyOptions): Promise<DelayingProxy> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new DelayingProxy(server, options);
  }

  get address(): string {
    return `127.0.0.1:${this.port}`;
  }

  /** From now on, each way of each connection. */
  limit(bytesPerSecond: number): void {
    this.#rate = bytesPerSecond;
    for (const pipe of this.#pipes) pipe.flush();
  }

  /** Breaks every connection that is open now. */
  cut(): void {
    for (const pipe of [...this.#pipes]) pipe.destroy();
  }

  /**
   * Resets every connection, once, in the place of the given chunk of
   * bytes from now on, of either direction.
   */
  resetAt(chunk: number): void {
    this.#chunksLeft = chunk;
  }

  /** True when `resetAt` has not come to pass yet. */
  get isArmed(): boolean {
    return this.#chunksLeft !== Number.POSITIVE_INFINITY;
  }

  /** Holds back everything from now on, until `resume`. */
  stall(): void {
    this.#stalled = true;
  }

  resume(): void {
    this.#stalled = false;
    for (const pipe of this.#pipes) pipe.flush();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.cut();
    this.#server.close();
    await once(this.#server, 'close');
    (this.#options.secrets ?? plantedSecrets).check();
  }

  #accept(client: Socket): void {
    if (this.isDown) {
      client.destroy();
      return;
    }
    const server = connect(this.#options.port, '127.0.0.1');
    const network = { isStalled: () => this.#stalled, rate: () => this.#rate };
    const countChunk = () => {
      if (this.#chunksLeft-- > 0) return;
      this.#chunksLeft = Number.POSITIVE_INFINITY;
      for (const pipe of [...this.#pipes]) pipe.reset();
    };
    const { secrets = plantedSecrets } = this.#options;
    const lookUp = secrets.stream('what a caller sent through the proxy');
    const lookDown = secrets.stream('what was answered through the proxy');
    const up = new Pipe(client, server, this.#options, network, (chunk) => {
      this.bytes.up += chunk.length;
      lookUp(chunk);
      countChunk();
    });
    const down = new Pipe(server, client, this.#options, network, (chunk) => {
      this.bytes.down += chunk.length;
      lookDown(chunk);
      countChunk();
    });
    for (const pipe of [up, down]) {
      this.#pipes.add(pipe);
      pipe.onBroken(() => {
        up.destroy();
        down.destroy();
      });
      pipe.onDone(() => this.#pipes.delete(pipe));
    }
  }
}

/** Most that waits on the "cable" of one direction: far above any window in the tests. */
const MAX_QUEUED = 64 * 1_048_576;

/** What is the same for all connections, and may change. */
interface Network {
  readonly isStalled: () => boolean;
  readonly rate: () => number;
}

/** One direction of one connection: a queue of chunks, each with the time at which it comes out. */
class Pipe {
  readonly #queue: { readonly at: number; readonly chunk: Buffer | null }[] = [];
  readonly #from: Socket;
  readonly #to: Socket;
  readonly #delayMs: number;
  readonly #maxQueued: number;
  readonly #network: Network;
  readonly #perWrite: number;
  #queued = 0;
  #free = 0;
  #timer: NodeJS.Timeout | null = null;

  constructor(
    from: Socket,
    to: Socket,
    options: DelayingProxyOptions,
    network: Network,
    see: (chunk: Buffer) => void,
  ) {
    this.#from = from;
    this.#to = to;
    this.#delayMs = options.delayMs ?? 0;
    this.#maxQueued = options.maxQueuedBytes ?? MAX_QUEUED;
    this.#network = network;
    this.#perWrite = options.bytesPerWrite ?? Number.MAX_SAFE_INTEGER;
    to.setNoDelay(true);
    from.on('data', (chunk: Buffer) => {
      see(chunk);
      this.#push(chunk);
      if (this.#queued > this.#maxQueued) from.pause();
    });
    from.on('end', () => this.#push(null));
    to.on('drain', () => this.flush());
  }

  onBroken(listener: () => void): void {
    this.#from.on('error', listener);
  }

  onDone(listener: () => void): void {
    this.#to.on('close', listener);
  }

  destroy(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#from.destroy();
    this.#to.destroy();
  }

  /** Ends both sides with an RST, as a router does that has forgotten the connection. */
  reset(): void {
    this.#from.resetAndDestroy();
    this.#to.resetAndDestroy();
    this.destroy();
  }

  /** Sends on what is due. */
  flush(): void {
    if (this.#network.isStalled()) return;
    const now = performance.now();
    if (this.#to.destroyed) this.#queue.length = 0;
    for (let next = this.#queue[0]; next !== undefined && next.at <= now; next = this.#queue[0]) {
      if (this.#to.writableNeedDrain) return;
      this.#queue.shift();
      if (next.chunk === null) this.#to.end();
      else {
        this.#queued -= next.chunk.length;
        this.#write(next.chunk);
      }
    }
    if (this.#queued < this.#maxQueued) this.#from.resume();
    this.#schedule();
  }

  #write(chunk: Buffer): void {
    for (let at = 0; at < chunk.length; at += this.#perWrite) {
      this.#to.write(chunk.subarray(at, at + this.#perWrite));
    }
  }

  #push(chunk: Buffer | null): void {
    if (this.#to.destroyed) return;
    const start = Math.max(performance.now(), this.#free);
    this.#free = start + (1_000 * (chunk?.length ?? 0)) / this.#network.rate();
    this.#queued += chunk?.length ?? 0;
    this.#queue.push({ at: this.#free + this.#delayMs, chunk });
    if (this.#delayMs === 0 && this.#network.rate() === Number.POSITIVE_INFINITY) this.flush();
    else this.#schedule();
  }

  #schedule(): void {
    const next = this.#queue[0];
    if (next === undefined || this.#timer !== null) return;
    this.#timer = setTimeout(
      () => {
        this.#timer = null;
        this.flush();
      },
      Math.max(0, next.at - performance.now()),
    );
  }
}
