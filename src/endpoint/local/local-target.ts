import { randomBytes } from 'node:crypto';
import { normalAbsolute } from '../../model/absolute-path.js';
import type { DatasetInfo } from '../../model/dataset.js';
import { DmError } from '../../model/error.js';
import { parseDatasetId, type SystemGuid } from '../../model/ids.js';
import type { WorkerPool } from '../../worker/pool.js';
import { CommittedSession } from '../receive/committed-session.js';
import { ReceiveSessions } from '../receive/receive-sessions.js';
import type { DatasetFilter, DatasetReader } from '../source.js';
import type { Offer, ReceiveSession, Target, TargetState } from '../target.js';
import type { DataRoot } from './layout/data-root.js';
import { datasetInfo } from './layout/dataset-record.js';
import { EndedCopies } from './layout/ended-copies.js';
import type { LocalTree, Watermark } from './layout/local-tree.js';
import type { TreeDirectory } from './layout/tree-directory.js';
import { removeUnfinished } from './layout/unfinished.js';
import type { LocalDatasets } from './local-datasets.js';
import type { OpenDatasets } from './open-datasets.js';
import { checkRoom } from './receive/check-room.js';
import { clearDiscarded } from './receive/clear-discarded.js';
import type { DriftInput, DriftResult } from './receive/drift-task.js';
import { finishFlip } from './receive/finish-flip.js';
import { LocalReceiveSession } from './receive/local-receive-session.js';
import {
  discardUnfit,
  existingOf,
  metadataOf,
  openSession,
  removeOtherSessions,
} from './receive/open-session.js';
import { previewRestore, type RestorePreview } from './receive/preview-restore.js';
import { proveStaging } from './receive/prove-staging.js';
import { sessionError } from './receive/receive-failure.js';
import { RECEIVE_TASKS, type ResumeResult } from './receive/receive-input.js';
import { type Acceptance, acceptOffer, refuseOutdated } from './receive/refuse-offer.js';
import type { SessionRecord } from './receive/session-record.js';
import { type CheckedTarget, checkTarget } from './receive/target-check.js';
import type { ReceiveInput } from './receive/workspace.js';
import { close, openSelf } from './sys/open.js';
import { placeOf } from './tree-place.js';

export interface LocalTargetOptions {
  readonly roots: readonly DataRoot[];
  readonly system: SystemGuid;
  /** May set setuid and setgid, make devices, set trusted.* and security.* attributes. */
  readonly privileged: boolean;
  /** Percent of the file system that a first copy leaves free, 0 to 99. */
  readonly minFreePercent: number;
}

export interface LocalTargetModules {
  readonly pool: WorkerPool;
  readonly datasets: LocalDatasets;
  readonly holds: OpenDatasets;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly log?: {
    warn(fields: object, message: string): void;
    debug(fields: object, message: string): void;
  };
  /** Shared by all targets of the same roots; one of its own when there is only this one. */
  readonly sessions?: ReceiveSessions;
}

/** Receives datasets below the data roots of this host. Owns none of its modules. */
export class LocalTarget implements Target {
  readonly #options: LocalTargetOptions;
  readonly #modules: LocalTargetModules;
  readonly #sessions: ReceiveSessions;

  constructor(options: LocalTargetOptions, modules: LocalTargetModules) {
    this.#options = options;
    this.#modules = modules;
    this.#sessions = modules.sessions ?? new ReceiveSessions();
  }

  /**
   * Finishes every flip that a kill interrupted, and clears away what came to nothing: to be
   * called once before anything else is served. A tree whose record is damaged stays as it is:
   * whatever needs to know of it fails with `corrupt`.
   */
  async recover(signal: AbortSignal): Promise<void> {
    for (const root of this.#options.roots) {
      removeUnfinished(root);
      new EndedCopies(root).forgetOld(this.#modules.now());
      for (const directory of root.treeDirectories()) {
        const tree = this.#readable(directory);
        if (tree !== null && tree.flip !== null) {
          await this.#finishFlip(root, directory, tree, signal);
        }
      }
    }
  }

  #readable(directory: TreeDirectory): LocalTree | null {
    try {
      return directory.load();
    } catch (error) {
      if (!(error instanceof DmError) || error.code !== 'corrupt') throw error;
      this.#modules.log?.warn({ tree: directory.id, reason: error.message }, 'a tree is damaged');
      return null;
    }
  }

  listDatasets(filter: DatasetFilter, signal: AbortSignal): AsyncIterable<DatasetInfo> {
    return this.#modules.datasets.list(filter, signal);
  }

