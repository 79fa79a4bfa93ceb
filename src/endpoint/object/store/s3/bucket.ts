import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { S3 } from '@aws-sdk/client-s3';
import type { DmError } from '../../../../model/error.js';
import { namedError } from '../../../../model/named-error.js';
import type { Clock } from '../../../../util/clock.js';
import { Semaphore } from '../../../../util/semaphore.js';
import { type StoreTiming, withinTime, withRetries } from '../retry.js';
import { StoreTraffic } from '../store-traffic.js';
import { s3Error } from './s3-error.js';
import type { S3StoreOptions } from './s3-options.js';
import { WireWatch } from './wire-watch.js';

const CONNECT_MS = 15_000;

export interface BucketModules {
  readonly clock: Clock;
  readonly random: () => number;
  readonly randomBytes: (length: number) => Buffer;
  readonly timing: StoreTiming;
}

/** What goes into every request of a bucket. */
export interface SendOptions {
  readonly abortSignal: AbortSignal;
}

/** A bucket behind its endpoint: sends requests, again where that may help, and names what went wrong. */
export class Bucket implements AsyncDisposable {
  readonly options: S3StoreOptions;
  readonly modules: BucketModules;
  readonly traffic = new StoreTraffic();
  readonly #client: S3;
  readonly #watch: WireWatch;
  readonly #tasks: Semaphore;

  private constructor(options: S3StoreOptions, modules: BucketModules, client: S3) {
    this.options = options;
    this.modules = modules;
    this.#client = client;
    this.#tasks = new Semaphore(options.maxTasks);
    this.#watch = new WireWatch({ traffic: this.traffic, clock: modules.clock });
    this.#watch.attach(client);
  }

  /** Sends nothing yet. */
  static async open(options: S3StoreOptions, modules: BucketModules): Promise<Bucket> {
    // The SDK would write to stderr, beside the log, that a later version of it needs a later Node.
    process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
    // Loaded late: it is large, and most commands need no bucket.
    const { S3: Client } = await import('@aws-sdk/client-s3');
    const { credentials } = options;
    const client = new Client({
      endpoint: options.endpoint,
      region: options.region,
      forcePathStyle: options.addressing === 'path',
      ...(credentials === null ? {} : { credentials }),
      maxAttempts: 1,
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
      expectContinueHeader: false,
      followRegionRedirects: false,
      disableS3ExpressSessionAuth: true,
      requestHandler: {
        connectionTimeout: CONNECT_MS,
        ...(await agents(options)),
      },
      logger: SILENT,
    });
    return new Bucket(options, modules, client);
  }

  get clockReading() {
    return this.#watch.clockReading;
  }

  /** The key as the bucket has it. */
  fullKey(key: string): string {
    return this.options.prefix === '' ? key : `${this.options.prefix}/${key}`;
  }

  /** The key as the account has it, of one that the bucket gave. */
  ownKey(fullKey: string): string {
    return this.options.prefix === '' ? fullKey : fullKey.slice(this.options.prefix.length + 1);
  }

  /** Sends a request until it succeeds or fails for good. `bytes` is the size of its body. */
  request<T>(
    what: string,
    send: (client: S3, options: SendOptions) => Promise<T>,
    signal: AbortSignal,
    bytes = 0,
  ): Promise<T> {
    return this.retry(() => this.once(what, send, signal, bytes), signal);
  }

  retry<T>(attempt: (count: number) => Promise<T>, signal: AbortSignal): Promise<T> {
    return withRetries(this.modules.timing, this.modules, attempt, signal);
  }

  /** Sends a request once, when it is its turn; the content of an object that is read needs none. */
  async once<T>(
    what: string,
    send: (client: S3, options: SendOptions) => Promise<T>,
    signal: AbortSignal,
    bytes = 0,
  ): Promise<T> {
    const { answerMs, minBytesPerSecond } = this.modules.timing;
    const ms = answerMs + Math.ceil((bytes / minBytesPerSecond) * 1_000);
    try {
      // The time begins with the turn: who waits behind large bodies is not late.
      return await this.#tasks.run(
        () =>
          withinTime(
            ms,
            this.modules.clock,
            (abortSignal) => send(this.#client, { abortSignal }),
            signal,
          ),
        signal,
      );
    } catch (error) {
      signal.throwIfAborted();
      throw this.failure(error, what);
    }
  }

  /** What a failed request means; where nothing answers, the message names whom that was asked of. */
  failure(error: unknown, what: string): DmError {
    const known = s3Error(error, what);
    if (known.code !== 'store_unreachable') return known;
    const { endpoint, proxyUri } = this.options;
    return namedError(known, proxyUri === '' ? endpoint : `${endpoint} by proxy ${proxyUri}`);
  }

  /** What names an object in messages. */
  nameOf(key: string): string {
    return `object "${key}" in bucket ${this.options.bucket}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#client.destroy();
  }
}

async function agents({ caPem, proxyUri, maxTasks }: S3StoreOptions) {
  const shared = { keepAlive: true, maxFreeSockets: maxTasks };
  const tls = { minVersion: 'TLSv1.2' as const, ...(caPem === '' ? {} : { ca: caPem }) };
  if (proxyUri === '') {
    return {
      httpAgent: new HttpAgent(shared),
      httpsAgent: new HttpsAgent({ ...shared, ...tls }),
    };
  }
  const { HttpsProxyAgent } = await import('https-proxy-agent');
  const agent = new HttpsProxyAgent(proxyUri, { ...shared, ...tls });
  return { httpAgent: agent, httpsAgent: agent };
}

const nothing = () => undefined;
const SILENT = { debug: nothing, info: nothing, warn: nothing, error: nothing, trace: nothing };
