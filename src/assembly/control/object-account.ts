import { checkObjectAccount } from '../../model/check-object-account.js';
import { DmError } from '../../model/error.js';
import type { AccountId } from '../../model/ids.js';
import {
  type AccountSecrets,
  DEFAULT_STORE_SETTINGS,
  NO_SECRETS,
  type ObjectAccount,
  type ObjectAccountType,
  type StoreSettings,
} from '../../model/object-account.js';
import type { Account as AccountView } from '../../rpc/generated/control/datamover/v1/Account.js';
import type { CreateAccountRequest__Output } from '../../rpc/generated/control/datamover/v1/CreateAccountRequest.js';
import type { ModifyAccountRequest__Output } from '../../rpc/generated/control/datamover/v1/ModifyAccountRequest.js';
import type { ObjectAccountOptions__Output } from '../../rpc/generated/control/datamover/v1/ObjectAccountOptions.js';
import type { AccountStore } from '../account-store.js';
import { encryptionSecretOf } from '../encryption-secret.js';
import { type AgentDirectories, refuseMisplaced } from '../store-place.js';
import { checkedBriefcase, refuseLongUri } from './account-fields.js';
import { timeText } from './views.js';

export interface ObjectAccountModules {
  readonly accounts: AccountStore;
  readonly own: AgentDirectories;
}

const MAX_SECRET = 4_096;

export async function createObjectAccount(
  type: ObjectAccountType,
  request: CreateAccountRequest__Output,
  { accounts, own }: ObjectAccountModules,
): Promise<string> {
  const { name, uri } = request;
  refuseLongUri(uri);
  refusePeerOptions([
    request.ca_certificate_id,
    request.client_certificate_id,
    request.peer_fingerprint,
    request.compression,
  ]);
  const options = request.object;
  const account = {
    name,
    type,
    uri,
    store: changedSettings(DEFAULT_STORE_SETTINGS, options),
    briefcase: checkedBriefcase(request.briefcase),
  };
  const secrets = changedSecrets(NO_SECRETS, options);
  checkObjectAccount(account, secrets);
  refuseMisplaced(account, own);
  return (await accounts.create(account, secrets)).id;
}

/** An object account that is used once and kept nowhere. Errors: `invalid_argument`. */
export function passingObjectAccount(
  type: ObjectAccountType,
  uri: string,
  options: ObjectAccountOptions__Output | null,
): { readonly account: Omit<ObjectAccount, 'id'>; readonly secrets: AccountSecrets } {
  refuseLongUri(uri);
  const store = changedSettings(DEFAULT_STORE_SETTINGS, options);
  const account = { name: 'store', type, uri, store, briefcase: '' };
  const secrets = changedSecrets(NO_SECRETS, options);
  checkObjectAccount(account, secrets);
  return { account, secrets };
}

/** Changes what the request names; what is secret stays as it is unless given. */
export function modifyObjectAccount(
  id: AccountId,
  request: ModifyAccountRequest__Output,
  { accounts, own }: ObjectAccountModules,
): Promise<ObjectAccount> {
  const { name, uri, briefcase, object } = request;
  refuseLongUri(uri ?? '');
  refusePeerOptions([
    request.ca_certificate_id,
    request.client_certificate_id,
    request.peer_fingerprint,
    request.compression,
  ]);
  return accounts.modifyObject(id, (before, secretsBefore) => {
    const account = {
      ...before,
      ...(name === undefined ? {} : { name }),
      ...(uri === undefined ? {} : { uri }),
      ...(briefcase === undefined ? {} : { briefcase: checkedBriefcase(briefcase) }),
      store: changedSettings(before.store, object),
    };
    const secrets = changedSecrets(secretsBefore, object);
    refuseElsewhere(before, account, object);
    checkObjectAccount(account, secrets);
    const stays = before.uri === account.uri && before.store.readOnly === account.store.readOnly;
    if (!stays) refuseMisplaced(account, own);
    return { account, secrets };
  });
}

/** An account as it is shown: of what is secret only that it is there. */
export function objectAccountView(account: ObjectAccount, secrets: AccountSecrets): AccountView {
  const { store } = account;
  return {
    id: account.id,
    name: account.name,
    account_type: account.type,
    uri: account.uri,
    auth_mode: 'CLOUD',
    ca_certificate_id: '',
    client_certificate_id: '',
    peer_fingerprint: '',
    pinned_at: '',
    briefcase: account.briefcase,
    compression: '',
    object: {
      access_id: store.accessId,
      credentials: store.accessId === '' ? 'default' : 'stored',
      session_token: secrets.sessionToken !== '',
      region: store.region,
      addressing: store.addressing,
      own_ca: store.caPem !== '',
      proxy_uri: store.proxyUri,
      storage_class: store.storageClass,
      enforce_sse: store.enforceSse,
      allow_insecure: store.allowInsecure,
      object_lock_mode: store.objectLockMode,
      object_lock_days: store.objectLockDays,
      encryption: secrets.encryption?.kind ?? 'none',
      read_only: store.readOnly,
      as_of: timeText(store.asOfMs),
      max_tasks: store.maxTasks,
      single_writer: store.singleWriter,
      accept_unsigned: store.acceptUnsigned === true,
    },
  };
}

