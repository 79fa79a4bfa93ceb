import { join } from 'node:path';
import type { DatasetInfo } from '../../model/dataset.js';
import { DmError } from '../../model/error.js';
import { RepositoryLayout } from '../../repository/object-layout.js';
import { plainTree } from '../../repository/plain-path.js';
import type { RecordSigner } from '../../repository/record-signature.js';
import { escapePath } from '../../util/escape.js';
import type { WorkerPool } from '../../worker/pool.js';
import { checkOfferForm } from '../receive/check-offer-form.js';
import { CommittedSession } from '../receive/committed-session.js';
import type { ReceiveSessions } from '../receive/receive-sessions.js';
import type { DatasetFilter } from '../source.js';
import type { Offer, ReceiveSession, Target, TargetState } from '../target.js';
import { deleteRecord } from './deletions.js';
import { newestDoomed } from './doomed-lists.js';
import { keysBelow } from './get-object.js';
import { keptDataset, newestKept } from './kept-datasets.js';
import { recordDigest } from './newest-record.js';
import { claimPlain } from './receive/claim-plain.js';
import type { DatasetNumbers } from './receive/give-number.js';
import { ObjectReceiveSession } from './receive/object-receive-session.js';
import { isStored, refuseOther } from './receive/open-session.js';
import { plainOffer } from './receive/plain-offer.js';
import { prepareSession } from './receive/prepare-session.js';
import { loadSession } from './receive/session-record.js';
import { storedOffer } from './receive/stored-offer.js';
import {
  OBJECT_RECEIVE_TASKS,
  type ObjectResumeResult,
  type ObjectTaskInput,
} from './receive/task-input.js';
import { UploadedPacks } from './receive/uploaded-packs.js';
import { WorkDirectory } from './receive/work-directory.js';
import { refuseEmptied } from './refuse-emptied.js';
import { openOrMakeRepository, openRepository, type Repository } from './repository.js';
import {
  type ListingModules,
  lostNewest,
  repositoryAt,
  storedInfo,
} from './repository-datasets.js';
import { requireTrusted } from './require-trusted.js';
import { sessionPath } from './session-path.js';
import type { StoredDataset } from './stored-dataset.js';
import { storedDatasets } from './stored-datasets.js';

export interface ObjectTargetOptions {
  /** Directory of this agent for what it keeps of repositories; made when it is missing. */
  readonly workPath: string;
  /** Passphrase or key of the account; null when backups are not encrypted. */
  readonly secret: Uint8Array | null;
}

export interface ObjectTargetModules extends ListingModules {
  readonly pool: WorkerPool;
  /** Shared by all targets of one account. */
  readonly sessions: ReceiveSessions;
  readonly numbers: DatasetNumbers;
  /** Gives memory that no thread uses any more back to the system. */
  readonly releaseMemory: (memory: SharedArrayBuffer) => void;
  /** Who signs records; null while no identity is installed. */
  readonly signer: () => RecordSigner | null;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly log: { warn(fields: object, message: string): void };
}

/** Receives datasets as backups into the repositories of one object account. Owns none of its modules. */
export class ObjectTarget implements Target {
  readonly #options: ObjectTargetOptions;
  readonly #modules: ObjectTargetModules;

  constructor(options: ObjectTargetOptions, modules: ObjectTargetModules) {
    this.#options = options;
    this.#modules = modules;
  }

