import { DmError } from '../../../../model/error.js';
import type { Bucket } from './bucket.js';

/** Locks the current version of an object until `untilMs`, or leaves it when it is locked longer already. */
export async function extendObjectLock(
  bucket: Bucket,
  key: string,
  untilMs: number,
  signal: AbortSignal,
): Promise<void> {
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
  if (lockedUntil >= untilMs) return;
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
}
