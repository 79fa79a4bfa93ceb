import { DmError } from '../../../../model/error.js';
import type { LockExtension } from '../../../../repository/object-store.js';
import type { Bucket } from './bucket.js';

/** See `ObjectStore.extendLock`. */
export async function extendObjectLock(
  bucket: Bucket,
  key: string,
  extension: LockExtension,
  signal: AbortSignal,
): Promise<number> {
  const { lock } = bucket.options;
  if (lock === null) {
    throw new DmError(
      'not_supported',
      `bucket ${bucket.options.bucket} is used without object lock; give --object-lock-mode and --object-lock-days`,
    );
  }
  const object = { Bucket: bucket.options.bucket, Key: bucket.fullKey(key) };
  const found = await bucket.request(
    bucket.nameOf(key),
    (client, options) => client.headObject(object, options),
    signal,
  );
  const lockedUntil = found.ObjectLockRetainUntilDate?.getTime() ?? 0;
  if (lockedUntil >= seconds(extension.neededUntilMs)) return lockedUntil;
  const untilMs = seconds(extension.untilMs);
  await bucket.request(
    bucket.nameOf(key),
    (client, options) =>
      client.putObjectRetention(
        {
          ...object,
          ...(found.VersionId === undefined ? {} : { VersionId: found.VersionId }),
          Retention: { Mode: lock.mode, RetainUntilDate: new Date(untilMs) },
        },
        options,
      ),
    signal,
  );
  return untilMs;
}

/** Stores keep the times of locks in whole seconds. */
function seconds(ms: number): number {
  return Math.ceil(ms / 1_000) * 1_000;
}
