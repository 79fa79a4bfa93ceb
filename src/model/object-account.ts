import { DmError } from './error.js';
import type { AccountId } from './ids.js';

export const OBJECT_ACCOUNT_TYPES = ['DIRECTORY', 'S3', 'AWS_S3', 'ECS_S3'] as const;
export type ObjectAccountType = (typeof OBJECT_ACCOUNT_TYPES)[number];

/**
 * A bucket or a directory, as the operator configured it. What is
 * secret stands in `AccountSecrets`.
 */
export interface ObjectAccount {
  readonly id: AccountId;
  readonly name: string;
  readonly type: ObjectAccountType;
  /** `https://endpoint/bucket[/prefix]` or `file:///path`. */
  readonly uri: string;
  readonly store: StoreSettings;
  /** What the operator wrote beside it, at most 512 characters. */
  readonly briefcase: string;
}

export interface StoreSettings {
  /** "" uses the credentials that the AWS tools would find: environment, files, instance role. */
  readonly accessId: string;
  /** "" is what the endpoint says, else us-east-1. */
  readonly region: string;
  /** Whether the bucket stands in the path or in the host name; "" is what the type is used to. */
  readonly addressing: '' | 'path' | 'virtual';
  /** PEM of the certificate authorities of the endpoint; "" is the system's. */
  readonly caPem: string;
  readonly proxyUri: string;
  readonly storageClass: string;
  /** Have the store encrypt at rest (SSE-S3), whatever the bucket's default. */
  readonly enforceSse: boolean;
  readonly allowInsecure: boolean;
  readonly objectLockMode: '' | 'GOVERNANCE' | 'COMPLIANCE';
  /** Days that new objects are locked at least; 0 without a mode. */
  readonly objectLockDays: number;
  readonly readOnly: boolean;
  /**
   * Shows the store as it was then (milliseconds since 1970), from its
   * versions; nothing can be written.
   */
  readonly asOfMs: number | null;
  /** Requests at the same time; 0 is the default. */
  readonly maxTasks: number;
  /** The operator's word that no other agent writes there. */
  readonly singleWriter: boolean;
  /** Read datasets that nobody we trust has signed; absent in older records. */
  readonly acceptUnsigned?: boolean;
}

export const DEFAULT_STORE_SETTINGS: StoreSettings = {
  accessId: '',
  region: '',
  addressing: '',
  caPem: '',
  proxyUri: '',
  storageClass: '',
  enforceSse: false,
  allowInsecure: false,
  objectLockMode: '',
  objectLockDays: 0,
  readOnly: false,
  asOfMs: null,
  maxTasks: 0,
  singleWriter: false,
  acceptUnsigned: false,
};

/**
 * Kept apart from the account, so that nothing that shows, logs or
 * exports an account can show them.
 */
export interface AccountSecrets {
  readonly secretKey: string;
  readonly sessionToken: string;
  readonly encryption: EncryptionSecret | null;
}

/** Opens the master key of the account's repositories. */
export type EncryptionSecret =
  | { readonly kind: 'key'; readonly keyBase64: string }
  | { readonly kind: 'passphrase'; readonly passphrase: string };

export const NO_SECRETS: AccountSecrets = { secretKey: '', sessionToken: '', encryption: null };

export interface BucketAddress {
  /** `https://host[:port]` */
  readonly endpoint: string;
  readonly bucket: string;
  /** Without slashes around it; "" is the whole bucket. */
  readonly prefix: string;
}

/** Beside the longest key it must fit into the 1,024 bytes that S3 gives a key. */
const MAX_PREFIX_BYTES = 120;

export function isObjectAccountType(type: string): type is ObjectAccountType {
  return OBJECT_ACCOUNT_TYPES.some((known) => known === type);
}

/** Endpoint, bucket and prefix of a bucket's uri; throws `invalid_argument` when it is not one. */
export function parseBucketUri(uri: string): BucketAddress {
  const url = URL.canParse(uri) ? new URL(uri) : null;
  const [, bucket = '', ...rest] = url?.pathname.split('/') ?? [];
  const plain = url !== null && url.username === '' && url.password === '' && url.search === '';
  const known = url?.protocol === 'https:' || url?.protocol === 'http:';
  if (!plain || !known || url.hash !== '' || !/^[A-Za-z0-9][A-Za-z0-9._-]{1,62}$/.test(bucket)) {
    throw new DmError(
      'invalid_argument',
      `--uri "${uri.slice(0, 100)}" must be https://endpoint/bucket[/prefix], without name or password`,
    );
  }
  const prefix = rest.filter((part) => part !== '').map((part) => decoded(part, uri));
  if (Buffer.byteLength(prefix.join('/')) > MAX_PREFIX_BYTES) {
    throw new DmError(
      'invalid_argument',
      `the prefix in --uri is longer than ${MAX_PREFIX_BYTES} bytes; shorten it`,
    );
  }
  return { endpoint: url.origin, bucket, prefix: prefix.join('/') };
}

/** The path of a `file:///path` uri; throws `invalid_argument` when it is not one. */
export function parseDirectoryUri(uri: string): string {
  const url = URL.canParse(uri) ? new URL(uri) : null;
  const plain =
    url?.protocol === 'file:' && url.host === '' && url.search === '' && url.hash === '';
  const path = plain ? decoded(url.pathname, uri) : '';
  if (path.length < 2 || path.includes('\0') || !uri.startsWith('file:///')) {
    throw new DmError(
      'invalid_argument',
      `--uri "${uri.slice(0, 100)}" must be file:///path, the absolute path of a directory`,
    );
  }
  return path.replace(/\/+$/, '');
}

function decoded(text: string, uri: string): string {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    throw new DmError(
      'invalid_argument',
      `--uri "${uri.slice(0, 100)}" has a "%" that begins no escape; write %25`,
      { cause: error },
    );
  }
}
