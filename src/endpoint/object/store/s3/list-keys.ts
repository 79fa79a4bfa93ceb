import type { ObjectSummary } from '../../../../repository/object-store.js';
import { compareKeys } from '../object-key.js';
import type { Bucket } from './bucket.js';
import { endless, keyReader, whatOf } from './listing.js';

export interface ListOptions {
  readonly after?: string;
  readonly delimiter?: '/';
}

/** Objects below a prefix, a page for each answer. */
export async function* listKeys(
  bucket: Bucket,
  prefix: string,
  { after, delimiter }: ListOptions,
  signal: AbortSignal,
): AsyncIterable<readonly ObjectSummary[]> {
  let token: string | undefined;
  do {
    const continued = token;
    const answer = await bucket.request(
      whatOf(bucket),
      (client, options) =>
        client.listObjectsV2(
          {
            Bucket: bucket.options.bucket,
            Prefix: bucket.fullKey(prefix),
            EncodingType: 'url',
            ...(delimiter === undefined ? {} : { Delimiter: delimiter }),
            ...(after === undefined ? {} : { StartAfter: bucket.fullKey(after) }),
            ...(continued === undefined ? {} : { ContinuationToken: continued }),
          },
          options,
        ),
      signal,
    );
    const key = keyReader(bucket, prefix, answer.EncodingType);
    const objects = (answer.Contents ?? []).map((object) => ({
      key: key(object.Key),
      size: object.Size ?? 0,
      modifiedAtMs: object.LastModified?.getTime() ?? 0,
    }));
    const folders = (answer.CommonPrefixes ?? []).map(({ Prefix: folder }) => ({
      key: key(folder),
      size: 0,
      modifiedAtMs: 0,
    }));
    const page = [...objects, ...folders]
      .filter((object) => after === undefined || compareKeys(object.key, after) > 0)
      .sort((a, b) => compareKeys(a.key, b.key));
    if (page.length > 0) yield page;
    token = answer.IsTruncated === true ? answer.NextContinuationToken : undefined;
    if (answer.IsTruncated === true && (token === undefined || token === continued)) {
      throw endless(bucket);
    }
  } while (token !== undefined);
}