  async *listDatasets(filter: DatasetFilter, signal: AbortSignal): AsyncIterable<DatasetInfo> {
    const basePath = filter.basePath ?? null;
    const { secret } = this.#options;
    for await (const stored of storedDatasets(basePath, secret, this.#modules, signal)) {
      if (filter.tree === undefined || stored.record.tree === filter.tree) yield storedInfo(stored);
    }
  }

  async inspect(path: Uint8Array, signal: AbortSignal): Promise<TargetState> {
    const { secret } = this.#options;
    const at = await repositoryAt(path, this.#modules, signal);
    if (plainTree(path) === null && plainTree(at) !== null) {
      return { kind: 'foreign', tree: null, head: null };
    }
    const repository = await openRepository(path, secret, this.#modules, signal);
    if (repository === null) {
      await refuseEmptied(path, this.#modules, signal);
      const { prefix } = new RepositoryLayout(path);
      for await (const _ of keysBelow(this.#modules.store, prefix, signal)) {
        return { kind: 'foreign', tree: null, head: null };
      }
      return { kind: 'absent', tree: null, head: null };
    }
    const newest = await newestKept(repository, this.#modules, signal);
    await lostNewest(repository, newest === null ? [] : [newest], this.#modules, signal);
    if (newest === null) return { kind: 'empty', tree: null, head: null };
    const { id, rootDigest, tree } = newest.record;
    return { kind: 'received', tree, head: { id, rootDigest } };
  }

  begin(given: Offer, signal: AbortSignal): Promise<ReceiveSession> {
    const { sessions } = this.#modules;
    const offer = given.plain === true ? plainOffer(given, this.#options) : given;
    const path = sessionPath(offer.targetPath);
    return sessions.exclusively(path, async () => {
      checkOfferForm(offer);
      if (!offer.createDataset) {
        throw new DmError(
          'invalid_argument',
          'a backup is always a dataset of its account; leave --copy-create-dataset-on-target out',
        );
      }
      if (offer.plain === true) await refuseEmptied(offer.targetPath, this.#modules, signal);
      else await this.#refuseForeign(offer, signal);
      await sessions.supersede(path);
      const { secret } = this.#options;
      const repository = await openOrMakeRepository(
        offer.targetPath,
        secret,
        this.#modules,
        signal,
      );
      const there = await storedOffer(offer, repository, this.#modules, signal);
      if (there !== null && isStored(there, offer)) {
        if (await this.#confirm(there, repository, signal)) {
          requireTrusted(there, repository, this.#modules);
          return new CommittedSession(storedInfo(there));
        }
        this.#refuseOtherBase(offer, repository);
      } else if (there !== null && offer.plain !== true) {
        refuseOther(there, offer);
      }
      if (offer.plain === true) {
        const goesOn = await claimPlain(offer, repository, this.#modules, signal);
        // Whoever removed the mark removed objects too.
        if (!goesOn) this.#workOf(repository).removeSession();
      }
      const base = await this.#baseOf(offer, repository, signal);
      return this.#begin(offer, base, repository, signal);
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {}

  async #refuseForeign({ targetPath, dataset }: Offer, signal: AbortSignal): Promise<void> {
    if (plainTree(targetPath) !== null) {
      throw new DmError(
        'target_forbidden',
        `${escapePath(targetPath)} of the account is kept for the catalogs of plain copies; choose another path`,
      );
    }
    const { kind, tree } = await this.inspect(targetPath, signal);
    const shown = escapePath(targetPath);
    if (kind === 'foreign') {
      throw new DmError(
        'target_not_empty',
        `${shown} of the account holds objects of something else; choose another path`,
      );
    }
    if (tree !== null && tree !== dataset.tree) {
      throw new DmError(
        'target_owned',
        `${shown} of the account is the backup of another tree; choose another path`,
      );
    }
  }

  /**
   * A record that was put just before a crash was not looked at again: when a prune chose packs since, it may name some
   * of them and is taken back. The session that made it goes on then.
   */
  async #confirm(
    there: StoredDataset,
    repository: Repository,
    signal: AbortSignal,
  ): Promise<boolean> {
    const { store } = this.#modules;
    const { key } = there;
    const work = this.#workOf(repository);
    const published = loadSession(work)?.published ?? null;
    if (published?.key !== key) return true;
    const { layout } = repository;
    if ((await newestDoomed(repository, store, signal)) === published.doomed) {
      if (recordDigest(there.record) === published.digest) {
        this.#modules.newest?.wrote(layout, there);
      }
      work.removeSession();
      return true;
    }
    await deleteRecord(key, { layout, store }, signal);
    return false;
  }

  /** A record was taken back. Whoever took the dataset for whole offers it without its base, and must look again. */
  #refuseOtherBase({ base, dataset }: Offer, repository: Repository): void {
    const session = loadSession(this.#workOf(repository));
    if (session === null || session.base?.record.id === base?.id) return;
    throw new DmError(
      'target_changed',
      `a prune chose packs of backup ${dataset.id} before it was known to be whole, and its record was taken back; the backup goes on when it is run again`,
    );
  }

  #workOf({ format }: Repository): WorkDirectory {
    return new WorkDirectory(join(this.#options.workPath, format.repository));
  }

  async #baseOf(
    { base, targetPath }: Offer,
    repository: Repository,
    signal: AbortSignal,
  ): Promise<StoredDataset | null> {
    if (base === null) return null;
    const found = await keptDataset(repository, base.id, this.#modules, signal);
    if (found !== null && found.record.rootDigest === base.rootDigest) {
      // What is made on it is signed here.
      requireTrusted(found, repository, this.#modules);
      return found;
    }
    throw new DmError(
      'diverged',
      `${escapePath(targetPath)} of the account does not hold dataset ${base.id}, which the changes start from; run the copy again`,
    );
  }

  async #begin(
    offer: Offer,
    base: StoredDataset | null,
    repository: Repository,
    signal: AbortSignal,
  ): Promise<ReceiveSession> {
    const { pool } = this.#modules;
    const work = this.#workOf(repository);
    const modules = { ...this.#modules, repository, work };
    const prepared = await prepareSession(offer, base, modules, signal);
    const { session, input, plainBytes } = prepared;
    const resumed = await pool.run<ObjectTaskInput, ObjectResumeResult>(
      OBJECT_RECEIVE_TASKS.resume,
      input,
      {},
      signal,
    );
    const uploaded = new UploadedPacks(work);
    return new ObjectReceiveSession(
      {
        ...{ lockPath: sessionPath(offer.targetPath), session, input, resumed },
        plainBytes,
      },
      { ...modules, uploaded },
    );
  }
}
