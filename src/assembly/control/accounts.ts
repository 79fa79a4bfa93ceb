import type { Account, PeerAccount } from '../../model/account.js';
import { DEFAULT_COMPRESSION } from '../../model/compression.js';
import { DmError } from '../../model/error.js';
import { type AccountId, LOOPBACK_ACCOUNT_ID } from '../../model/ids.js';
import { isObjectAccountType } from '../../model/object-account.js';
import type { BasePolicies } from '../../policy/base-policies.js';
import type { Policies } from '../../policy/policies.js';
import type { Account as AccountView } from '../../rpc/generated/control/datamover/v1/Account.js';
import type { CreateAccountRequest__Output } from '../../rpc/generated/control/datamover/v1/CreateAccountRequest.js';
import type { ModifyAccountRequest__Output } from '../../rpc/generated/control/datamover/v1/ModifyAccountRequest.js';
import type { PingAccountRequest__Output } from '../../rpc/generated/control/datamover/v1/PingAccountRequest.js';
import type { Ref__Output } from '../../rpc/generated/control/datamover/v1/Ref.js';
import { LOCAL_ACCOUNT_NAME, LOOPBACK_ACCOUNT_NAME } from '../account-store.js';
import {
  createObjectAccount,
  modifyObjectAccount,
  type ObjectAccountModules,
  objectAccountView,
} from './object-account.js';
import {
  createPeerAccount,
  modifyPeerAccount,
  type PeerAccountModules,
  pingPeerAccount,
} from './peer-account.js';
import { type PingStoreModules, pingObjectAccount } from './ping-store.js';
import { timeText } from './views.js';

export interface AccountHandlerModules
  extends PeerAccountModules,
    ObjectAccountModules,
    PingStoreModules {
  readonly policies: Policies;
  readonly bases: BasePolicies;
  /** Called when the limits of an account may have changed. */
  readonly limitsChanged: () => Promise<void>;
}

/** The account commands of the control service. */
export function accountHandlers(modules: AccountHandlerModules) {
  const { accounts } = modules;
  const view = async (account: Account): Promise<AccountView> =>
    account.type === 'DM'
      ? peerAccountView(account)
      : objectAccountView(account, await accounts.secrets(account.id));
  return {
    createAccount: async (request: CreateAccountRequest__Output) => ({
      id: await create(request, modules),
    }),
    listAccounts: async () => {
      const views = [builtIn(accounts.localId), builtIn(LOOPBACK_ACCOUNT_ID)];
      for await (const account of accounts.list()) views.push(await view(account));
      return { accounts: views };
    },
    getAccount: async (request: Ref__Output) => {
      const id = await accounts.resolve(request.ref);
      return accounts.isBuiltIn(id) ? builtIn(id) : view(await accounts.get(id));
    },
    modifyAccount: async (request: ModifyAccountRequest__Output) => {
      const id = await accounts.resolve(request.ref);
      refuseBuiltIn(id, modules);
      const { type } = await accounts.get(id);
      if (type !== 'DM') return view(await modifyObjectAccount(id, request, modules));
      const account = await modifyPeerAccount(id, request, modules);
      await modules.limitsChanged();
      return view(account);
    },
    deleteAccount: async (request: Ref__Output) => {
      const id = await accounts.resolve(request.ref);
      refuseBuiltIn(id, modules);
      await refuseUsed(id, modules);
      await accounts.delete(id);
      return {};
    },
    pingAccount: async (request: PingAccountRequest__Output, signal: AbortSignal) => {
      const id = await accounts.resolve(request.ref);
      if (id === accounts.localId) {
        throw new DmError(
          'invalid_argument',
          'the local account is this agent itself; ping loopback to test its peer protocol',
        );
      }
      const isPeer = id === LOOPBACK_ACCOUNT_ID || (await accounts.get(id)).type === 'DM';
      return isPeer
        ? pingPeerAccount(id, request, modules, signal)
        : pingObjectAccount(await accounts.object(id), request, modules, signal);
    },
  };
}

async function create(
  request: CreateAccountRequest__Output,
  modules: AccountHandlerModules,
): Promise<string> {
  const { account_type: type, auth_mode: mode } = request;
  const isObject = isObjectAccountType(type);
  if (!isObject && type !== 'DM') {
    throw new DmError(
      'invalid_argument',
      `account type "${type}" is not known; use DM, DIRECTORY, S3, AWS_S3 or ECS_S3`,
    );
  }
  const fitting = isObject ? 'CLOUD' : 'CERTIFICATE';
  if (mode !== '' && mode !== fitting) {
    throw new DmError(
      'invalid_argument',
      `--auth-mode "${mode}" does not fit an account of type ${type}; it is ${fitting}`,
    );
  }
  return isObject
    ? await createObjectAccount(type, request, modules)
    : await createPeerAccount(request, modules);
}

function peerAccountView(account: PeerAccount): AccountView {
  return {
    id: account.id,
    name: account.name,
    account_type: account.type,
    uri: account.uri,
    auth_mode: 'CERTIFICATE',
    ca_certificate_id: account.caCertificateId,
    client_certificate_id: account.clientCertificateId,
    peer_fingerprint: account.pin?.keys.join(',') ?? '',
    pinned_at: timeText(account.pin?.pinnedAt ?? null),
    briefcase: account.briefcase,
    max_tasks: account.maxTasks ?? 0,
    compression: account.compression ?? DEFAULT_COMPRESSION,
  };
}

function builtIn(id: AccountId): AccountView {
  return {
    id,
    name: id === LOOPBACK_ACCOUNT_ID ? LOOPBACK_ACCOUNT_NAME : LOCAL_ACCOUNT_NAME,
    account_type: 'DM',
    uri: '',
    auth_mode: '',
    ca_certificate_id: '',
    client_certificate_id: '',
    peer_fingerprint: '',
    pinned_at: '',
    briefcase: '',
    max_tasks: 0,
    compression: '',
  };
}

function refuseBuiltIn(id: AccountId, modules: AccountHandlerModules): void {
  if (modules.accounts.isBuiltIn(id)) {
    throw new DmError(
      'refused',
      'the local and the loopback account are built in and stay as they are',
    );
  }
}

async function refuseUsed(id: AccountId, modules: AccountHandlerModules): Promise<void> {
  for await (const { id: policy, name, rule } of modules.policies.list()) {
    const used =
      'accountId' in rule
        ? [rule.accountId]
        : [rule.sourceAccountId, rule.targetAccountId, rule.newTasksAccountId];
    if (used.some((one) => one === id)) {
      throw new DmError(
        'in_use',
        `policy ${policy} (${name}) uses the account; delete the policy first`,
      );
    }
  }
  for await (const base of modules.bases.list()) {
    const used = [base.sourceAccountId, base.targetAccountId, base.newTasksAccountId];
    if (!used.includes(id)) continue;
    throw new DmError(
      'in_use',
      `base policy ${base.id} (${base.name}) uses the account; delete the base policy first`,
    );
  }
}
