import { advise } from '../endpoint/local/sys/data.js';
import { DirectoryStore } from '../endpoint/object/store/directory/directory-store.js';
import { ReadOnlyStore } from '../endpoint/object/store/read-only-store.js';
import { DEFAULT_TIMING } from '../endpoint/object/store/retry.js';
import { AsOfStore } from '../endpoint/object/store/s3/as-of-store.js';
import type { S3StoreOptions } from '../endpoint/object/store/s3/s3-options.js';
import { S3Store } from '../endpoint/object/store/s3/s3-store.js';
import {
  type AccountSecrets,
  type ObjectAccount,
  parseBucketUri,
  parseDirectoryUri,
} from '../model/object-account.js';
import type { ObjectStore } from '../repository/object-store.js';
import type { Clock } from '../util/clock.js';

const DEFAULT_REGION = 'us-east-1';
const DEFAULT_TASKS = 8;

export interface ObjectStoreModules {
  readonly clock: Clock;
  readonly random: () => number;
  readonly randomBytes: (length: number) => Buffer;
}

/**
 * Opens the store of an object account; the caller disposes it. Throws the codes of `ObjectStore`.
 */
export async function openObjectStore(
  account: ObjectAccount,
  secrets: AccountSecrets,
  modules: ObjectStoreModules,
  signal: AbortSignal,
): Promise<ObjectStore> {
  signal.throwIfAborted();
  const store =
    account.type === 'DIRECTORY'
      ? await openDirectory(account, modules)
      : await openBucket(account, secrets, modules, signal);
  if (!account.store.readOnly) return store;
  const why = `account "${account.name}" is read-only; \`dm accounts modify\` with --read-only=false allows it`;
  return new ReadOnlyStore({ why }, { store });
}

function openDirectory(account: ObjectAccount, modules: ObjectStoreModules): Promise<ObjectStore> {
  const { singleWriter, readOnly } = account.store;
  const path = parseDirectoryUri(account.uri);
  const forgetPages = (fd: number, offset: number, length: number): void =>
    advise(fd, offset, length, 'dontNeed');
  return DirectoryStore.open({ path, singleWriter, readOnly }, { ...modules, forgetPages });
}

async function openBucket(
  account: ObjectAccount,
  secrets: AccountSecrets,
  modules: ObjectStoreModules,
  signal: AbortSignal,
): Promise<ObjectStore> {
  const timed = { ...modules, timing: DEFAULT_TIMING };
  const store = await S3Store.open(bucketOptions(account, secrets), timed, signal);
  const { asOfMs } = account.store;
  if (asOfMs === null) return store;
  try {
    const why = `account "${account.name}" shows its bucket as of ${new Date(asOfMs).toISOString()}; \`dm accounts modify\` with --as-of= shows the present`;
    return new ReadOnlyStore({ why }, { store: new AsOfStore({ asOfMs }, { store }) });
  } catch (error) {
    await store[Symbol.asyncDispose]();
    throw error;
  }
}

function bucketOptions(
  { type, uri, store }: ObjectAccount,
  secrets: AccountSecrets,
): S3StoreOptions {
  const { endpoint, bucket, prefix } = parseBucketUri(uri);
  const isAws = type === 'AWS_S3';
  const { objectLockMode: mode, objectLockDays: days } = store;
  return {
    endpoint,
    bucket,
    prefix,
    region: store.region || regionOf(endpoint),
    addressing: store.addressing || (isAws ? 'virtual' : 'path'),
    credentials:
      store.accessId === ''
        ? null
        : {
            accessKeyId: store.accessId,
            secretAccessKey: secrets.secretKey,
            ...(secrets.sessionToken === '' ? {} : { sessionToken: secrets.sessionToken }),
          },
    caPem: store.caPem,
    proxyUri: store.proxyUri,
    storageClass: store.storageClass,
    enforceSse: store.enforceSse,
    lock: mode === '' ? null : { mode, days },
    maxTasks: store.maxTasks || DEFAULT_TASKS,
    singleWriter: store.singleWriter,
    readOnly: store.readOnly || store.asOfMs !== null,
    tryConditionalPut: !isAws,
  };
}

/** AWS names the region in its endpoints: s3.eu-west-1.amazonaws.com. */
function regionOf(endpoint: string): string {
  const [, region = DEFAULT_REGION] =
    /[./]s3[.-]([a-z]{2}(?:-[a-z]+)+-\d)\.amazonaws\.com/.exec(endpoint) ?? [];
  return region;
}
