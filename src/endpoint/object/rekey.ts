import { DmError } from '../../model/error.js';
import { unwrapMasterKey, type WrappedKey, wrapMasterKey } from '../../repository/master-key.js';
import { RepositoryLayout } from '../../repository/object-layout.js';
import type { ObjectStore } from '../../repository/object-store.js';
import {
  parseRepositoryFormat,
  type RepositoryFormat,
  serialiseRepositoryFormat,
} from '../../repository/repository-format.js';
import { getObject } from './get-object.js';

export interface RekeyRequest {
  readonly basePath: Uint8Array;
  /** Secret of the account: it must open the backup. */
  readonly secret: Uint8Array | null;
  /** Further secret that opens it from now on; null adds none. */
  readonly add: Uint8Array | null;
  /** Ids of keys to take away. */
  readonly remove: readonly string[];
}

/** One secret that opens a backup. */
export interface BackupKey {
  readonly id: string;
  /** The secret of the account is this one. */
  readonly isOfAccount: boolean;
}

/**
 * Changes which secrets open a backup, and returns them all; changes nothing when nothing is to be added or taken
 * away. What is stored stays as it is: who had a secret before and kept a copy of `format.json` can still
 * open what was stored until now. Errors: `encryption_key`, `not_found`, `already_exists`, `in_use`.
 */
export async function rekeyRepository(
  request: RekeyRequest,
  { store }: { readonly store: ObjectStore },
  signal: AbortSignal,
): Promise<readonly BackupKey[]> {
  const { format: key, prefix } = new RepositoryLayout(request.basePath);
  const bytes = await getObject(store, key, signal);
  if (bytes === null) {
    throw new DmError('not_found', `there is no backup at ${prefix}; see \`dm datasets list\``);
  }
  const format = parseRepositoryFormat(bytes.toString(), `repository ${key}`);
  const opened = await open(format, request.secret, prefix);
  const keys = await changedKeys(format, request, opened);
  if (request.add !== null || request.remove.length > 0) {
    const text = serialiseRepositoryFormat({ ...format, encryption: { keys } });
    await store.put(key, Buffer.from(text), {}, signal);
  }
  return keys.map(({ id }) => ({ id, isOfAccount: id === opened.id }));
}

async function open(format: RepositoryFormat, secret: Uint8Array | null, prefix: string) {
  if (format.encryption === null) {
    throw new DmError(
      'encryption_key',
      `backup ${prefix} is not encrypted; a backup is encrypted from its first dataset on or not at all`,
    );
  }
  const { keys } = format.encryption;
  const opened = secret && (await unwrapMasterKey(keys, secret, format.repository));
  if (opened === null) {
    throw new DmError(
      'encryption_key',
      `the account's passphrase or key file does not open backup ${prefix}; give the account one that does first`,
    );
  }
  return { ...opened, keys };
}

async function changedKeys(
  { repository }: RepositoryFormat,
  { add, remove }: RekeyRequest,
  opened: {
    readonly master: Uint8Array;
    readonly id: string;
    readonly keys: readonly WrappedKey[];
  },
): Promise<WrappedKey[]> {
  for (const id of remove) {
    if (!opened.keys.some((key) => key.id === id)) {
      throw new DmError('not_found', `the backup has no key ${id}; see \`dm object rekey\``);
    }
    if (id === opened.id) {
      throw new DmError(
        'in_use',
        `key ${id} is the one that the account has; give the account another that opens the backup first (dm accounts modify)`,
      );
    }
  }
  const kept = opened.keys.filter(({ id }) => !remove.includes(id));
  if (add === null) return kept;
  if ((await unwrapMasterKey(kept, add, repository)) !== null) {
    throw new DmError('already_exists', 'the passphrase or key file opens the backup already');
  }
  return [...kept, await wrapMasterKey(opened.master, add, repository)];
}
