import type { Bucket } from './bucket.js';

/** As many as one request may name. */
const BATCH = 1_000;
/** What the XML of that request cannot hold. */
const CONTROL = /\p{Cc}|[\ufffe\uffff]/u;

/** Deletes the current objects of these keys; those that do not exist are no error. */
export async function deleteObjects(
  bucket: Bucket,
  keys: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  const plain = keys.filter((key) => !CONTROL.test(key));
  for (let at = 0; at < plain.length; at += BATCH) {
    const batch = plain.slice(at, at + BATCH);
    await bucket.retry(() => deleteBatch(bucket, batch, signal), signal);
  }
  for (const key of keys.filter((each) => CONTROL.test(each))) {
    await bucket.request(
      bucket.nameOf(key),
      (client, options) =>
        client.deleteObject({ Bucket: bucket.options.bucket, Key: bucket.fullKey(key) }, options),
      signal,
    );
  }
}

async function deleteBatch(
  bucket: Bucket,
  keys: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  const { Errors: errors } = await bucket.once(
    `bucket ${bucket.options.bucket}`,
    (client, options) =>
      client.deleteObjects(
        {
          Bucket: bucket.options.bucket,
          Delete: { Objects: keys.map((key) => ({ Key: bucket.fullKey(key) })), Quiet: true },
        },
        options,
      ),
    signal,
  );
  const failed = errors?.find(({ Code: code }) => code !== 'NoSuchKey');
  if (failed === undefined) return;
  throw bucket.failure(
    answerError(failed.Code ?? ''),
    bucket.nameOf(bucket.ownKey(failed.Key ?? '')),
  );
}

/** The error that a request for this one object would have met. */
function answerError(code: string): Error {
  const known = /^[A-Za-z0-9.]{1,64}$/.test(code) ? code : 'unknown';
  const error = new Error(known);
  error.name = known;
  const status = /^(InternalError|ServiceUnavailable|SlowDown)$/.test(known) ? 503 : 403;
  return Object.assign(error, { $metadata: { httpStatusCode: status } });
}
