import type { ChangeBatch } from '../../endpoint/change-stream.js';
import { CompressionSwitch } from '../../endpoint/compression/compression-switch.js';
import {
  type CompressionState,
  decideCompression,
  INITIAL_COMPRESSION,
} from '../../endpoint/compression/decide-compression.js';
import type { CompressionMode } from '../../model/compression.js';
import { type IdleClock, THREAD_CLOCK } from './idle-clock.js';

/** How often it is decided anew whether to compress. */
const INTERVAL_MS = 500;
/** Beside the payload: token, counts, frames. */
const MESSAGE_BYTES = 100;

export type ActiveCompression = Exclude<CompressionMode, 'off'>;

/**
 * The way to one peer: measured by everything that is sent there,
 * which is compressed, or not, together.
 */
export class PeerLink {
  readonly #clock: IdleClock;
  readonly #onChange: (compressed: boolean) => void;
  readonly #streams = new Set<SendingStream>();
  #idleShare: () => number;
  #state: CompressionState = INITIAL_COMPRESSION;
  #intervalFrom: number;
  #sentBytes = 0;
  #compressor = { bytes: 0, ms: 0 };

  constructor(modules: { onChange: (compressed: boolean) => void; clock?: IdleClock }) {
    const { onChange, clock = THREAD_CLOCK } = modules;
    this.#clock = clock;
    this.#onChange = onChange;
    this.#idleShare = clock.idleShares();
    this.#intervalFrom = clock.now();
  }

  get isUsed(): boolean {
    return this.#streams.size > 0;
  }

  /** Whether `auto` compresses now. */
  get isCompressed(): boolean {
    return this.#state.on;
  }

  /** A stream to the peer; to be disposed of when it ends. */
  open(mode: ActiveCompression, onClosed: () => void = () => undefined): SendingStream {
    if (!this.isUsed) this.#begin();
    const stream = new SendingStream(mode, this.#clock, {
      onSent: (bytes) => this.#sent(bytes),
      onClosed: () => {
        this.#streams.delete(stream);
        onClosed();
      },
    });
    this.#streams.add(stream);
    stream.follow(this.#state.on);
    return stream;
  }

  #begin(): void {
    this.#intervalFrom = this.#clock.now();
    this.#sentBytes = 0;
    this.#idleShare();
    this.#state = { ...this.#state, forMs: 0 };
  }

  #sent(bytes: number): void {
    this.#sentBytes += bytes;
    const atMs = this.#clock.now();
    const elapsedMs = atMs - this.#intervalFrom;
    const reported = [...this.#streams].filter(({ hasReport }) => hasReport);
    if (elapsedMs < INTERVAL_MS || reported.length === 0) return;
    const idleShare = this.#idleShare();
    let boundMs = 0;
    for (const stream of reported) boundMs = Math.max(boundMs, stream.takeBoundMs(idleShare));
    const sentBytes = this.#sentBytes;
    this.#intervalFrom = atMs;
    this.#sentBytes = 0;
    const before = this.#state.on;
    this.#state = decideCompression(this.#state, {
      atMs,
      elapsedMs,
      sentBytes,
      boundMs: Math.min(boundMs, elapsedMs),
      compressorRate: this.#compressorRate(),
    });
    for (const stream of this.#streams) stream.follow(this.#state.on);
    if (this.#state.on !== before) this.#onChange(this.#state.on);
  }

  /** Of the runs since it was last asked; of those before when there were none. */
  #compressorRate(): number | null {
    let bytes = 0;
    let ms = 0;
    for (const stream of this.#streams) {
      const run = stream.takeCompressor();
      bytes += run.bytes;
      ms += run.ms;
    }
    if (ms > 0) this.#compressor = { bytes, ms };
    return this.#compressor.ms === 0
      ? null
      : (this.#compressor.bytes * 1_000) / this.#compressor.ms;
  }
}

/** One stream of batches to a peer. */
export class SendingStream implements Disposable {
  /** Looked at by whoever fills the batches. */
  readonly compression = new CompressionSwitch();
  readonly #mode: ActiveCompression;
  readonly #clock: IdleClock;
  readonly #modules: { onSent(bytes: number): void; onClosed(): void };
  #linkWants = false;
  #peerWants = false;
  #blockedMs = 0;
  #peerWaited = { toldMs: 0, takenMs: 0, isNew: false };
  #taken = { bytes: 0, ms: 0 };

  constructor(
    mode: ActiveCompression,
    clock: IdleClock,
    modules: { onSent(bytes: number): void; onClosed(): void },
  ) {
    this.#mode = mode;
    this.#clock = clock;
    this.#modules = modules;
    this.#apply();
  }

  /**
   * The batches, timed as they are sent: the next one is to be asked for when
   * the one before is with the connection.
   */
  async *timed(batches: AsyncIterable<ChangeBatch>): AsyncGenerator<ChangeBatch, void> {
    for await (const batch of batches) {
      const bytes = batch.payload.length + MESSAGE_BYTES;
      const from = this.#clock.now();
      yield batch;
      this.#blockedMs += this.#clock.now() - from;
      this.#modules.onSent(bytes);
    }
  }

  /** The receiver counts how long it waits from now on. */
  restart(): void {
    this.#peerWaited = { toldMs: 0, takenMs: 0, isNew: false };
  }

  /**
   * The receiver has waited so long since it began to count, and wants the stream
   * compressed for reasons of its own or not.
   */
  report(waitedMs: number, wanted: boolean): void {
    this.#peerWaited = {
      toldMs: Math.max(waitedMs, this.#peerWaited.toldMs),
      takenMs: this.#peerWaited.takenMs,
      isNew: true,
    };
    this.#peerWants = wanted;
    this.#apply();
  }

  /** What `auto` does from now on. */
  follow(on: boolean): void {
    this.#linkWants = on;
    this.#apply();
  }

  get hasReport(): boolean {
    return this.#peerWaited.isNew;
  }

  /** How long both ends have waited for the link since this was last asked. */
  takeBoundMs(idleShare: number): number {
    const { toldMs, takenMs } = this.#peerWaited;
    const boundMs = Math.min(this.#blockedMs * idleShare, toldMs - takenMs);
    this.#blockedMs = 0;
    this.#peerWaited = { toldMs, takenMs: toldMs, isNew: false };
    return boundMs;
  }

  /** What the compressor has done for it since this was last asked. */
  takeCompressor(): { bytes: number; ms: number } {
    const { totals } = this.compression;
    const taken = { bytes: totals.bytes - this.#taken.bytes, ms: totals.ms - this.#taken.ms };
    this.#taken = totals;
    return taken;
  }

  [Symbol.dispose](): void {
    this.#modules.onClosed();
  }

  #apply(): void {
    this.compression.turn(this.#mode === 'zstd' || this.#linkWants || this.#peerWants);
  }
}
