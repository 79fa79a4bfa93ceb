import { DmError } from '../../../../model/error.js';
import type { ObjectInfo } from '../../../../repository/object-store.js';
import type { Bucket } from './bucket.js';
import { PUT_MARK } from './put-object.js';

/** What the bucket says about an object, or about one version of it; null when there is none. */
export async function headObject(
  bucket: Bucket,
  key: string,
  versionId: string | null,
  signal: AbortSignal,
): Promise<ObjectInfo | null> {
  try {
    const answer = await bucket.request(
      bucket.nameOf(key),
      (client, options) =>
        client.headObject(
          {
            Bucket: bucket.options.bucket,
            Key: bucket.fullKey(key),
            ...(versionId === null ? {} : { VersionId: versionId }),
          },
          options,
        ),
      signal,
    );
    const metadata = Object.entries(answer.Metadata ?? {})
      .map(([name, value]) => [name.toLowerCase(), value] as const)
      .filter(([name]) => name !== PUT_MARK);
    return {
      key,
      size: answer.ContentLength ?? 0,
      modifiedAtMs: answer.LastModified?.getTime() ?? 0,
      etag: answer.ETag ?? '',
      versionId: answer.VersionId ?? null,
      metadata: Object.fromEntries(metadata),
    };
  } catch (error) {
    if (error instanceof DmError && error.code === 'not_found') return null;
    throw error;
  }
}
