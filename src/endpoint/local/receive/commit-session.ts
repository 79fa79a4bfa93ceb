import { Catalog } from '../../../catalog/catalog.js';
import type { DatasetWarning } from '../../../model/dataset.js';
import { DmError } from '../../../model/error.js';
import type { Gfid } from '../../../model/ids.js';
import type { EntryFailure } from '../../change-stream.js';
import { type CommitPlan, planCommit } from '../../receive/commit-plan.js';
import { withPaths } from '../../receive/failure-paths.js';
import type { FileFailure } from '../../receive/file-failure.js';
import { LaneLog, readLaneLog } from '../../receive/lane-log.js';
import { ReceiveOutcome } from '../../receive/receive-outcome.js';
import type { TargetProgress, TargetStatistics } from '../../target.js';
import type { DatasetRecord } from '../layout/dataset-record.js';
import { DirectoryFinder } from '../layout/directory-finder.js';
import { EndedCopies } from '../layout/ended-copies.js';
import type { LocalTree } from '../layout/local-tree.js';
import { removeTree } from '../layout/tree-list.js';
import { unlinkAt } from '../sys/create.js';
import { syncfs } from '../sys/data.js';
import { isErrno } from '../sys/errno.js';
import { completeStage } from './complete-stage.js';
import { withContentDigests } from './content-digests.js';
import { Flip } from './flip/flip.js';
import { keepUnchanged } from './keep-unchanged.js';
import { keepVersions } from './keep-versions.js';
import { sessionError } from './receive-failure.js';
import { stagePlaces } from './receive-places.js';
import { recordDataset } from './record-dataset.js';
import { flipHasBegun, type SessionPhase } from './session-record.js';
import { FilePlacer } from './staged-name.js';
import { removeSession } from './staging-area.js';
import { type ReceiveInput, Workspace } from './workspace.js';

export interface CommitInput extends ReceiveInput {
  /** What the source could not read or send; kept for a flip that is finished later. */
  readonly failures: readonly FileFailure[];
  /** `complete`: what has not come has failed. */
  readonly partial: 'allow' | 'fail' | 'complete';
  /** Descriptor on the target's file system, opened before the first byte was received. */
  readonly syncFd: number;
  /** Milliseconds since 1970. */
  readonly nowMs: number;
}

export interface CommitOutcome {
  readonly record: DatasetRecord;
  /** Null when no dataset is kept: then nothing of the session is left. */
  readonly tree: LocalTree | null;
  readonly statistics: TargetStatistics;
  /** Of this commit, the first 1,000. */
  readonly failures: readonly EntryFailure[];
}

export interface CommitModules {
  onProgress(progress: TargetProgress): Promise<void>;
  /** Called before each single change of the disk; a test stops there for good to see that it is finished later. */
  step(name: string): void;
}

const MAX_TOLD_FAILURES = 1000;
const CACHE_BYTES = 32 * 1024 * 1024;

/**
 * Makes the live tree the received dataset and records it. Everything that can be refused is refused before the
 * tree is touched; from then on it can be called again after any interruption, and goes on where it was.
 */
export async function commitSession(
  input: CommitInput,
  modules: CommitModules,
  signal: AbortSignal,
): Promise<CommitOutcome> {
  const workspace = await Workspace.open(input, CACHE_BYTES);
  try {
    return await new Commit(input, modules, workspace, signal).run();
  } catch (error) {
    throw sessionError(error, 'put the copy in place', input.place.tree.basePath);
  } finally {
    await workspace[Symbol.asyncDispose]();
  }
}

class Commit {
  readonly #input: CommitInput;
  readonly #modules: CommitModules;
  readonly #workspace: Workspace;
  readonly #signal: AbortSignal;
  readonly #log: LaneLog;
  readonly #outcome: ReceiveOutcome;
  readonly #displaced = new Set<Gfid>();
  readonly #failures: FileFailure[] = [];
  /** Files that have not come and are done without. */
  readonly #givenUp: Gfid[] = [];
  #phase: SessionPhase;

