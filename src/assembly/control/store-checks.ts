import { asDmError, DmError } from '../../model/error.js';
import type { ObjectAccount } from '../../model/object-account.js';
import type { ByteRange, ObjectStore } from '../../repository/object-store.js';
import type { StoreCheck } from '../../rpc/generated/control/datamover/v1/StoreCheck.js';
import type { Clock } from '../../util/clock.js';

export interface StoreCheckModules {
  readonly store: ObjectStore;
  readonly clock: Clock;
  readonly randomBytes: (length: number) => Buffer;
}

/** Above the smallest part of an upload that S3 takes, so that two are sent. */
const STREAM_BYTES = 9 * 1024 * 1024;
const SMALL_BYTES = 4_096;
/** How long the object of the lock check is locked. */
const LOCK_MS = 10_000;
const MAX_CLOCK_DIFFERENCE_MS = 5 * 60_000;

/** What a check found out: fine, or what the store has not and what that means. */
type Finding = null | { readonly missing: string };

interface Trial {
  readonly account: ObjectAccount;
  readonly store: ObjectStore;
  readonly clock: Clock;
  readonly key: string;
  readonly bytes: Buffer;
  readonly signal: AbortSignal;
}

const CHECKS: readonly [
  name: string,
  check: (trial: Trial) => Promise<Finding>,
  writes: boolean,
][] = [
  ['list', list, false],
  ['clock', clock, false],
  ['put', put, true],
  ['conditional put', conditionalPut, true],
  ['ranged get', rangedGet, true],
  ['multipart', multipart, true],
  ['versions', versions, false],
  ['lock', lock, true],
  ['delete', remove, true],
];

/** Tries one thing after the other; one that fails does not keep the others from being tried. */
export async function checkStore(
  account: ObjectAccount,
  modules: StoreCheckModules,
  signal: AbortSignal,
): Promise<StoreCheck[]> {
  const trial: Trial = {
    account,
    store: modules.store,
    clock: modules.clock,
    key: `ping/${modules.randomBytes(16).toString('hex')}`,
    bytes: modules.randomBytes(SMALL_BYTES),
    signal,
  };
  const found: StoreCheck[] = [];
  for (const [name, check, writes] of CHECKS) {
    signal.throwIfAborted();
    if (writes && (account.store.readOnly || account.store.asOfMs !== null)) {
      found.push({ name, result: 'skipped', meaning: 'the account cannot write', code: '' });
    } else {
      found.push(await tried(name, () => check(trial)));
    }
  }
  return found;
}

async function tried(name: string, check: () => Promise<Finding>): Promise<StoreCheck> {
  try {
    const finding = await check();
    if (finding === null) return { name, result: 'ok', meaning: '', code: '' };
    return { name, result: 'missing', meaning: finding.missing, code: '' };
  } catch (error) {
    const { code, message } = asDmError(error, name);
    return { name, result: 'failed', meaning: message, code };
  }
}

async function list({ store, signal }: Trial): Promise<Finding> {
  for await (const _ of store.list('', { delimiter: '/' }, signal)) break;
  return null;
}

async function clock({ store, clock: here, signal }: Trial): Promise<Finding> {
  const difference = Math.round(((await store.now(signal)) - here.now()) / 1000);
  if (Math.abs(difference) * 1000 <= MAX_CLOCK_DIFFERENCE_MS) return null;
  return {
    missing: `the store's clock is ${difference} s from ours: signatures may be refused; set the clock of this host`,
  };
}

async function put({ store, key, bytes, signal }: Trial): Promise<Finding> {
  await store.put(key, bytes, { metadata: { 'dm-ping': 'metadata' } }, signal);
  const info = await store.head(key, signal);
  if (info?.size !== bytes.length) {
    throw new DmError(
      'corrupt',
      `put ${bytes.length} bytes, the store says ${info?.size ?? 'none'}`,
    );
  }
  if (info.metadata['dm-ping'] !== 'metadata') {
    return { missing: 'user metadata is not kept: plain copies (FILE) cannot be made there' };
  }
  return null;
}

async function conditionalPut({ account, store, key, bytes, signal }: Trial): Promise<Finding> {
  if (!store.capabilities.conditionalPut) {
    return {
      missing:
        'a key can be overwritten by another writer unseen: only one agent may write there and prune; confirm that with --single-writer',
    };
  }
  try {
    await store.put(key, bytes.subarray(1), { ifAbsent: true }, signal);
  } catch (error) {
    if (asDmError(error, 'conditional put').code === 'already_exists') return null;
    throw error;
  }
  throw new DmError(
    'corrupt',
    `${account.uri} overwrote an object that should have been put only where there was none; use --single-writer`,
  );
}

async function rangedGet({ store, key, bytes, signal }: Trial): Promise<Finding> {
  const range = { offset: 1_000, length: 2_000 };
  await expectBytes(store, key, bytes.subarray(1_000, 3_000), range, signal);
  return null;
}

async function multipart({ store, key, bytes, signal }: Trial): Promise<Finding> {
  const chunk = Buffer.alloc(1 << 20, bytes);
  const body = (async function* () {
    for (let sent = 0; sent < STREAM_BYTES; sent += chunk.length) yield chunk;
  })();
  await store.putStream(`${key}-stream`, body, {}, signal);
  const at = STREAM_BYTES - 500;
  await expectBytes(
    store,
    `${key}-stream`,
    chunk.subarray(chunk.length - 500),
    { offset: at, length: 500 },
    signal,
  );
  return null;
}

async function versions({ account, store, key, signal }: Trial): Promise<Finding> {
  if (account.type === 'DIRECTORY') {
    return {
      missing:
        'a directory keeps no versions: overwritten and deleted files are gone, whoever may write there can destroy the backups, and --as-of does not work; use a bucket with versioning, or snapshots of the file system that others cannot delete',
    };
  }
  if (!store.capabilities.versions) {
    return {
      missing:
        'overwritten and deleted objects are gone: whoever has the keys can destroy the backups, and --as-of does not work; turn on versioning of the bucket',
    };
  }
  for await (const _ of store.listVersions(key, signal)) break;
  return null;
}

async function lock({ account, store, key, clock: here, signal }: Trial): Promise<Finding> {
  if (account.type === 'DIRECTORY') {
    return {
      missing:
        'a directory has no object lock: whoever may write there can delete the backups; use a bucket with object lock, or snapshots of the file system that others cannot delete',
    };
  }
  if (account.store.objectLockMode === '') {
    return {
      missing:
        'versions are not locked: whoever has the keys can delete them too; make the bucket with object lock and give --object-lock-mode and --object-lock-days',
    };
  }
  if (!store.capabilities.lock) {
    return {
      missing:
        'the bucket was made without object lock: versions cannot be locked, and whoever has the keys can delete them too',
    };
  }
  const untilMs = here.now() + LOCK_MS;
  await store.extendLock(key, { neededUntilMs: untilMs, untilMs }, signal);
  return null;
}

async function remove({ store, key, signal }: Trial): Promise<Finding> {
  await store.delete([key, `${key}-stream`], signal);
  if ((await store.head(key, signal)) !== null) {
    throw new DmError('corrupt', `object "${key}" is still there after it was deleted`);
  }
  return null;
}

async function expectBytes(
  store: ObjectStore,
  key: string,
  expected: Uint8Array,
  range: ByteRange,
  signal: AbortSignal,
): Promise<void> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of store.get(key, range, signal)) chunks.push(chunk);
  if (!Buffer.concat(chunks).equals(expected)) {
    throw new DmError('corrupt', `the store gave other bytes of "${key}" than were put`);
  }
}
