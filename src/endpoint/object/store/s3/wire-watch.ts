import { createHash } from 'node:crypto';
import { type Readable, Transform } from 'node:stream';
import type { S3 } from '@aws-sdk/client-s3';
import { DmError } from '../../../../model/error.js';
import type { Clock } from '../../../../util/clock.js';
import type { StoreTraffic } from '../store-traffic.js';

/** Longest answer that is no object's content: a listing of 1,000 long keys is far below. */
const MAX_ANSWER_BYTES = 16 * 1024 * 1024;
/** Requests whose bodies some stores want a Content-MD5 of, newer checksums or not. */
const WITH_MD5 = new Set(['DeleteObjectsCommand', 'PutObjectRetentionCommand']);

interface HttpRequest {
  readonly method: string;
  readonly path: string;
  readonly query?: Readonly<Record<string, unknown>>;
  readonly headers: Record<string, string>;
  readonly body?: unknown;
}

interface HttpResponse {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  body: Readable;
}

/** What the store's clock said, and ours then. */
export interface ClockReading {
  readonly storeMs: number;
  readonly takenAtMs: number;
}

/** Sits between the SDK and the connection: counts, refuses redirects, bounds answers, notes the store's clock. */
export class WireWatch {
  clockReading: ClockReading | null = null;
  readonly #traffic: StoreTraffic;
  readonly #clock: Clock;

  constructor(modules: { traffic: StoreTraffic; clock: Clock }) {
    this.#traffic = modules.traffic;
    this.#clock = modules.clock;
  }

  attach(client: S3): void {
    client.middlewareStack.add(
      (next, context) => (args) => {
        if (WITH_MD5.has(context.commandName ?? '')) addMd5(args.request as HttpRequest);
        return next(args);
      },
      { step: 'build', name: 'contentMd5', override: true },
    );
    client.middlewareStack.add(
      (next, context) => async (args) => {
        this.#sent(args.request as HttpRequest);
        const result = await next(args);
        const response = result.response as HttpResponse;
        this.#received(response);
        refuseRedirect(response);
        const isContent = context.commandName === 'GetObjectCommand' && response.statusCode < 300;
        if (!isContent) response.body = this.#bounded(response.body);
        return result;
      },
      { step: 'deserialize', priority: 'low', name: 'wireWatch', override: true },
    );
  }

  #sent(request: HttpRequest): void {
    this.#traffic.requests++;
    const query = Object.entries(request.query ?? {});
    const line = query.reduce((sum, pair) => sum + String(pair).length + 1, request.path.length);
    this.#traffic.bytesSent += line + headerBytes(request.headers) + bodyBytes(request.body);
  }

  #received(response: HttpResponse): void {
    this.#traffic.bytesReceived += headerBytes(response.headers);
    const storeMs = Date.parse(response.headers.date ?? '');
    if (!Number.isNaN(storeMs)) {
      this.clockReading = { storeMs, takenAtMs: this.#clock.now() };
    }
  }

  #bounded(body: Readable): Readable {
    let size = 0;
    const traffic = this.#traffic;
    const bound = new Transform({
      transform(chunk: Buffer, _encoding, done) {
        size += chunk.length;
        traffic.bytesReceived += chunk.length;
        if (size <= MAX_ANSWER_BYTES) done(null, chunk);
        else done(new DmError('store_refused', 'the answer of the store never ends; check --uri'));
      },
    });
    body.on('error', (error) => bound.destroy(error));
    bound.on('close', () => body.destroy());
    return body.pipe(bound);
  }
}

/** Credentials are for the configured endpoint: nothing is sent where an answer points to. */
function refuseRedirect({ statusCode, headers, body }: HttpResponse): void {
  if (statusCode < 300 || statusCode >= 400 || statusCode === 304) return;
  body.destroy();
  const target = headers.location ?? headers['x-amz-bucket-region'] ?? '';
  const host = URL.canParse(target) ? new URL(target).origin : target;
  throw new DmError(
    'store_refused',
    `the store redirects to "${host.replace(/[^\x20-\x7e]/g, '?').slice(0, 100)}" (${statusCode}), which is not followed; correct --uri or --region`,
  );
}

function addMd5({ headers, body }: HttpRequest): void {
  if (typeof body !== 'string' && !(body instanceof Uint8Array)) return;
  headers['content-md5'] = createHash('md5').update(body).digest('base64');
}

function headerBytes(headers: Readonly<Record<string, string>>): number {
  return Object.entries(headers).reduce(
    (sum, [name, value]) => sum + name.length + String(value).length + 4,
    2,
  );
}

function bodyBytes(body: unknown): number {
  if (typeof body === 'string') return Buffer.byteLength(body);
  return body instanceof Uint8Array ? body.length : 0;
}
