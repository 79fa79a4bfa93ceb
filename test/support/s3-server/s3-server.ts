import { EventEmitter, once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { type PlantedSecrets, plantedSecrets } from '../planted-secrets.js';
import { unchunked } from './aws-chunked.js';
import { type FaultKind, type FaultRule, FaultScript } from './faults.js';
import { S3Failure, type StoredObjects } from './objects.js';
import { BucketOperations, operationOf, type S3Answer, type S3Request } from './operations.js';
import { xmlDocument } from './xml.js';

export interface S3ServerOptions {
  readonly versioning?: boolean;
  readonly objectLock?: boolean;
  /** False ignores If-None-Match, as some stores do. */
  readonly conditional?: boolean;
  readonly pageSize?: number;
  readonly tls?: { readonly key: string; readonly cert: string };
  /** Every request must bring it. */
  readonly sessionToken?: string;
  /** Milliseconds that its clock is ahead. */
  readonly clockAheadMs?: number;
  /** What must not come to it; those of all tests unless given. */
  readonly secrets?: PlantedSecrets;
}

export const ACCESS_ID = 'AKIDTEST';
export const SECRET_KEY = 'planted-secret-of-the-test-server';
export const BUCKET = 'bucket';
/** Begins the text of every error, and stands nowhere else. */
export const WORDS_OF_STORE = 'the words of the store:';

/**
 * An S3 server of one bucket in memory, with scripted faults. The
 * credential is checked, its signature is not.
 */
export class S3Server implements AsyncDisposable {
  readonly faults = new FaultScript();
  readonly secrets: PlantedSecrets;
  /** How much later it is there than when the server was made; tests move it on. */
  ageMs = 0;
  /** Made to it so far. */
  connections = 0;
  /** Names of the operations asked for so far. */
  readonly log: string[] = [];
  readonly #asked = new EventEmitter();
  readonly #server: Server;
  readonly #options: S3ServerOptions;
  readonly #bucket: BucketOperations;

  private constructor(server: Server, options: S3ServerOptions) {
    this.#server = server;
    this.#options = options;
    this.secrets = options.secrets ?? plantedSecrets;
    this.#bucket = new BucketOperations(
      {
        versioning: options.versioning ?? false,
        objectLock: options.objectLock ?? false,
        conditional: options.conditional ?? true,
        pageSize: options.pageSize ?? 1_000,
      },
      { now: () => this.now() },
    );
    server.on('connection', () => {
      this.connections++;
    });
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      this.#serve(request, response).catch(() => response.destroy());
    });
  }

  static async open(options: S3ServerOptions = {}): Promise<S3Server> {
    const server = options.tls ? createTlsServer(options.tls) : createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new S3Server(server, options);
  }

  get endpoint(): string {
    const { port } = this.#server.address() as AddressInfo;
    return `${this.#options.tls ? 'https' : 'http'}://127.0.0.1:${port}`;
  }

  get objects(): StoredObjects {
    return this.#bucket.objects;
  }

  get unfinishedUploads(): number {
    return this.#bucket.unfinishedUploads;
  }

  /** Resolves as soon as the operation has been asked for since the log was last emptied. */
  async asked(operation: string): Promise<void> {
    while (!this.log.includes(operation)) await once(this.#asked, 'request');
  }

  now(): number {
    return Date.now() + (this.#options.clockAheadMs ?? 0) + this.ageMs;
  }

  fault(operation: string, fault: FaultKind, more: Omit<FaultRule, 'operation' | 'fault'> = {}) {
    this.faults.add({ operation, fault, ...more });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
    this.secrets.check();
  }

  async #serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk);
    const said = `${incoming.url}\n${withoutToken(incoming.rawHeaders).join('\n')}`;
    this.secrets.look('a request to the store', said);
    const body = Buffer.concat(chunks);
    this.secrets.look('the body of a request to the store', body);
    const isChunked = incoming.headers['x-amz-content-sha256']?.toString().startsWith('STREAMING-');
    // Not by URL, which would resolve "." and ".." in keys.
    const [path = '', search = ''] = (incoming.url ?? '/').split('?');
    const [, bucket = '', ...rest] = path.split('/');
    const request: S3Request = {
      method: incoming.method ?? '',
      key: rest.map(decodeURIComponent).join('/'),
      query: new URLSearchParams(search),
      headers: incoming.headers as Readonly<Record<string, string | undefined>>,
      body: isChunked ? unchunked(body) : body,
    };
    const operation = operationOf(request);
    this.log.push(operation);
    this.#asked.emit('request');
    const fault = this.faults.next(operation, request.key);
    const answer = this.#answer(operation, decodeURIComponent(bucket), request, fault);
    await send(response, answer, fault);
  }

  #answer(
    operation: string,
    bucket: string,
    request: S3Request,
    fault: FaultKind | null,
  ): S3Answer {
    try {
      if (fault?.kind === 'status') throw new S3Failure(fault.status, fault.code);
      if (fault?.kind === 'redirect') {
        return { status: 307, headers: { location: fault.location }, body: '' };
      }
      if (fault?.kind === 'silence') return { status: 200 };
      if (fault?.kind === 'entities') return { status: 200, body: entityBomb() };
      this.#checkCredential(request);
      if (bucket !== BUCKET) throw new S3Failure(404, 'NoSuchBucket');
      return withDate(this.#bucket.run(operation, request), this.now());
    } catch (error) {
      if (!(error instanceof S3Failure)) throw error;
      // As some stores do, which so repeat what came with the request.
      const Message = `${WORDS_OF_STORE} ${request.headers.authorization}`;
      const answer = xmlDocument('Error', { Code: error.code, Message });
      const body = request.method === 'HEAD' ? '' : answer;
      return withDate({ status: error.status, body }, this.now());
    }
  }

  #checkCredential({ headers }: S3Request): void {
    const [, accessId = ''] = /Credential=([^/]+)\//.exec(headers.authorization ?? '') ?? [];
    if (accessId !== ACCESS_ID) throw new S3Failure(403, 'InvalidAccessKeyId');
    const { sessionToken } = this.#options;
    if (sessionToken !== undefined && headers['x-amz-security-token'] !== sessionToken) {
      throw new S3Failure(400, 'ExpiredToken');
    }
  }
}

