import type { ListObjectVersionsCommandOutput } from '@aws-sdk/client-s3';
import type { ObjectVersion } from '../../../../repository/object-store.js';
import { compareKeys } from '../object-key.js';
import type { Bucket } from './bucket.js';
import { keyReader, type Marker, nextMarker, whatOf } from './listing.js';

/** Every version below a prefix: by key, of one key the newest first. */
export async function* listVersions(
  bucket: Bucket,
  prefix: string,
  signal: AbortSignal,
): AsyncIterable<readonly ObjectVersion[]> {
  let from: Marker | null = null;
  do {
    const answer = await versionsFrom(bucket, prefix, from, signal);
    const page = versionsOf(bucket, prefix, answer);
    if (page.length > 0) yield page;
    from = nextMarker(bucket, from, answer, answer.NextVersionIdMarker);
  } while (from !== null);
}

function versionsFrom(
  bucket: Bucket,
  prefix: string,
  from: Marker | null,
  signal: AbortSignal,
): Promise<ListObjectVersionsCommandOutput> {
  return bucket.request(
    whatOf(bucket),
    (client, options) =>
      client.listObjectVersions(
        {
          Bucket: bucket.options.bucket,
          Prefix: bucket.fullKey(prefix),
          EncodingType: 'url',
          ...(from === null ? {} : { KeyMarker: from.key }),
          ...(from?.second === undefined ? {} : { VersionIdMarker: from.second }),
        },
        options,
      ),
    signal,
  );
}

function versionsOf(
  bucket: Bucket,
  prefix: string,
  answer: ListObjectVersionsCommandOutput,
): ObjectVersion[] {
  const key = keyReader(bucket, prefix, answer.EncodingType);
  const versions = (answer.Versions ?? []).map((version) => ({
    ...describe(version),
    key: key(version.Key),
    size: version.Size ?? 0,
    deleteMarker: false,
  }));
  const markers = (answer.DeleteMarkers ?? []).map((marker) => ({
    ...describe(marker),
    key: key(marker.Key),
    size: 0,
    deleteMarker: true,
  }));
  return [...versions, ...markers].sort(
    (a, b) =>
      compareKeys(a.key, b.key) ||
      Number(b.latest) - Number(a.latest) ||
      b.modifiedAtMs - a.modifiedAtMs ||
      // Times are in seconds: within one, an object was put and then deleted.
      Number(b.deleteMarker) - Number(a.deleteMarker),
  );
}

function describe(version: {
  readonly LastModified?: Date | undefined;
  readonly VersionId?: string | undefined;
  readonly IsLatest?: boolean | undefined;
}) {
  return {
    modifiedAtMs: version.LastModified?.getTime() ?? 0,
    versionId: version.VersionId ?? 'null',
    latest: version.IsLatest === true,
  };
}
