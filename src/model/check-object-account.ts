import { DmError } from './error.js';
import {
  type AccountSecrets,
  DEFAULT_STORE_SETTINGS,
  type ObjectAccount,
  parseBucketUri,
  parseDirectoryUri,
  type StoreSettings,
} from './object-account.js';

const MAX_LOCK_DAYS = 36_500;
const MAX_TASKS = 256;

/** What a directory has no use for, as the operator writes it. */
const BUCKET_ONLY: Readonly<Partial<Record<keyof StoreSettings, string>>> = {
  accessId: '--access-id',
  region: '--region',
  addressing: '--addressing',
  caPem: '--ca-file',
  proxyUri: '--proxy-uri',
  storageClass: '--storage-class',
  enforceSse: '--enforce-sse',
  allowInsecure: '--allow-insecure',
  objectLockMode: '--object-lock-mode',
  objectLockDays: '--object-lock-days',
  asOfMs: '--as-of',
};

/** Throws `invalid_argument`, or `refused` for plain http without the operator's word. */
export function checkObjectAccount(
  account: Omit<ObjectAccount, 'id'>,
  secrets: AccountSecrets,
): void {
  if (account.type === 'DIRECTORY') checkDirectory(account, secrets);
  else checkBucket(account, secrets);
  const { maxTasks } = account.store;
  if (maxTasks > MAX_TASKS) throw invalid(`--max-tasks ${maxTasks} is above ${MAX_TASKS}`);
}

function checkDirectory({ uri, store }: Omit<ObjectAccount, 'id'>, secrets: AccountSecrets): void {
  parseDirectoryUri(uri);
  for (const [name, flag] of Object.entries(BUCKET_ONLY)) {
    const setting = name as keyof StoreSettings;
    if (store[setting] !== DEFAULT_STORE_SETTINGS[setting]) {
      throw invalid(`${flag} does not fit a directory; leave it out`);
    }
  }
  if (secrets.secretKey !== '' || secrets.sessionToken !== '') {
    throw invalid('a directory needs no secret key and no session token; leave them out');
  }
}

function checkBucket({ uri, store }: Omit<ObjectAccount, 'id'>, secrets: AccountSecrets): void {
  const { endpoint } = parseBucketUri(uri);
  if (endpoint.startsWith('http:') && !store.allowInsecure) {
    throw new DmError(
      'refused',
      `${endpoint} is not encrypted: everybody on the way could read and change what is sent; use https, or give --allow-insecure`,
    );
  }
  if ((store.accessId === '') !== (secrets.secretKey === '')) {
    throw invalid(
      'give both --access-id and a secret key (--secret-key-file), or neither to use what the AWS tools find',
    );
  }
  if (secrets.sessionToken !== '' && store.accessId === '') {
    throw invalid('--session-token-file needs --access-id and a secret key');
  }
  if ((store.objectLockMode === '') !== (store.objectLockDays === 0)) {
    throw invalid('give both --object-lock-mode and --object-lock-days, or neither');
  }
  if (store.objectLockDays > MAX_LOCK_DAYS) {
    throw invalid(`--object-lock-days ${store.objectLockDays} is above ${MAX_LOCK_DAYS}`);
  }
  checkText(store.accessId, '--access-id', /^[\x21-\x7e]{0,256}$/);
  checkText(store.region, '--region', /^[a-z0-9-]{0,64}$/);
  checkText(store.storageClass, '--storage-class', /^[A-Z0-9_]{0,64}$/);
  checkText(store.proxyUri, '--proxy-uri', /^(https?:\/\/[^/@?#\s]+\/?)?$/);
  checkText(store.addressing, '--addressing', /^(path|virtual)?$/);
  checkText(store.objectLockMode, '--object-lock-mode', /^(GOVERNANCE|COMPLIANCE)?$/);
}

function checkText(text: string, flag: string, form: RegExp): void {
  if (!form.test(text)) throw invalid(`${flag} "${text.slice(0, 100)}" is malformed; correct it`);
}

function invalid(message: string): DmError {
  return new DmError('invalid_argument', message);
}
