import { releaseMemory } from '../endpoint/local/sys/release-memory.js';
import { BasePaths } from '../endpoint/object/base-paths.js';
import { deleteDamagedDataset } from '../endpoint/object/delete-damaged.js';
import { deleteStoredDataset } from '../endpoint/object/delete-dataset.js';
import { MasterKeys } from '../endpoint/object/master-keys.js';
import { NewestRecords } from '../endpoint/object/newest-record.js';
import { ObjectExpirer } from '../endpoint/object/object-expirer.js';
import { ObjectMaker } from '../endpoint/object/object-maker.js';
import { ObjectSource } from '../endpoint/object/object-source.js';
import { ObjectTarget } from '../endpoint/object/object-target.js';
import { PassedOver } from '../endpoint/object/passed-over.js';
import { DatasetNumbers } from '../endpoint/object/receive/give-number.js';
import type { RecordRefusal } from '../endpoint/object/require-trusted.js';
import { ReceiveSessions } from '../endpoint/receive/receive-sessions.js';
import type { DatasetRef } from '../endpoint/source.js';
import type { OpenPlace } from '../engine/places.js';
import type { ObjectAccount } from '../model/object-account.js';
import type { Log } from '../observe/log.js';
import type { LockLookup } from '../policy/policy-locks.js';
import type { RecordSigner } from '../repository/record-signature.js';
import type { WorkerPool } from '../worker/pool.js';
import type { AccountStore } from './account-store.js';
import { wrappingSecret } from './encryption-secret.js';
import { notLent } from './not-lent.js';
import { type ObjectStoreModules, openObjectStore } from './object-stores.js';
import { backupVerifiers } from './verify-backup.js';

export interface ObjectPlacesModules extends ObjectStoreModules {
  readonly accounts: AccountStore;
  readonly pool: WorkerPool;
  readonly signer: () => RecordSigner | null;
  /** See TrustStore. */
  readonly recordRefusal: RecordRefusal;
  readonly log: Log;
  /** The time by which backups that are made now are dated. */
  readonly datingNow: () => number;
  /** The time by which datasets expire; `clock_suspect` when the clock cannot be trusted. */
  readonly trustedNow: () => Promise<number>;
  /** Who needs datasets of an account. */
  readonly locks: (accountId: string) => Promise<LockLookup>;
}

/** What is known of an account between two uses. */
interface AccountState {
  readonly sessions: ReceiveSessions;
  readonly numbers: DatasetNumbers;
  /** Of what the account shows. */
  shown: {
    readonly of: string;
    readonly paths: BasePaths;
    readonly newest: NewestRecords;
    readonly passedOver: PassedOver;
  };
}

/** Opens object accounts as places. */
export class ObjectPlaces {
  readonly #workPath: string;
  readonly #modules: ObjectPlacesModules;
  readonly #masters = new MasterKeys();
  readonly #states = new Map<string, AccountState>();

  /**
   * `workPath`: where the agent keeps copies of pages and indexes, and backups that are under way.
   */
  constructor(options: { workPath: string }, modules: ObjectPlacesModules) {
    this.#workPath = options.workPath;
    this.#modules = modules;
  }

  /** Errors: those of opening its store. */
  async open(account: ObjectAccount, signal: AbortSignal): Promise<OpenPlace> {
    const { accounts, pool, signer, datingNow, log, trustedNow } = this.#modules;
    const secrets = await accounts.secrets(account.id);
    const store = await openObjectStore(account, secrets, this.#modules, signal);
    const secret = wrappingSecret(secrets);
    const { sessions, numbers, shown } = this.#stateOf(account);
    const { asOfMs, acceptUnsigned } = account.store;
    const modules = {
      ...{ store, masters: this.#masters, paths: shown.paths },
      passedOver: shown.passedOver,
      ...(asOfMs === null && { newest: shown.newest }),
      ...(acceptUnsigned !== true && { recordRefusal: this.#modules.recordRefusal }),
    };
    const locks = () => this.#modules.locks(account.id);
    const source = new ObjectSource({ secret }, { ...modules, locks });
    return {
      name: account.name,
      source,
      target: new ObjectTarget(
        { workPath: this.#workPath, secret },
        { ...modules, pool, sessions, numbers, signer, now: datingNow, log, releaseMemory },
      ),
      maker: new ObjectMaker(backupVerifiers({ source, store, workPath: this.#workPath })),
      expirer: new ObjectExpirer({ store, sessions, source, locks, now: trustedNow }),
      locker: null,
      owner: '',
      bytesSent: () => store.counters.bytesSent,
      bytesReceived: () => store.counters.bytesReceived,
      peer: null,
      // Nobody else is given the account's secrets.
      lend: async () => notLent(`the object account "${account.name}"`),
      [Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
    };
  }

  /** Deletes a dataset of an account. Errors: those of opening its store, and of `deleteStoredDataset`. */
  async deleteDataset(account: ObjectAccount, number: number, signal: AbortSignal): Promise<void> {
    const secrets = await this.#modules.accounts.secrets(account.id);
    await using store = await openObjectStore(account, secrets, this.#modules, signal);
    const { sessions } = this.#stateOf(account);
    await deleteStoredDataset(number, { store, sessions }, signal);
  }

  /** Deletes one whose record cannot be read; false when there is none. Errors: as `deleteDataset`. */
  async deleteDamaged(
    account: ObjectAccount,
    ref: DatasetRef,
    signal: AbortSignal,
  ): Promise<boolean> {
    const secrets = await this.#modules.accounts.secrets(account.id);
    await using store = await openObjectStore(account, secrets, this.#modules, signal);
    const { sessions } = this.#stateOf(account);
    const secret = wrappingSecret(secrets);
    const modules = { store, sessions, masters: this.#masters };
    return await deleteDamagedDataset(ref, secret, modules, signal);
  }

  #stateOf({ id, uri, store }: ObjectAccount): AccountState {
    const known = this.#states.get(id);
    const of = `${uri} ${store.asOfMs}`;
    if (known !== undefined) {
      if (known.shown.of !== of) known.shown = this.#shown(of, uri);
      return known;
    }
    const state: AccountState = {
      sessions: new ReceiveSessions(),
      numbers: new DatasetNumbers(),
      shown: this.#shown(of, uri),
    };
    this.#states.set(id, state);
    return state;
  }

  #shown(of: string, uri: string): AccountState['shown'] {
    const newest = new NewestRecords({ workPath: this.#workPath, store: uri }, this.#modules);
    return { of, paths: new BasePaths(), newest, passedOver: new PassedOver(uri, this.#modules) };
  }
}