  constructor(
    input: CommitInput,
    modules: CommitModules,
    workspace: Workspace,
    signal: AbortSignal,
  ) {
    const { staging, record } = workspace;
    this.#input = input;
    this.#modules = modules;
    this.#workspace = workspace;
    this.#signal = signal;
    this.#phase = record.phase;
    const begun = flipHasBegun(record.phase);
    this.#log = new LaneLog(staging.commitLogPath, begun ? wholeLength(staging.commitLogPath) : 0);
    if (!begun) for (const failure of input.failures) this.#log.add(failed(failure));
    this.#log.flush();
    this.#outcome = ReceiveOutcome.read(staging.logs(record.lanes));
  }

  async run(): Promise<CommitOutcome> {
    try {
      const { trees, pages, record, base } = this.#workspace;
      if (record.phase === 'structure') throw incomplete('its structure has not come whole');
      const lastInodes = base?.maps.inodes ?? null;
      const onMissing = (gfid: Gfid): boolean => this.#takeAsFailed(gfid);
      const modules = { trees, pages, outcome: this.#outcome, lastInodes, onMissing };
      const plan = await planCommit(modules, this.#signal);
      if (!flipHasBegun(this.#phase)) await this.#prepare(plan);
      await this.#flip(plan);
      return await this.#finish(plan);
    } finally {
      this.#log[Symbol.dispose]();
    }
  }

  async #prepare(plan: CommitPlan): Promise<void> {
    const { record } = this.#workspace;
    if (plan.missing > 0) throw incomplete(`the content of ${plan.missing} files has not come`);
    if (record.maxDelete !== null && plan.deleted > record.maxDelete) {
      throw new DmError(
        'too_many_deletes',
        `${plan.deleted} entries would be deleted, more than the ${record.maxDelete} allowed; look at the source, or raise --max-delete`,
        { data: { deleted: plan.deleted, allowed: record.maxDelete } },
      );
    }
    await this.#completeStage();
    const failures = this.#outcome.failed.size;
    if (this.#input.partial === 'fail' && failures > 0) {
      throw new DmError(
        'partial',
        `${failures} entries could not be copied, and --partial=fail was given; the target is as before`,
        { data: { failures } },
      );
    }
    await this.#addDigests();
    this.#sync();
    const { directory, place } = this.#workspace;
    directory.save({ ...place.tree, flip: { session: record.session } });
    this.#advance('preserve');
  }

  /** Leaf digests that do not fit are found out while nothing has happened yet. */
  async #addDigests(): Promise<void> {
    const draft = await withContentDigests(this.#workspace, this.#outcome, this.#signal);
    await this.#workspace.datasets.packs.sync();
    this.#workspace.save({ draft });
  }

  async #completeStage(): Promise<void> {
    const { trees, pages, record } = this.#workspace;
    using directories = new DirectoryFinder(stagePlaces(trees));
    const placer = new FilePlacer(trees, directories);
    await this.#dropGivenUp(placer);
    const { step } = this.#modules;
    const onFailure = (failure: FileFailure): void => this.#fail(failure);
    const modules = { trees, pages, directories, placer, onFailure, step };
    await completeStage(record, modules, this.#signal);
    this.#log.flush();
    await this.#keepVersions(placer);
  }

  /** Each lane keeps its own when it ends; here those of lanes that were interrupted, and what no lane brings. */
  async #keepVersions(placer: FilePlacer): Promise<void> {
    const { trees, record, directory, staging, keepsVersions } = this.#workspace;
    if (!keepsVersions) return;
    const modules = { next: trees.next, placer, versions: directory.versions, staging };
    for (let lane = 0; lane < record.lanes; lane++) {
      await keepVersions(staging.logPath(lane), modules, this.#signal);
    }
    await keepUnchanged(this.#workspace, this.#signal);
  }

  /** A part of a file may have come. */
  async #dropGivenUp(placer: FilePlacer): Promise<void> {
    const { next } = this.#workspace.trees;
    for (const gfid of this.#givenUp) {
      this.#signal.throwIfAborted();
      const inode = await next.inode(gfid);
      if (inode === null) continue;
      const { dirFd, name } = await placer.place(gfid, inode);
      try {
        unlinkAt(dirFd, name);
      } catch (error) {
        if (!isErrno(error, 'ENOENT')) throw error;
      }
    }
  }

  async #flip(plan: CommitPlan): Promise<void> {
    const { failed } = this.#outcome;
    const flip = new Flip(
      { cured: plan.cured, failed },
      {
        workspace: this.#workspace,
        step: (name) => this.#modules.step(name),
        onFailure: (failure) => this.#fail(failure),
        onDisplaced: (gfid) => this.#displaced.add(gfid),
      },
      // Once it has begun it goes through: half a flip is worse than a late stop.
      new AbortController().signal,
    );
    for (let phase = flip.next(this.#phase); phase !== null; phase = flip.next(this.#phase)) {
      await this.#modules.onProgress({ phase: 'applying', ...phase.progress });
      await phase.run();
      this.#log.flush();
      this.#sync();
      this.#modules.step(`after ${this.#phase}`);
      this.#advance(phase.then);
    }
  }

  async #finish(plan: CommitPlan): Promise<CommitOutcome> {
    const { directory, record, base, place } = this.#workspace;
    await this.#modules.onProgress({ phase: 'syncing', done: 0, total: 1 });
    const made = await recordDataset(
      { nowMs: this.#input.nowMs, cured: plan.cured },
      {
        workspace: this.#workspace,
        base: base === null ? null : new Catalog(base.maps, this.#workspace),
        outcome: this.#outcome,
        sync: () => this.#sync(),
        step: (name) => this.#modules.step(name),
        onFailure: (failure) => this.#fail(failure),
        onDisplaced: (gfid) => this.#displaced.add(gfid),
        warnings: () => this.#warnings(),
      },
      new AbortController().signal,
    );
    if (made.tree === null) {
      const { owner, basePath: path } = place.tree;
      const { job, existing, metadata, draft } = record;
      const { id: dataset, subpaths } = draft;
      // Before the last that tells of the copy is gone: the job may hear of its end only when it asks again.
      if (job !== '') {
        const key = { owner, job, path, dataset, subpaths, existing, metadata };
        const ended = new EndedCopies(place);
        ended.forgetOld(this.#input.nowMs);
        ended.note(key, made.record);
      }
      this.#modules.step('ended');
      removeTree(directory);
    } else removeSession(directory, record.session);
    await this.#modules.onProgress({ phase: 'committed', done: 1, total: 1 });
    const failures = await withPaths(this.#failures, this.#workspace.trees.next);
    return { ...made, statistics: plan.statistics, failures };
  }

  async #warnings(): Promise<DatasetWarning[]> {
    const next = this.#workspace.trees.next;
    const warnings: DatasetWarning[] = [];
    for (const gfid of this.#displaced) {
      const path = (await next.pathOf(gfid)) ?? [];
      const slash = Buffer.from('/');
      const joined = Buffer.concat(path.flatMap((name, at) => (at > 0 ? [slash, name] : [name])));
      warnings.push({ path: joined, code: 'displaced' });
    }
    return warnings;
  }

  /** A file that has not come, when the copy is to be completed without. */
  #takeAsFailed(gfid: Gfid): boolean {
    if (this.#input.partial !== 'complete') return false;
    const message =
      'the copy was completed before the content had come; the copy of a newer dataset brings it';
    this.#fail({ gfid, code: 'cancelled', message });
    this.#givenUp.push(gfid);
    return true;
  }

  #fail(failure: FileFailure): void {
    if (this.#failures.length < MAX_TOLD_FAILURES) this.#failures.push(failure);
    this.#log.add(failed(failure));
    this.#outcome.addFailure(failure);
  }

  #sync(): void {
    syncfs(this.#input.syncFd);
  }

  #advance(phase: SessionPhase): void {
    this.#phase = phase;
    this.#workspace.save({ phase });
  }
}

function failed(failure: FileFailure) {
  return { kind: 'failed', ...failure } as const;
}

function wholeLength(path: string): number {
  let length = 0;
  for (const { end } of readLaneLog(path)) length = end;
  return length;
}

function incomplete(what: string): DmError {
  return new DmError('dataset_incomplete', `the copy cannot be put in place: ${what}; resume it`);
}
