import { DmError } from '../../model/error.js';
import { newMasterKey, unwrapMasterKey, wrapMasterKey } from '../../repository/master-key.js';
import { RepositoryLayout } from '../../repository/object-layout.js';
import type { ObjectStore } from '../../repository/object-store.js';
import { PLAIN_FOLDER } from '../../repository/plain-path.js';
import {
  parseRepositoryFormat,
  type RepositoryFormat,
  serialiseRepositoryFormat,
} from '../../repository/repository-format.js';
import { newRepositoryId } from '../../repository/repository-id.js';
import { RepositoryKeys } from '../../repository/repository-keys.js';
import type { BasePaths } from './base-paths.js';
import { getObject } from './get-object.js';
import type { MasterKeys } from './master-keys.js';

/** The repository at one base path of a store, opened. */
export interface Repository {
  readonly layout: RepositoryLayout;
  readonly format: RepositoryFormat;
  /** 32 bytes; null when nothing is encrypted. */
  readonly master: Uint8Array | null;
  readonly keys: RepositoryKeys;
}

export interface RepositoryModules {
  readonly store: ObjectStore;
  /** Master keys that were unwrapped before. */
  readonly masters: MasterKeys;
  /** Base paths of the store that were found before; looked up anew each time unless given. */
  readonly paths?: BasePaths;
}

/**
 * Opens the repository at `basePath`; null when there is none. `secret` is the account's passphrase or key.
 * Errors: `encryption_key` when the secret does not open it, is missing or not wanted.
 */
export async function openRepository(
  basePath: Uint8Array,
  secret: Uint8Array | null,
  modules: RepositoryModules,
  signal: AbortSignal,
): Promise<Repository | null> {
  const layout = new RepositoryLayout(basePath);
  const bytes = await getObject(modules.store, layout.format, signal);
  if (bytes === null) return null;
  const format = parseRepositoryFormat(bytes.toString(), `repository ${layout.format}`);
  const master = await masterOf(layout, format, secret, modules.masters);
  return { layout, format, master, keys: new RepositoryKeys(format.repository, master) };
}

/** Opens the repository at `basePath`, or makes it, encrypted when there is a secret. */
export async function openOrMakeRepository(
  basePath: Uint8Array,
  secret: Uint8Array | null,
  modules: RepositoryModules & { readonly now: () => number },
  signal: AbortSignal,
): Promise<Repository> {
  const found = await openRepository(basePath, secret, modules, signal);
  if (found !== null) return found;
  const layout = new RepositoryLayout(basePath);
  await refuseNesting(layout, modules.store, signal);
  const repository = newRepositoryId();
  const keys = secret === null ? null : [await wrapMasterKey(newMasterKey(), secret, repository)];
  const format: RepositoryFormat = {
    repository,
    createdAtMs: modules.now(),
    encryption: keys && { keys },
  };
  const text = Buffer.from(serialiseRepositoryFormat(format));
  const { store } = modules;
  try {
    await store.put(layout.format, text, { ifAbsent: store.capabilities.conditionalPut }, signal);
  } catch (error) {
    // Another writer was first: its repository it is.
    if (!(error instanceof DmError) || error.code !== 'already_exists') throw error;
  }
  const made = await openRepository(basePath, secret, modules, signal);
  if (made === null) {
    throw new DmError(
      'corrupt',
      `repository ${layout.format} was made and is not there; check the store`,
    );
  }
  return made;
}

/** A repository inside another one would have its objects among the other's. */
async function refuseNesting(
  layout: RepositoryLayout,
  store: ObjectStore,
  signal: AbortSignal,
): Promise<void> {
  const components = layout.prefix.split('/').slice(0, -2);
  for (let length = 1; length <= components.length; length++) {
    const above = components.slice(0, length).join('/');
    const plain = `${above}/${PLAIN_FOLDER}/format.json`;
    const isPlain = plain !== layout.format && (await store.head(plain, signal)) !== null;
    if (isPlain || (await store.head(`${above}/format.json`, signal)) !== null) {
      throw new DmError(
        'target_forbidden',
        `/${above} of the account is a ${isPlain ? 'plain copy' : 'backup'} already, and ${layout.prefix} lies inside it; choose a path beside it`,
      );
    }
  }
}

async function masterOf(
  layout: RepositoryLayout,
  format: RepositoryFormat,
  secret: Uint8Array | null,
  masters: MasterKeys,
): Promise<Uint8Array | null> {
  const { encryption, repository } = format;
  if (encryption === null && secret === null) return null;
  if (encryption === null || secret === null) {
    throw new DmError(
      'encryption_key',
      encryption === null
        ? `backup ${layout.prefix} is not encrypted, but the account has an encryption key; use another base path, or an account without a key`
        : `backup ${layout.prefix} is encrypted; give the account its passphrase or key file`,
    );
  }
  const known = masters.get(format, secret);
  const master =
    known === undefined
      ? ((await unwrapMasterKey(encryption.keys, secret, repository))?.master ?? null)
      : known;
  if (known === undefined) masters.add(format, secret, master);
  if (master === null) {
    throw new DmError(
      'encryption_key',
      `the account's passphrase or key file does not open backup ${layout.prefix}; give the account the one it was made with`,
    );
  }
  return master;
}
