import { join } from 'node:path';
import { MasterKeys } from '../endpoint/object/master-keys.js';
import { NewestRecords, type NewestRecordsModules } from '../endpoint/object/newest-record.js';
import { NumberReads } from '../endpoint/object/prune/number-reads.js';
import { pruneRepository } from '../endpoint/object/prune/prune.js';
import type {
  PruneOptions,
  PruneProgress,
  PruneSummary,
} from '../endpoint/object/prune/prune-types.js';
import type { SigningModules } from '../endpoint/object/prune/replace-record.js';
import { WorkDirectory } from '../endpoint/object/receive/work-directory.js';
import { refuseUntrusted } from '../endpoint/object/repair/refuse-untrusted.js';
import { repairRepository } from '../endpoint/object/repair/repair.js';
import type { RepairProgress, RepairSummary } from '../endpoint/object/repair/repair-types.js';
import { openRepository, type Repository } from '../endpoint/object/repository.js';
import { repositoryAt } from '../endpoint/object/repository-datasets.js';
import type { OnListingWarning, Source } from '../endpoint/source.js';
import { DmError } from '../model/error.js';
import type { SystemGuid } from '../model/ids.js';
import type { ObjectAccount } from '../model/object-account.js';
import type { ObjectStore } from '../repository/object-store.js';
import type { RecordSigner } from '../repository/record-signature.js';
import type { SeenSigner } from '../security/record-trust.js';
import { escapePath } from '../util/escape.js';
import type { AccountStore } from './account-store.js';
import { wrappingSecret } from './encryption-secret.js';
import { type ObjectStoreModules, openObjectStore } from './object-stores.js';
import { UpkeepFailures } from './upkeep-failures.js';

export interface ObjectUpkeepModules extends ObjectStoreModules {
  readonly accounts: AccountStore;
  readonly signer: () => RecordSigner | null;
  /** See TrustStore. */
  readonly signerRefusal: (signer: SeenSigner, signedAtMs: number) => DmError | null;
  readonly log: NewestRecordsModules['log'];
}

/** A repository of an account, opened. */
export interface OpenedRepository {
  readonly basePath: Uint8Array;
  readonly repository: Repository;
  readonly store: ObjectStore;
  /** Of the account. */
  readonly numbers: NumberReads;
}

/** What is done to the repositories of object accounts beside reading and writing datasets. */
export class ObjectUpkeep {
  readonly #options: { readonly workPath: string; readonly guid: SystemGuid };
  readonly #modules: ObjectUpkeepModules;
  readonly #masters = new MasterKeys();
  /** Repositories that are worked on. */
  readonly #busy = new Set<string>();

  /** `workPath`: where the agent keeps what it needs of repositories. */
  constructor(options: { workPath: string; guid: SystemGuid }, modules: ObjectUpkeepModules) {
    this.#options = options;
    this.#modules = modules;
  }

