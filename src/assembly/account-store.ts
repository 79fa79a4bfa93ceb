import type { Account, PeerAccount } from '../model/account.js';
import { DmError } from '../model/error.js';
import {
  type AccountId,
  LOOPBACK_ACCOUNT_ID,
  localAccountId,
  parseAccountId,
  type SystemGuid,
} from '../model/ids.js';
import { type AccountSecrets, NO_SECRETS, type ObjectAccount } from '../model/object-account.js';
import { validateName } from '../policy/validate-policy.js';
import type { StateDatabase } from '../state/database.js';
import { keys, ranges } from '../state/keys.js';
import { plainCodec, Records } from '../state/records.js';

const ACCOUNT_ID_BYTES = 24;
export const LOCAL_ACCOUNT_NAME = 'DM Local Account';
export const LOOPBACK_ACCOUNT_NAME = 'DM Loopback Account';

/** The accounts an operator made, and the two that are always there. */
export class AccountStore {
  readonly localId: AccountId;
  readonly #database: StateDatabase;
  readonly #records: Records<string, Account>;
  readonly #secrets: Records<string, AccountSecrets>;
  readonly #randomBytes: (length: number) => Buffer;
  /** As they stand now, of the accounts that were modified since the start. */
  readonly #pins = new Map<AccountId, PeerAccount['pin']>();

  constructor(
    options: { guid: SystemGuid },
    modules: { database: StateDatabase; randomBytes: (length: number) => Buffer },
  ) {
    this.localId = localAccountId(options.guid);
    this.#database = modules.database;
    this.#randomBytes = modules.randomBytes;
    this.#records = new Records(
      { range: ranges.account, key: keys.account, codec: plainCodec<Account>() },
      modules,
    );
    this.#secrets = new Records(
      {
        range: ranges.accountSecrets,
        key: keys.accountSecrets,
        codec: plainCodec<AccountSecrets>(),
      },
      modules,
    );
  }

  /** The id that a name, an id, `local`, `loopback` or "" (the local account) stands for. */
  async resolve(ref: string): Promise<AccountId> {
    if (ref === '' || ref === 'local' || ref === LOCAL_ACCOUNT_NAME) return this.localId;
    if (ref === 'loopback' || ref === LOOPBACK_ACCOUNT_NAME) return LOOPBACK_ACCOUNT_ID;
    if (/^[0-9a-fA-F]{48}$/.test(ref)) {
      const id = parseAccountId(ref);
      if (this.isBuiltIn(id) || (await this.#records.get(id)) !== null) return id;
    } else {
      for await (const account of this.#records.list()) {
        if (account.name === ref) return account.id;
      }
    }
    throw new DmError('not_found', `account "${ref}" does not exist; see \`dm accounts list\``);
  }

  isBuiltIn(id: string): boolean {
    return id === this.localId || id === LOOPBACK_ACCOUNT_ID;
  }

  async exists(id: string): Promise<boolean> {
    return this.isBuiltIn(id) || (await this.#records.get(id)) !== null;
  }

  /** A stored account; `not_found` for the built-in ones too. */
  async get(id: string): Promise<Account> {
    const account = await this.#records.get(id);
    if (!account)
      throw new DmError('not_found', `account "${id}" does not exist; see \`dm accounts list\``);
    return account;
  }

  /** As `get`, for what only a peer can do. */
  async peer(id: string): Promise<PeerAccount> {
    const account = await this.get(id);
    if (account.type === 'DM') return account;
    throw new DmError(
      'invalid_argument',
      `account "${account.name}" is an object account; use one of type DM`,
    );
  }

  /** As `get`, for what only an object account can do. */
  async object(id: string): Promise<ObjectAccount> {
    const account = this.isBuiltIn(id) ? null : await this.get(id);
    if (account !== null && account.type !== 'DM') return account;
    throw new DmError(
      'invalid_argument',
      `account "${account?.name ?? id}" is no object account; use one of type DIRECTORY, S3, AWS_S3 or ECS_S3`,
    );
  }

  async isObject(id: string): Promise<boolean> {
    return !this.isBuiltIn(id) && (await this.get(id)).type !== 'DM';
  }

  async secrets(id: string): Promise<AccountSecrets> {
    return (await this.#secrets.get(id)) ?? NO_SECRETS;
  }

  list(): AsyncIterable<Account> {
    return this.#records.list();
  }

  create(account: Omit<PeerAccount, 'id'>): Promise<PeerAccount>;
  create(account: Omit<ObjectAccount, 'id'>, secrets: AccountSecrets): Promise<ObjectAccount>;
  create(
    account: Omit<PeerAccount, 'id'> | Omit<ObjectAccount, 'id'>,
    secrets: AccountSecrets = NO_SECRETS,
  ): Promise<Account> {
    validateName(account.name);
    return this.#database.update(async () => {
      await this.#refuseTakenName(account.name, null);
      const id = parseAccountId(this.#randomBytes(ACCOUNT_ID_BYTES).toString('hex'));
      const stored: Account = { ...account, id };
      await this.#save(stored, secrets);
      return stored;
    });
  }

  modifyPeer(id: AccountId, change: (account: PeerAccount) => PeerAccount): Promise<PeerAccount> {
    return this.#database.update(async () => {
      const account = change(await this.peer(id));
      await this.#checkName(account);
      await this.#records.save(id, account);
      this.#pins.set(id, account.pin);
      return account;
    });
  }

  /** The pin of an account that was read before, as it stands now. */
  pinNow({ id, pin }: PeerAccount): PeerAccount['pin'] {
    const changed = this.#pins.get(id);
    return changed === undefined ? pin : changed;
  }

  modifyObject(
    id: AccountId,
    change: (
      account: ObjectAccount,
      secrets: AccountSecrets,
    ) => { readonly account: ObjectAccount; readonly secrets: AccountSecrets },
  ): Promise<ObjectAccount> {
    return this.#database.update(async () => {
      const changed = change(await this.object(id), await this.secrets(id));
      await this.#checkName(changed.account);
      await this.#save(changed.account, changed.secrets);
      return changed.account;
    });
  }

  async delete(id: AccountId): Promise<void> {
    await this.get(id);
    await this.#database.write([this.#records.remove(id), this.#secrets.remove(id)]);
  }

  async #save(account: Account, secrets: AccountSecrets): Promise<void> {
    await this.#database.write([
      this.#records.put(account.id, account),
      ...(account.type === 'DM' ? [] : [this.#secrets.put(account.id, secrets)]),
    ]);
  }

  async #checkName({ name, id }: Account): Promise<void> {
    validateName(name);
    await this.#refuseTakenName(name, id);
  }

  async #refuseTakenName(name: string, except: string | null): Promise<void> {
    const taken = name === LOCAL_ACCOUNT_NAME || name === LOOPBACK_ACCOUNT_NAME;
    if (taken)
      throw new DmError('already_exists', `account "${name}" is built in; choose another name`);
    for await (const other of this.#records.list()) {
      if (other.name === name && other.id !== except) {
        throw new DmError(
          'already_exists',
          `account "${name}" exists already (id ${other.id}); choose another name`,
        );
      }
    }
  }
}
