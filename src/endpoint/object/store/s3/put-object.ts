import { createHash } from 'node:crypto';
import type { PutObjectCommandInput, S3 } from '@aws-sdk/client-s3';
import { asDmError, DmError } from '../../../../model/error.js';
import type { PutOptions } from '../../../../repository/object-store.js';
import type { Bucket, SendOptions } from './bucket.js';
import { lockPeriodMs } from './s3-options.js';

/** User metadata that tells our own put from another's when its reply was lost. */
export const PUT_MARK = 'dm-put';

/** Puts an object in one request. Throws `already_exists` for `ifAbsent`. */
export async function putObject(
  bucket: Bucket,
  key: string,
  body: Uint8Array,
  options: PutOptions,
  signal: AbortSignal,
): Promise<void> {
  const mark = options.ifAbsent === true ? newMark(bucket) : null;
  const input = {
    ...headersOf(bucket, key, options, mark),
    Body: body,
    ContentLength: body.length,
    ...contentMd5(bucket, body),
    ...(mark === null ? {} : { IfNoneMatch: '*' }),
  };
  const send = (client: S3, sending: SendOptions) => client.putObject(input, sending);
  await retryMarked(
    bucket,
    { key, mark },
    () => bucket.once(bucket.nameOf(key), send, signal, body.length),
    signal,
  );
}

/** What a new object gets besides its bytes. */
export function headersOf(
  bucket: Bucket,
  key: string,
  options: PutOptions,
  mark: string | null,
): Pick<PutObjectCommandInput, 'Bucket' | 'Key' | 'Metadata'> & Partial<PutObjectCommandInput> {
  const { bucket: name, storageClass, enforceSse, lock } = bucket.options;
  const metadata = { ...options.metadata, ...(mark === null ? {} : { [PUT_MARK]: mark }) };
  const until = lock && bucket.modules.clock.now() + lockPeriodMs(lock);
  return {
    Bucket: name,
    Key: bucket.fullKey(key),
    Metadata: metadata,
    ...(options.contentType === undefined ? {} : { ContentType: options.contentType }),
    ...(storageClass === ''
      ? {}
      : { StorageClass: storageClass as NonNullable<PutObjectCommandInput['StorageClass']> }),
    ...(enforceSse ? { ServerSideEncryption: 'AES256' } : {}),
    ...(lock === null || until === null
      ? {}
      : {
          ObjectLockMode: lock.mode,
          ObjectLockRetainUntilDate: new Date(Math.max(until, options.retainUntilMs ?? 0)),
        }),
  };
}

/** Stores with object lock want a digest of what they are to keep. */
export function contentMd5(bucket: Bucket, body: Uint8Array): { ContentMD5?: string } {
  if (bucket.options.lock === null) return {};
  return { ContentMD5: createHash('md5').update(body).digest('base64') };
}

/** A mark for a put that cannot simply be repeated. */
export function newMark(bucket: Bucket): string {
  return bucket.modules.randomBytes(16).toString('hex');
}

/**
 * Sends a marked put until it succeeds. When a repetition hears that the object is there (or that the upload is gone), it
 * may be our own, whose reply was lost: then its mark says so, and that is success.
 */
export async function retryMarked(
  bucket: Bucket,
  { key, mark }: { readonly key: string; readonly mark: string | null },
  attempt: () => Promise<unknown>,
  signal: AbortSignal,
): Promise<void> {
  await bucket.retry(async (count) => {
    try {
      await attempt();
    } catch (error) {
      const { code } = asDmError(error, 'put');
      const settled = code === 'already_exists' || code === 'not_found';
      if (!settled || count === 1 || mark === null) throw error;
      if ((await markOf(bucket, key, signal)) !== mark) throw error;
    }
  }, signal);
}

async function markOf(bucket: Bucket, key: string, signal: AbortSignal): Promise<string | null> {
  try {
    const { bucket: name } = bucket.options;
    const answer = await bucket.request(
      bucket.nameOf(key),
      (client, options) => client.headObject({ Bucket: name, Key: bucket.fullKey(key) }, options),
      signal,
    );
    return answer.Metadata?.[PUT_MARK] ?? null;
  } catch (error) {
    if (error instanceof DmError && error.code === 'not_found') return null;
    throw error;
  }
}
