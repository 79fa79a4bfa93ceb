import { Readable } from 'node:stream';
import type { GetObjectCommandOutput } from '@aws-sdk/client-s3';
import { DmError } from '../../../../model/error.js';
import type { ByteRange } from '../../../../repository/object-store.js';
import { onAbort } from '../../../../util/on-abort.js';
import { retryDelayMs } from '../retry.js';
import type { Bucket } from './bucket.js';
import { watchRate } from './rate-watch.js';

/** So many bytes in one attempt are progress: the count of failures begins again. */
const PROGRESS_BYTES = 64 * 1024;

export interface ReadRequest {
  readonly key: string;
  /** Null is the newest. */
  readonly versionId: string | null;
  readonly range: ByteRange | null;
}

/** The bytes of an object or a range of it; a body that breaks off or stands still is asked for again where it was. */
export async function* readObject(
  bucket: Bucket,
  request: ReadRequest,
  signal: AbortSignal,
): AsyncIterable<Uint8Array> {
  const { range } = request;
  if (range?.length === 0) return;
  const { timing, clock, random } = bucket.modules;
  const position: Position = {
    at: range?.offset ?? 0,
    end: range === null ? null : range.offset + range.length,
    etag: null,
  };
  for (let failures = 0; position.at !== position.end; ) {
    const before = position.at;
    try {
      yield* oneBody(bucket, request, position, signal);
      if (position.at !== position.end) throw new Error('the body ended early');
    } catch (error) {
      signal.throwIfAborted();
      const known = bucket.failure(error, bucket.nameOf(request.key));
      if (position.at - before >= PROGRESS_BYTES) failures = 0;
      if (!known.transient || ++failures >= timing.attempts) throw known;
      await clock.delay(retryDelayMs(timing, failures, random), signal);
    }
  }
}

/** How far a read has come; `end` and `etag` are known from the first answer on. */
interface Position {
  at: number;
  end: number | null;
  etag: string | null;
}

async function* oneBody(
  bucket: Bucket,
  request: ReadRequest,
  position: Position,
  signal: AbortSignal,
): AsyncIterable<Uint8Array> {
  const body = await openBody(bucket, request, position, signal);
  using _ = onAbort(signal, () => body.destroy());
  try {
    for await (const chunk of watchRate(body, bucket.modules)) {
      bucket.traffic.bytesReceived += chunk.length;
      position.at += chunk.length;
      yield chunk;
    }
  } finally {
    body.destroy();
  }
}

async function openBody(
  bucket: Bucket,
  { key, versionId, range }: ReadRequest,
  position: Position,
  signal: AbortSignal,
): Promise<Readable> {
  const partial = range !== null || position.at > 0;
  const last = position.end === null ? '' : String(position.end - 1);
  const answer = await bucket
    .once(
      bucket.nameOf(key),
      (client, options) =>
        client.getObject(
          {
            Bucket: bucket.options.bucket,
            Key: bucket.fullKey(key),
            ...(versionId === null ? {} : { VersionId: versionId }),
            ...(partial ? { Range: `bytes=${position.at}-${last}` } : {}),
            ...(position.etag === null ? {} : { IfMatch: position.etag }),
          },
          options,
        ),
      signal,
    )
    .catch((error: unknown) => {
      if (error instanceof DmError && error.code === 'already_exists') {
        throw new DmError('corrupt', `${bucket.nameOf(key)} was replaced while it was read`);
      }
      throw error;
    });
  const body = answer.Body;
  if (!(body instanceof Readable)) throw new Error('the answer has no body');
  try {
    checkAnswer(answer, position, partial, bucket.nameOf(key));
  } catch (error) {
    body.destroy();
    throw error;
  }
  position.etag ??= answer.ETag ?? null;
  position.end ??= position.at + (answer.ContentLength ?? 0);
  return body;
}

/** The answer must be of just the bytes that were asked for. */
function checkAnswer(
  answer: GetObjectCommandOutput,
  { at, end }: Position,
  partial: boolean,
  what: string,
): void {
  if (answer.ContentLength === undefined) throw new Error('the answer has no length');
  if (!partial) return;
  const [, first, total] = /^bytes (\d+)-\d+\/(\d+)$/.exec(answer.ContentRange ?? '') ?? [];
  if (first === undefined || Number(first) !== at) {
    throw new DmError('corrupt', `${what}: the store gives other ranges than it is asked for`);
  }
  if (end !== null && Number(total) < end) {
    throw new DmError('corrupt', `${what} has ${total} bytes, ${end} were expected`);
  }
  if (end !== null && answer.ContentLength !== end - at) {
    throw new Error('the answer is of another length than the range');
  }
}
