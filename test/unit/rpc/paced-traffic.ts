import { PeerSource } from '../../../src/endpoint/peer/peer-source.js';
import { PeerTarget } from '../../../src/endpoint/peer/peer-target.js';
import { asDmError, DmError } from '../../../src/model/error.js';
import { BandwidthPacing } from '../../../src/rpc/pacing/bandwidth-pacing.js';
import type { PeerChannel } from '../../../src/rpc/peer-channel.js';
import { DelayingProxy } from '../../support/delaying-proxy.js';
import { type TestServer, testChannel, testServer } from './peer-pair.js';
import { offerOf, SyntheticPlace } from './synthetic-place.js';

const SAMPLE_MS = 100;
const JOBS = 4;

export interface TrafficOptions {
  readonly direction: 'push' | 'pull';
  /** Which agent has the rules. */
  readonly side: 'client' | 'server';
  readonly bytesPerSecond: number | null;
}

/**
 * Four jobs with connections of their own, moving bytes without end in
 * one direction, counted on the wire.
 */
export class PacedTraffic implements AsyncDisposable {
  readonly pacing: BandwidthPacing;
  readonly #options: TrafficOptions;
  readonly #samples: { readonly at: number; readonly bytes: number }[] = [];
  readonly #stop = new AbortController();
  #served: TestServer | null = null;
  #proxy: DelayingProxy | null = null;
  #jobs: Promise<void>[] = [];
  #timer: NodeJS.Timeout | null = null;

  private constructor(options: TrafficOptions) {
    this.#options = options;
    this.pacing = new BandwidthPacing({ wall: () => Date.now(), now: () => performance.now() });
    this.limit(options.bytesPerSecond);
  }

  static async start(options: TrafficOptions): Promise<PacedTraffic> {
    const traffic = new PacedTraffic(options);
    await traffic.#start();
    return traffic;
  }

  limit(bytesPerSecond: number | null): void {
    const rule = { id: 1, netmask: '127.0.0.0/8', window: '' };
    this.pacing.setRules(bytesPerSecond === null ? [] : [{ ...rule, bwLimit: bytesPerSecond }]);
  }

  /** Bytes that went in the direction of the data so far. */
  get bytes(): number {
    const { up, down } = this.#proxy?.bytes ?? { up: 0, down: 0 };
    return this.#options.direction === 'push' ? up : down;
  }

  /** Lets the traffic run. */
  async run(ms: number): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, ms));
  }

  /**
   * Bytes a second over each window of `ms` that lies within the last
   * `withinMs`, lowest and highest.
   */
  rates(ms: number, withinMs: number): { readonly lowest: number; readonly highest: number } {
    const from = performance.now() - withinMs;
    const samples = this.#samples.filter(({ at }) => at >= from);
    const rates: number[] = [];
    for (const first of samples) {
      const last = samples.find(({ at }) => at >= first.at + ms);
      if (last === undefined) break;
      rates.push(((last.bytes - first.bytes) / (last.at - first.at)) * 1000);
    }
    return { lowest: Math.min(...rates), highest: Math.max(...rates) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#stop.abort(new DmError('cancelled', 'the traffic ends'));
    this.limit(null);
    await Promise.all(this.#jobs);
    await this.#proxy?.[Symbol.asyncDispose]();
    await this.#served?.[Symbol.asyncDispose]();
  }

  async #start(): Promise<void> {
    const { side } = this.#options;
    const { pacing } = this;
    const place = new SyntheticPlace(Number.MAX_SAFE_INTEGER);
    const served = await testServer(place, side === 'server' ? { pacing } : {});
    const proxy = await DelayingProxy.open({ port: served.server.port, maxQueuedBytes: 65_536 });
    this.#served = served;
    this.#proxy = proxy;
    const sample = () => this.#samples.push({ at: performance.now(), bytes: this.bytes });
    sample();
    this.#timer = setInterval(sample, SAMPLE_MS);
    this.#jobs = Array.from({ length: JOBS }, () => this.#job(place, proxy.port));
  }

  /** As a job does: goes on after what is transient. */
  async #job(place: SyntheticPlace, port: number): Promise<void> {
    const { signal } = this.#stop;
    const { pacing } = this;
    await using channel = testChannel(port, this.#options.side === 'client' ? { pacing } : {});
    while (!signal.aborted) {
      try {
        await (this.#options.direction === 'push'
          ? push(channel, place, signal)
          : pull(channel, signal));
      } catch (error) {
        if (!signal.aborted && !asDmError(error, 'traffic').transient) throw error;
      }
    }
  }
}

async function push(
  channel: PeerChannel,
  place: SyntheticPlace,
  signal: AbortSignal,
): Promise<void> {
  await using session = await new PeerTarget(channel).begin(offerOf(place.info), signal);
  for await (const _ of session.write(place.batches(), signal));
}

async function pull(channel: PeerChannel, signal: AbortSignal): Promise<void> {
  await using reader = await new PeerSource(channel).open({ number: 1 }, signal);
  const request = { base: null, subpaths: [], lanes: 1, resume: null };
  for await (const _ of reader.changes(request, signal));
}
