import type { ListMultipartUploadsCommandOutput } from '@aws-sdk/client-s3';
import type { UnfinishedUpload } from '../../../../repository/object-store.js';
import type { Bucket } from './bucket.js';
import { keyReader, type Marker, nextMarker, whatOf } from './listing.js';

/** Uploads of parts that were begun below a prefix and neither finished nor taken back. */
export async function* listUploads(
  bucket: Bucket,
  prefix: string,
  signal: AbortSignal,
): AsyncIterable<readonly UnfinishedUpload[]> {
  let from: Marker | null = null;
  do {
    const answer = await uploadsFrom(bucket, prefix, from, signal);
    const key = keyReader(bucket, prefix, answer.EncodingType);
    const page = (answer.Uploads ?? []).map((upload) => ({
      key: key(upload.Key),
      uploadId: upload.UploadId ?? '',
      startedAtMs: upload.Initiated?.getTime() ?? 0,
    }));
    if (page.length > 0) yield page;
    from = nextMarker(bucket, from, answer, answer.NextUploadIdMarker);
  } while (from !== null);
}

function uploadsFrom(
  bucket: Bucket,
  prefix: string,
  from: Marker | null,
  signal: AbortSignal,
): Promise<ListMultipartUploadsCommandOutput> {
  return bucket.request(
    whatOf(bucket),
    (client, options) =>
      client.listMultipartUploads(
        {
          Bucket: bucket.options.bucket,
          Prefix: bucket.fullKey(prefix),
          EncodingType: 'url',
          ...(from === null ? {} : { KeyMarker: from.key }),
          ...(from?.second === undefined ? {} : { UploadIdMarker: from.second }),
        },
        options,
      ),
    signal,
  );
}