  async inspect(path: Uint8Array, signal: AbortSignal): Promise<TargetState> {
    signal.throwIfAborted();
    try {
      return checkTarget(this.#options.roots, path).state;
    } catch (error) {
      throw sessionError(error, 'look at the target', path);
    }
  }

  /** What a restore would do. Refuses what `begin` would refuse, and writes nothing. */
  async preview(offer: Offer, reader: DatasetReader, signal: AbortSignal): Promise<RestorePreview> {
    const { subpaths, restore, targetPath } = offer;
    try {
      const target = checkTarget(this.#options.roots, targetPath, restore);
      acceptOffer(offer, target);
      const existing = restore?.existing ?? 'fail';
      return await previewRestore({ target, subpaths, existing }, reader, signal);
    } catch (error) {
      throw sessionError(error, 'look at the target', targetPath);
    }
  }

  async begin(offer: Offer, signal: AbortSignal): Promise<ReceiveSession> {
    try {
      return await this.#beginAlone(offer, signal);
    } catch (error) {
      throw sessionError(error, 'receive into', offer.targetPath);
    }
  }

  #beginAlone(offer: Offer, signal: AbortSignal): Promise<ReceiveSession> {
    return this.#sessions.exclusively(offer.targetPath, async () => {
      let target = checkTarget(this.#options.roots, offer.targetPath, offer.restore);
      const { found, root } = target;
      if (found !== null && found.tree.flip !== null) {
        await this.#sessions.supersede(found.tree.basePath);
        await this.#finishFlip(root, found.directory, found.tree, signal);
        const finished = checkTarget(this.#options.roots, offer.targetPath, offer.restore);
        refuseOutdated(offer, target, finished);
        target = finished;
      }
      const ended = endedCopy(offer, target);
      if (ended !== null) return new CommittedSession(ended);
      const acceptance = acceptOffer(offer, target);
      await this.#sessions.supersede(target.path);
      if (acceptance === 'committed') return this.#committed(offer, target);
      return this.#begin(offer, target, acceptance, signal);
    });
  }

  /**
   * Gives the tree at the path to its users: every receive is refused until `reclaim`, and what an
   * unfinished one had staged is dropped. A copy that is being put in place is finished first. Does
   * nothing when it is released already. Errors: `not_found`, `dataset_incomplete`.
   */
  release(path: Uint8Array, signal: AbortSignal): Promise<void> {
    return this.#sessions.exclusively(path, async () => {
      const { root, directory, tree, shown } = this.#receivedTree(path);
      if (tree.head === null) {
        throw new DmError(
          'dataset_incomplete',
          `${shown} has not been received whole yet; wait for its first copy`,
        );
      }
      await this.#sessions.supersede(path);
      if (tree.flip !== null) await this.#finishFlip(root, directory, tree, signal);
      directory.save({ ...directory.load(), released: true });
      await removeOtherSessions(directory, null, this.#modules);
    });
  }

  /**
   * Lets the tree at the path take copies again. Does nothing when it does. Errors: `not_found`.
   */
  reclaim(path: Uint8Array): Promise<void> {
    return this.#sessions.exclusively(path, async () => {
      const { directory, tree } = this.#receivedTree(path);
      if (tree.released) directory.save({ ...tree, released: false });
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {}

  #receivedTree(path: Uint8Array) {
    const wanted = normalAbsolute(path);
    const shown = wanted.toString();
    for (const root of this.#options.roots) {
      for (const { directory, tree } of root.trees()) {
        if (tree.role === 'received' && wanted.equals(tree.basePath)) {
          return { root, directory, tree, shown };
        }
      }
    }
    throw new DmError('not_found', `no tree was received at ${shown}; see \`dm targets list\``);
  }

  async #committed(offer: Offer, target: CheckedTarget): Promise<ReceiveSession> {
    const { datasets } = this.#modules;
    if (target.found !== null) {
      await removeOtherSessions(target.found.directory, null, this.#modules);
    }
    const basePath = target.path;
    const placed = await datasets.get({ id: offer.dataset.id, basePath });
    return new CommittedSession(await datasets.infoOf(placed));
  }

