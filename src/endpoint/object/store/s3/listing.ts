import { DmError } from '../../../../model/error.js';
import type { Bucket } from './bucket.js';

/** Where a listing by key and a second name goes on. */
export interface Marker {
  readonly key: string;
  readonly second: string | undefined;
}

/** The end of one answer of such a listing. */
export interface ListingEnd {
  readonly IsTruncated?: boolean | undefined;
  readonly NextKeyMarker?: string | undefined;
  readonly EncodingType?: string | undefined;
}

/** Where to go on behind an answer; null when it was the last. */
export function nextMarker(
  bucket: Bucket,
  from: Marker | null,
  answer: ListingEnd,
  second: string | undefined,
): Marker | null {
  if (answer.IsTruncated !== true) return null;
  if (answer.NextKeyMarker === undefined) throw endless(bucket);
  const key = decoded(answer.NextKeyMarker, answer.EncodingType);
  if (key === from?.key && second === from.second) throw endless(bucket);
  return { key, second };
}

/** Gives the account's key of one in an answer; throws `corrupt` for one that does not begin as was asked for. */
export function keyReader(bucket: Bucket, prefix: string, encoding: string | undefined) {
  const asked = bucket.fullKey(prefix);
  return (key: string | undefined) => {
    const fullKey = decoded(key ?? '', encoding);
    if (fullKey.startsWith(asked)) return bucket.ownKey(fullKey);
    throw new DmError('corrupt', `${whatOf(bucket)} lists what was not asked for; is it S3?`);
  };
}

export function whatOf(bucket: Bucket): string {
  return `bucket ${bucket.options.bucket}`;
}

export function endless(bucket: Bucket): DmError {
  return new DmError(
    'store_refused',
    `${whatOf(bucket)}: a listing goes on without saying where; is it an S3 endpoint?`,
  );
}

/** Keys are asked for in an encoding, since XML cannot hold every character; some stores give them plain. */
function decoded(key: string, encoding: string | undefined): string {
  if (encoding !== 'url') return key;
  try {
    return decodeURIComponent(key.replaceAll('+', ' '));
  } catch (error) {
    throw new DmError('corrupt', `a listing of the store has a key that is no text`, {
      cause: error,
    });
  }
}