function withDate(answer: S3Answer, now: number): S3Answer {
  return { ...answer, headers: { date: new Date(now).toUTCString(), ...answer.headers } };
}

async function send(
  response: ServerResponse,
  answer: S3Answer,
  fault: FaultKind | null,
): Promise<void> {
  if (fault?.kind === 'silence') return;
  if (fault?.kind === 'lost-reply') {
    response.socket?.resetAndDestroy();
    return;
  }
  if (fault?.kind === 'late') await new Promise((resolve) => setTimeout(resolve, fault.ms));
  const body = Buffer.from(answer.body ?? '');
  const isHead = response.req.method === 'HEAD';
  const length = isHead ? {} : { 'content-length': String(body.length) };
  if (fault?.kind === 'endless') return sendEndless(response);
  response.writeHead(answer.status, { ...length, ...answer.headers });
  if (isHead) return void response.end();
  if (fault === null) return void response.end(body);
  await sendFaulty(response, body, fault);
}

async function sendFaulty(response: ServerResponse, body: Buffer, fault: FaultKind): Promise<void> {
  switch (fault.kind) {
    case 'reset':
    case 'short': {
      const half = body.subarray(0, Math.floor(body.length / 2));
      await new Promise<void>((resolve) => response.write(half, () => resolve()));
      if (fault.kind === 'reset') response.socket?.resetAndDestroy();
      else response.socket?.end();
      return;
    }
    case 'wrong-bytes': {
      const wrong = Buffer.from(body);
      wrong[wrong.length >> 1] = (wrong[wrong.length >> 1] ?? 0) ^ 1;
      response.end(wrong);
      return;
    }
    case 'slow':
      for (let at = 0; at < body.length && !response.destroyed; at++) {
        response.write(body.subarray(at, at + 1));
        await new Promise((resolve) => setTimeout(resolve, fault.msPerByte));
      }
      response.end();
      return;
    default:
      response.end(body);
  }
}

async function sendEndless(response: ServerResponse): Promise<void> {
  let closed = false;
  response.on('close', () => {
    closed = true;
    response.emit('drain');
  });
  response.writeHead(200, { 'content-type': 'application/xml' });
  response.write('<?xml version="1.0"?><ListBucketResult>');
  const filler = Buffer.from(`<Contents><Key>${'k'.repeat(65_000)}</Key></Contents>`);
  while (!closed) {
    if (!response.write(filler)) await once(response, 'drain');
  }
}

/** The "billion laughs". */
function entityBomb(): string {
  const levels = Array.from(
    { length: 10 },
    (_, level) =>
      `<!ENTITY l${level + 1} "${level === 0 ? 'lol'.repeat(10) : `&l${level};`.repeat(10)}">`,
  );
  return `<?xml version="1.0"?><!DOCTYPE x [${levels.join('')}]><ListBucketResult><Contents><Key>&l10;</Key></Contents></ListBucketResult>`;
}

/** A session token is sent as it is: names and values in turn, without its own. */
function withoutToken(headers: readonly string[]): string[] {
  return headers.filter(
    (_, at) => headers[at - (at % 2)]?.toLowerCase() !== 'x-amz-security-token',
  );
}