  async #begin(
    offer: Offer,
    checked: CheckedTarget,
    acceptance: Exclude<Acceptance, 'committed'>,
    signal: AbortSignal,
  ): Promise<ReceiveSession> {
    // The session gives it back.
    const pages = this.#modules.holds.writePages(checked.root.pagesPath);
    try {
      return await this.#beginSession(offer, checked, acceptance, pages, signal);
    } catch (error) {
      pages[Symbol.dispose]();
      throw error;
    }
  }

  async #beginSession(
    offer: Offer,
    checked: CheckedTarget,
    acceptance: Exclude<Acceptance, 'committed'>,
    pages: Disposable,
    signal: AbortSignal,
  ): Promise<ReceiveSession> {
    const { root } = checked;
    if (acceptance === 'first' || acceptance === 'into' || acceptance === 'merge')
      checkRoom(offer, root, this.#options.minFreePercent);
    const drift = acceptance === 'increment' ? await this.#keepDrift(offer, checked, signal) : null;
    const drifted = drift?.drifted === true;
    // The tree stands at another dataset then.
    const target = drifted
      ? checkTarget(this.#options.roots, offer.targetPath)
      : watermarked(checked, drift?.watermark ?? null);
    proveStaging(checked);
    const { privileged, minFreePercent } = this.#options;
    const options = {
      privileged,
      into: acceptance === 'into',
      adopt: acceptance === 'adopt',
      anew: drifted,
    };
    let older: SessionRecord | null = null;
    if (target.found !== null) {
      older = await discardUnfit(offer, target.found, options, this.#modules);
      await clearDiscarded({ root, ...target.found }, this.#modules, signal);
    }
    const opened = openSession(offer, target, options, older);
    const { directory, tree, record } = opened;
    const place = placeOf(root, tree);
    // Before the first byte, so that a later sync through it tells of every failed write.
    const syncFd = openSelf(root.fd);
    try {
      const resumed = await this.#modules.pool.run<ReceiveInput, ResumeResult>(
        RECEIVE_TASKS.resume,
        { place, session: record.session },
        {},
        signal,
      );
      opened.take(resumed.logs);
      return new LocalReceiveSession(
        { place, session: record.session, lanes: record.lanes, resumed, syncFd, minFreePercent },
        { ...this.#modules, sessions: this.#sessions, root, directory, pages },
      );
    } catch (error) {
      close(syncFd);
      throw error;
    }
  }

  /** The tree may stand at another dataset then: it was changed by hand, which is kept, or lacks something. */
  async #keepDrift(offer: Offer, target: CheckedTarget, signal: AbortSignal): Promise<DriftResult> {
    const { found, root } = target;
    if (found === null) throw new DmError('internal', 'an increment without a tree');
    const input: DriftInput = {
      place: placeOf(root, found.tree),
      root: root.path,
      otherPrivateDirectories: this.#options.roots
        .filter((other) => other !== root)
        .map(({ privateIdentity: { dev, ino } }) => ({ dev, ino })),
      system: this.#options.system,
      onDrift: offer.onDrift,
      id: parseDatasetId(randomBytes(16).toString('hex')),
      retention: offer.retention,
      nowMs: this.#modules.now(),
    };
    const run = this.#modules.pool.run<DriftInput, DriftResult>;
    const result = await run.call(this.#modules.pool, RECEIVE_TASKS.drift, input, {}, signal);
    const path = Buffer.from(found.tree.basePath).toString();
    const { drifted, walked } = result;
    this.#modules.log?.debug({ path, drifted, walked }, 'the target was compared');
    // Numbered before the dataset that follows it.
    if (result.kept) {
      await this.#modules.datasets.find({ id: input.id, basePath: found.tree.basePath });
    }
    return result;
  }

  async #finishFlip(
    root: DataRoot,
    directory: TreeDirectory,
    tree: LocalTree,
    signal: AbortSignal,
  ): Promise<void> {
    const { pool, now, log, holds } = this.#modules;
    using _pages = holds.writePages(root.pagesPath);
    const path = Buffer.from(tree.basePath).toString();
    log?.warn({ path }, 'a copy was interrupted while it was put in place; it is finished now');
    await finishFlip({ root, directory, tree, nowMs: now() }, { pool }, signal);
  }
}

function watermarked(target: CheckedTarget, watermark: Watermark | null): CheckedTarget {
  if (target.found === null || watermark === null) return target;
  const { directory, tree } = target.found;
  return { ...target, found: { directory, tree: { ...tree, watermark } } };
}

/** What an earlier attempt of the job has put there, when it was a copy that leaves no dataset. */
function endedCopy(offer: Offer, { root, path }: CheckedTarget): DatasetInfo | null {
  const { createDataset, job, owner, subpaths, dataset } = offer;
  if (createDataset || job === undefined) return null;
  const rules = { existing: existingOf(offer), metadata: metadataOf(offer) };
  const key = { owner, job, path, dataset: dataset.id, subpaths, ...rules };
  const record = new EndedCopies(root).find(key);
  return record === null ? null : datasetInfo(record, { number: 0, snapshot: '', lockedBy: [] });
}
