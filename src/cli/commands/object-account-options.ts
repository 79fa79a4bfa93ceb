import type { CliIo } from '../cli-io.js';
import type { ObjectAccountOptions } from '../control-messages.js';
import type { OptionSpec } from '../option-spec.js';
import type { OptionValues } from '../option-values.js';
import { readNamedBytes, readNamedFile, readPemFile } from '../read-file.js';
import { readSecret, withoutLineEnd } from '../read-secret.js';

const SECRET_KEY = { flag: 'secret-key', variable: 'DM_SECRET_KEY' };

const TEXTS = [
  ['access-id', 'access_id', 'ID', 'access id of the bucket; without it, what the AWS tools find'],
  ['region', 'region', 'REGION', 'region of the bucket'],
  ['proxy-uri', 'proxy_uri', 'URI', 'http://host:port of a proxy on the way'],
  ['storage-class', 'storage_class', 'CLASS', 'storage class of new objects'],
  ['as-of', 'as_of', 'TIME', 'show the bucket as it was then; needs versions, allows no writes'],
] as const;
const CHOICES = [
  ['addressing', 'addressing', ['path', 'virtual'], 'where the bucket stands in requests'],
  [
    'object-lock-mode',
    'object_lock_mode',
    ['GOVERNANCE', 'COMPLIANCE'],
    'who may shorten the lock of new objects: some, or nobody',
  ],
] as const;
const BOOLEANS = [
  ['enforce-sse', 'enforce_sse', 'have the store encrypt new objects at rest'],
  ['allow-insecure', 'allow_insecure', 'allow http:// without encryption'],
  ['read-only', 'read_only', 'never write there'],
  ['single-writer', 'single_writer', 'no other agent writes there'],
  ['accept-unsigned', 'accept_unsigned', 'read datasets that nobody trusted here has signed'],
] as const;
const INTEGERS = [
  ['object-lock-days', 'object_lock_days', 'DAYS', 'how long new objects are locked at least'],
  ['max-tasks', 'max_tasks', 'N', 'requests at the same time; DM: jobs'],
] as const;

/** The options of object accounts: buckets and directories. */
export const OBJECT_OPTIONS: readonly OptionSpec[] = [
  ...TEXTS.map(([flag, , value, help]) => ({ flag, kind: 'text' as const, value, help })),
  ...CHOICES.map(([flag, , choices, help]) => ({ flag, kind: 'text' as const, choices, help })),
  ...BOOLEANS.map(([flag, , help]) => ({ flag, kind: 'boolean' as const, help })),
  ...INTEGERS.map(([flag, , value, help]) => ({ flag, kind: 'integer' as const, value, help })),
  file('secret-key-file', 'file with the secret key, - for stdin; or DM_SECRET_KEY'),
  {
    flag: 'secret-key',
    kind: 'text',
    value: 'KEY',
    help: 'the secret key, - for stdin; others may see it',
  },
  file('session-token-file', 'file with a session token'),
  file('ca-file', 'PEM file of the authority that vouches for the endpoint'),
  file('encryption-key-file', 'file of at least 32 random bytes that encrypts backups'),
  file('encryption-passphrase-file', 'file with the passphrase that encrypts backups'),
];

/**
 * The options given, as they are sent; null when there is none. Files
 * are read with the caller's rights.
 */
export async function objectOptions(
  options: OptionValues,
  io: CliIo,
): Promise<ObjectAccountOptions | null> {
  const request: ObjectAccountOptions = {};
  for (const [flag, field] of [...TEXTS, ...CHOICES]) {
    const value = options.text(flag);
    if (value !== undefined) request[field] = value;
  }
  for (const [flag, field] of BOOLEANS) {
    const value = options.boolean(flag);
    if (value !== undefined) request[field] = value;
  }
  for (const [flag, field] of INTEGERS) {
    const value = options.integer(flag);
    if (value !== undefined) request[field] = value;
  }
  await addSecrets(request, options, io);
  return Object.keys(request).length === 0 ? null : request;
}

async function addSecrets(
  request: ObjectAccountOptions,
  options: OptionValues,
  io: CliIo,
): Promise<void> {
  const given =
    options.has('access-id') || options.has('secret-key') || options.has('secret-key-file');
  const secretKey = given ? await readSecret(SECRET_KEY, options, io) : undefined;
  if (secretKey !== undefined) request.secret_key = secretKey;
  const token = options.text('session-token-file');
  if (token !== undefined) {
    request.session_token = withoutLineEnd(readNamedFile(token, 'session token file'));
  }
  const ca = options.text('ca-file');
  if (ca !== undefined) request.ca_pem = ca === '' ? '' : readPemFile(ca, 'ca file');
  const key = options.text('encryption-key-file');
  if (key !== undefined) request.encryption_key = readNamedBytes(key, 'encryption key file');
  const passphrase = options.text('encryption-passphrase-file');
  if (passphrase !== undefined) {
    request.encryption_passphrase = withoutLineEnd(
      readNamedFile(passphrase, 'encryption passphrase file'),
    );
  }
}

function file(flag: string, help: string): OptionSpec {
  return { flag, kind: 'text', value: 'FILE', help };
}
