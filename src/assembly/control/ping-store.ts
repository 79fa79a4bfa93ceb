import { performance } from 'node:perf_hooks';
import { DmError } from '../../model/error.js';
import type { ObjectAccount } from '../../model/object-account.js';
import type { PingAccountReply } from '../../rpc/generated/control/datamover/v1/PingAccountReply.js';
import type { PingAccountRequest__Output } from '../../rpc/generated/control/datamover/v1/PingAccountRequest.js';
import type { AccountStore } from '../account-store.js';
import { type ObjectStoreModules, openObjectStore } from '../object-stores.js';
import { pingCount } from './account-fields.js';
import { checkStore } from './store-checks.js';

const DEFAULT_TIMEOUT_MS = 120_000;

export interface PingStoreModules extends ObjectStoreModules {
  readonly accounts: AccountStore;
  readonly programVersion: string;
}

/**
 * Tries on the store itself everything that a backup needs of it. What is
 * tried lies below `ping/` and is removed.
 */
export async function pingObjectAccount(
  account: ObjectAccount,
  request: PingAccountRequest__Output,
  modules: PingStoreModules,
  signal: AbortSignal,
): Promise<PingAccountReply> {
  const limit = request.timeout_ms || DEFAULT_TIMEOUT_MS;
  const timeout = new AbortController();
  const timer = setTimeout(() => {
    timeout.abort(
      new DmError('store_unreachable', `account "${account.name}" gave no answer in ${limit} ms`),
    );
  }, limit);
  try {
    const either = AbortSignal.any([signal, timeout.signal]);
    const secrets = await modules.accounts.secrets(account.id);
    await using store = await openObjectStore(account, secrets, modules, either);
    let best = Number.POSITIVE_INFINITY;
    for (let count = 0; count < pingCount(request); count++) {
      const start = performance.now();
      await store.head('ping/none', either);
      best = Math.min(best, performance.now() - start);
    }
    const checks = await checkStore(account, { ...modules, store }, either);
    return {
      uri: account.uri,
      round_trip_ms: Math.round(best * 1000) / 1000,
      local_version: modules.programVersion,
      checks,
    };
  } finally {
    clearTimeout(timer);
  }
}
