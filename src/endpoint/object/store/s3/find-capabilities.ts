import { DmError } from '../../../../model/error.js';
import type { StoreCapabilities } from '../../../../repository/object-store.js';
import type { Bucket } from './bucket.js';
import { nameOf, statusOf } from './s3-error.js';
import { lockPeriodMs } from './s3-options.js';

/** Stays in the bucket, so that later the refusal to put it again answers the question without a write. */
const PROBE_KEY = 'conditional-put-probe';

/** Asks the bucket what it can do. What it does not tell us, by right or by nature, it is taken not to do. */
export async function findCapabilities(
  bucket: Bucket,
  signal: AbortSignal,
): Promise<StoreCapabilities> {
  const [versions, lock] = await Promise.all([
    hasVersions(bucket, signal),
    bucket.options.lock === null ? false : hasLock(bucket, signal),
  ]);
  const conditionalPut = await putsConditionally(bucket, signal);
  return { conditionalPut, versions, lock, lockPeriodMs: lockPeriodMs(bucket.options.lock) };
}

/** Whether it does so in one step, whatever a single writer may do in two. */
export async function putsConditionally(bucket: Bucket, signal: AbortSignal): Promise<boolean> {
  if (!bucket.options.tryConditionalPut) return true;
  if (bucket.options.readOnly) return false;
  const attempt = async () => {
    try {
      await bucket.request(
        'a conditional put',
        (client, options) =>
          client.putObject(
            {
              Bucket: bucket.options.bucket,
              Key: bucket.fullKey(PROBE_KEY),
              Body: Buffer.from('Put once, to learn whether this store honours If-None-Match.\n'),
              IfNoneMatch: '*',
            },
            options,
          ),
        signal,
      );
      return 'stored';
    } catch (error) {
      if (error instanceof DmError && error.code === 'already_exists') return 'refused';
      // Without the right to write, what is there can still be read.
      if (isNo(error)) return 'unknown';
      throw error;
    }
  };
  const first = await attempt();
  if (first !== 'stored') return first === 'refused';
  return (await attempt()) === 'refused';
}

async function hasVersions(bucket: Bucket, signal: AbortSignal): Promise<boolean> {
  return asked(() =>
    bucket.request(
      `bucket ${bucket.options.bucket}`,
      async (client, options) => {
        const input = { Bucket: bucket.options.bucket };
        return (await client.getBucketVersioning(input, options)).Status === 'Enabled';
      },
      signal,
    ),
  );
}

async function hasLock(bucket: Bucket, signal: AbortSignal): Promise<boolean> {
  return asked(() =>
    bucket.request(
      `bucket ${bucket.options.bucket}`,
      async (client, options) => {
        const input = { Bucket: bucket.options.bucket };
        const { ObjectLockConfiguration: found } = await client.getObjectLockConfiguration(
          input,
          options,
        );
        return found?.ObjectLockEnabled === 'Enabled';
      },
      signal,
    ),
  );
}

/** Wrong credentials or a wrong bucket are errors; a question that the store does not know or allow is a no. */
async function asked(question: () => Promise<boolean>): Promise<boolean> {
  try {
    return await question();
  } catch (error) {
    if (isNo(error)) return false;
    throw error;
  }
}

function isNo(error: unknown): boolean {
  if (!(error instanceof DmError)) return false;
  if (error.code === 'not_found' || error.code === 'not_supported') return true;
  const name = nameOf(error.cause);
  return (
    name === 'AccessDenied' ||
    (statusOf(error.cause) === 400 && /NotImplemented|InvalidRequest/.test(name))
  );
}