function changedSettings(
  before: StoreSettings,
  options: ObjectAccountOptions__Output | null,
): StoreSettings {
  if (options === null) return before;
  const lockMode = (options.object_lock_mode ?? before.objectLockMode).toUpperCase();
  return {
    accessId: options.access_id ?? before.accessId,
    region: options.region ?? before.region,
    addressing: oneOf(
      ['', 'path', 'virtual'],
      options.addressing ?? before.addressing,
      '--addressing',
    ),
    caPem: options.ca_pem ?? before.caPem,
    proxyUri: options.proxy_uri ?? before.proxyUri,
    storageClass: options.storage_class ?? before.storageClass,
    enforceSse: options.enforce_sse ?? before.enforceSse,
    allowInsecure: options.allow_insecure ?? before.allowInsecure,
    objectLockMode: oneOf(['', 'GOVERNANCE', 'COMPLIANCE'], lockMode, '--object-lock-mode'),
    objectLockDays: options.object_lock_days ?? before.objectLockDays,
    readOnly: options.read_only ?? before.readOnly,
    asOfMs: options.as_of === undefined ? before.asOfMs : parseTime(options.as_of),
    maxTasks: options.max_tasks ?? before.maxTasks,
    singleWriter: options.single_writer ?? before.singleWriter,
    acceptUnsigned: options.accept_unsigned ?? before.acceptUnsigned === true,
  };
}

function changedSecrets(
  before: AccountSecrets,
  options: ObjectAccountOptions__Output | null,
): AccountSecrets {
  if (options === null) return before;
  const { secret_key, session_token, encryption_key, encryption_passphrase } = options;
  return {
    secretKey: bounded(secret_key ?? before.secretKey, 'the secret key'),
    sessionToken: bounded(session_token ?? before.sessionToken, 'the session token'),
    encryption: encryptionSecretOf(encryption_key, encryption_passphrase) ?? before.encryption,
  };
}

/**
 * Credentials are for the place they were given for: who moves the
 * account to another one gives them again.
 */
function refuseElsewhere(
  before: ObjectAccount,
  after: ObjectAccount,
  options: ObjectAccountOptions__Output | null,
): void {
  if (before.type === 'DIRECTORY' || before.store.accessId === '') return;
  const origin = ({ uri }: ObjectAccount) => (URL.canParse(uri) ? new URL(uri).origin : uri);
  if (origin(before) !== origin(after) && options?.secret_key === undefined) {
    throw new DmError(
      'invalid_argument',
      '--uri names another endpoint; give its --access-id and secret key with it',
    );
  }
}

function refusePeerOptions(values: readonly (string | undefined)[]): void {
  if (values.some((value) => value !== undefined && value !== '')) {
    throw new DmError(
      'invalid_argument',
      'certificates and fingerprints belong to DM accounts; leave them out',
    );
  }
}

function oneOf<T extends string>(known: readonly T[], text: string, flag: string): T {
  const found = known.find((value) => value === text);
  if (found !== undefined) return found;
  throw new DmError(
    'invalid_argument',
    `${flag} "${text.slice(0, 40)}" is not one of ${known.filter((value) => value !== '').join(', ')}`,
  );
}

function bounded(secret: string, what: string): string {
  if (secret.length <= MAX_SECRET && !/[\p{Cc}]/u.test(secret)) return secret;
  throw new DmError(
    'invalid_argument',
    `${what} is longer than ${MAX_SECRET} characters or has control characters in it`,
  );
}

/** A time as people write it, local where it has no offset; "" is none. */
function parseTime(text: string): number | null {
  if (text === '') return null;
  const form = /^\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:?\d\d)?)?$/;
  // A date alone would be read as UTC.
  const full = text.length === 10 ? `${text}T00:00:00` : text.replace(' ', 'T');
  const ms = form.test(text) ? Date.parse(full) : Number.NaN;
  if (Number.isNaN(ms)) {
    throw new DmError(
      'invalid_argument',
      `--as-of "${text.slice(0, 40)}" is no time; write for example 2025-05-29T10:20:00Z`,
    );
  }
  return ms;
}