  /** Prunes one repository of an account, or all of them, one after the other. */
  async prune(
    account: ObjectAccount,
    basePath: Uint8Array | null,
    options: PruneOptions,
    onProgress: (basePath: Uint8Array, progress: PruneProgress) => void,
    onEnd: (basePath: Uint8Array, summary: PruneSummary) => void,
    onWarning: OnListingWarning,
    signal: AbortSignal,
  ): Promise<void> {
    if (!options.dryRun)
      refuseReadOnly(account, 'pruned, so use an account without it, or look with --dry-run');
    await this.#each(
      account,
      basePath,
      onWarning,
      signal,
      async ({ basePath: path, ...opened }) => {
        const modules = {
          ...opened,
          clock: this.#modules.clock,
          owner: this.#options.guid,
          ...this.#signing(account),
          scratch: this.#scratchOf(opened.repository),
        };
        const summary = await pruneRepository(
          options,
          modules,
          (progress) => onProgress(path, progress),
          signal,
        );
        onEnd(path, summary);
      },
    );
  }

  /**
   * Repairs one repository of an account, or all of them, with what another
   * account has; null only makes indexes anew.
   */
  async repair(
    account: ObjectAccount,
    basePath: Uint8Array | null,
    from: { readonly source: Source; readonly account: ObjectAccount | null } | null,
    onProgress: (basePath: Uint8Array, progress: RepairProgress) => void,
    onEnd: (basePath: Uint8Array, summary: RepairSummary) => void,
    onWarning: OnListingWarning,
    signal: AbortSignal,
  ): Promise<void> {
    refuseReadOnly(
      account,
      'repaired, so use an account without it; `dm datasets verify N --account-id` says what is damaged',
    );
    const summaries: RepairSummary[] = [];
    await this.#each(
      account,
      basePath,
      onWarning,
      signal,
      async ({ basePath: path, repository, store }) => {
        const { repository: id } = repository.format;
        const modules = {
          repository,
          store,
          ...this.#signing(account),
          localPages: new WorkDirectory(join(this.#options.workPath, id)).pages,
          scratch: this.#scratchOf(repository),
        };
        await using mirror = from?.account ? await this.#open(from.account, signal) : null;
        const copy = (await mirror?.repository(path)) ?? null;
        const isSame = copy?.format.repository === repository.format.repository;
        const summary = await repairRepository(
          from && {
            source: from.source,
            mirror: isSame && mirror ? { repository: copy, store: mirror.store } : null,
          },
          modules,
          (progress) => onProgress(path, progress),
          signal,
        );
        summaries.push(summary);
        onEnd(path, summary);
      },
    );
    refuseUntrusted(summaries);
  }

  async #open(account: ObjectAccount, signal: AbortSignal) {
    const secrets = await this.#modules.accounts.secrets(account.id);
    const secret = wrappingSecret(secrets);
    const store = await openObjectStore(account, secrets, this.#modules, signal);
    const modules = { store, masters: this.#masters };
    return {
      store,
      repository: (path: Uint8Array) => openRepository(path, secret, modules, signal),
      numbers: new NumberReads(),
      repositoryAt: (path: Uint8Array) => repositoryAt(path, modules, signal),
      [Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
    };
  }

  #signing({ uri }: ObjectAccount): SigningModules {
    const { signer, signerRefusal, log } = this.#modules;
    return {
      signer,
      mayVouchFor: (seen, signedAtMs) => signerRefusal(seen, signedAtMs) === null,
      newest: new NewestRecords({ workPath: this.#options.workPath, store: uri }, { log }),
    };
  }

  #scratchOf({ format }: Repository): string {
    return join(this.#options.workPath, format.repository, 'upkeep');
  }

  /**
   * Works on what is named, or on all that the account's secret opens. Of all, what cannot be opened is told; what is damaged
   * is an error when the others are done.
   */
  async #each(
    account: ObjectAccount,
    basePath: Uint8Array | null,
    onWarning: OnListingWarning,
    signal: AbortSignal,
    work: (opened: OpenedRepository) => Promise<void>,
  ): Promise<void> {
    await using opened = await this.#open(account, signal);
    const { store, numbers } = opened;
    const workOn = async (path: Uint8Array): Promise<boolean> => {
      const repository = await opened.repository(path);
      if (repository === null) return false;
      await this.#alone(repository, () => work({ basePath: path, repository, store, numbers }));
      return true;
    };
    if (basePath !== null) {
      const path = await opened.repositoryAt(basePath);
      if (await workOn(path)) return;
      throw new DmError(
        'not_found',
        `account "${account.name}" has no backup at ${escapePath(path)}; see \`dm datasets list --account-id\``,
      );
    }
    const failures = new UpkeepFailures();
    for (const path of await numbers.basePaths(store, signal)) {
      await failures.collect(() => workOn(path));
    }
    failures.end(await numbers.damaged(store, signal), onWarning);
  }

  async #alone({ format, layout }: Repository, work: () => Promise<void>): Promise<void> {
    if (this.#busy.has(format.repository)) {
      throw new DmError(
        'in_use',
        `this agent is pruning or repairing ${layout.prefix} already; wait for it, or stop it`,
      );
    }
    this.#busy.add(format.repository);
    try {
      await work();
    } finally {
      this.#busy.delete(format.repository);
    }
  }
}

function refuseReadOnly({ name, store }: ObjectAccount, done: string): void {
  const { readOnly, asOfMs } = store;
  if (!readOnly && asOfMs === null) return;
  const flag = readOnly ? '--read-only' : '--as-of';
  throw new DmError('store_refused', `account "${name}" has ${flag}: nothing there is ${done}`);
}
