import { rekeyRepository } from '../../endpoint/object/rekey.js';
import type { RekeyBackupRequest__Output } from '../../rpc/generated/control/datamover/v1/RekeyBackupRequest.js';
import { parseEscaped } from '../../util/escape.js';
import type { AccountStore } from '../account-store.js';
import { encryptionSecretOf, secretBytes, wrappingSecret } from '../encryption-secret.js';
import { type ObjectStoreModules, openObjectStore } from '../object-stores.js';

export interface BackupHandlerModules extends ObjectStoreModules {
  readonly accounts: AccountStore;
}

/** The commands of the control service on repositories in object accounts. */
export function backupHandlers(modules: BackupHandlerModules) {
  const { accounts } = modules;
  return {
    rekeyBackup: async (request: RekeyBackupRequest__Output, signal: AbortSignal) => {
      const account = await accounts.object(await accounts.resolve(request.account));
      const secrets = await accounts.secrets(account.id);
      const added = encryptionSecretOf(request.add_key, request.add_passphrase);
      await using store = await openObjectStore(account, secrets, modules, signal);
      const keys = await rekeyRepository(
        {
          basePath: parseEscaped(request.base_path),
          secret: wrappingSecret(secrets),
          add: added === null ? null : secretBytes(added),
          remove: request.remove_ids,
        },
        { store },
        signal,
      );
      return {
        keys: keys.map(({ id, isOfAccount }) => ({ id, opens_for_account: isOfAccount })),
      };
    },
  };
}
