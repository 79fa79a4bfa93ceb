import { join } from 'node:path';
import type { PackId } from '../../../catalog/page-store.js';
import { DmError } from '../../../model/error.js';
import type { Gfid } from '../../../model/ids.js';
import { IndexRunReader } from '../../../repository/index-run-reader.js';
import { IndexRunWriter } from '../../../repository/index-run-writer.js';
import { mergeRuns, type RunEntry } from '../../../repository/merge-runs.js';
import { newObjectPackId } from '../../../repository/object-pack-format.js';
import { PackSet } from '../../../repository/pack-set.js';
import type { RepositoryMaps } from '../../../repository/repository-record.js';
import { SegmentTable } from '../../../repository/segment-table.js';
import { planCommit } from '../../receive/commit-plan.js';
import { makeContentDigests } from '../../receive/content-digests.js';
import { makeExceptionsMap } from '../../receive/exceptions-map.js';
import { withPaths } from '../../receive/failure-paths.js';
import type { FileFailure } from '../../receive/file-failure.js';
import { LaneLog } from '../../receive/lane-log.js';
import { ReceiveOutcome } from '../../receive/receive-outcome.js';
import { findLostPacks } from './lost-packs.js';
import type { ObjectWorkspace } from './object-workspace.js';
import { makeSegmentsMap } from './segments-of-session.js';
import type { ObjectCommitInput, ObjectCommitResult } from './task-input.js';
import { idsIn } from './work-directory.js';

/** As many as a job keeps. */
const MAX_TOLD_FAILURES = 1000;

/**
 * The maps of a dataset whose stream has come whole, their pages and its index run in files that are to be uploaded.
 * May be done again. Refuses by code what must not become a dataset.
 */
export async function commitObjectSession(
  input: ObjectCommitInput,
  workspace: ObjectWorkspace,
  signal: AbortSignal,
): Promise<ObjectCommitResult> {
  const { session, work, base, baseSegments, next, pages, packs } = workspace;
  if (session.phase === 'structure') throw incomplete('its structure has not come whole');
  using log = new LaneLog(work.commitLog, 0);
  for (const failure of input.failures) log.add({ kind: 'failed', ...failure });
  log.flush();
  const logs = [work.placeLog, ...work.laneLogs(session.lanes), work.commitLog];
  const outcome = ReceiveOutcome.read(logs);
  const trees = { current: base, next };
  const givenUp: FileFailure[] = [];
  const onMissing = (gfid: Gfid): boolean => {
    if (input.partial !== 'complete') return false;
    const message =
      'the copy was completed before the content had come; the copy of a newer dataset brings it';
    const failure = { gfid, code: 'cancelled', message };
    if (givenUp.length < MAX_TOLD_FAILURES) givenUp.push(failure);
    outcome.addFailure(failure);
    return true;
  };
  const plan = await planCommit({ trees, pages, outcome, lastInodes: null, onMissing }, signal);
  refuse(plan, outcome.failed.size, input, workspace);
  const modules = { pages, sink: packs };
  const scratch = work.spill;
  const { content, ...digests } = await makeContentDigests(
    {
      dataset: session.dataset,
      isPart: session.subpaths.length > 0,
      base: session.base === null ? null : session.base.record,
      next,
      outcome,
      logs,
      scratch,
    },
    modules,
    signal,
  );
  const { usable } = workspace;
  // What the base has of them may lie in what is gone.
  const failed = input.isBaseLacking ? outcome.failed.keys() : [];
  const segments = await makeSegmentsMap(
    { base, baseSegments, next, logs, scratch, usable, failed, ...modules },
    signal,
  );
  const former = session.base === null ? null : base;
  const exceptions = await makeExceptionsMap(
    { base: former, next, outcome, scratch, ...modules },
    signal,
  );
  await packs.sync();
  const maps = { ...session.maps, content, segments, exceptions };
  return {
    maps,
    dataset: { ...session.dataset, ...digests },
    state: outcome.failed.size > 0 ? 'COMPLETE_PARTIAL' : 'COMPLETE',
    statistics: plan.statistics,
    failures: await withPaths(givenUp, next),
    pagePacks: packs.made,
    indexRun: writeIndexRun(input, workspace),
    lost: await lostOf(maps, input, workspace, signal),
  };
}

/** Nothing is read when all that the base refers to is known to be there. */
async function lostOf(
  maps: RepositoryMaps,
  input: ObjectCommitInput,
  workspace: ObjectWorkspace,
  signal: AbortSignal,
): Promise<PackId[]> {
  if (input.stored === null) return [];
  const stored = new PackSet(input.stored.pages);
  const data = new PackSet(input.stored.data);
  const own = new Set([...workspace.session.pagePacks, ...workspace.packs.made]);
  const pages = { has: (pack: PackId) => own.has(pack) || stored.has(pack) };
  const lost = await findLostPacks(maps, { data, pages }, workspace, signal);
  return [...lost.data, ...lost.pages];
}

function refuse(
  plan: Awaited<ReturnType<typeof planCommit>>,
  failures: number,
  { partial }: ObjectCommitInput,
  { session }: ObjectWorkspace,
): void {
  if (plan.missing > 0) throw incomplete(`the content of ${plan.missing} files has not come`);
  if (session.maxDelete !== null && plan.deleted > session.maxDelete) {
    throw new DmError(
      'too_many_deletes',
      `${plan.deleted} entries would be deleted, more than the ${session.maxDelete} allowed; look at the source, or raise --max-delete`,
      { data: { deleted: plan.deleted, allowed: session.maxDelete } },
    );
  }
  if (partial === 'fail' && failures > 0) {
    throw new DmError(
      'partial',
      `${failures} entries could not be copied, and --partial=fail was given; the backup has no new dataset`,
      { data: { failures } },
    );
  }
}

/** Everything the session stored, sorted, as one run; null when it stored nothing. */
function writeIndexRun(input: ObjectCommitInput, { work, keys }: ObjectWorkspace): PackId | null {
  const runs = idsIn(work.sessionRuns).map((id) =>
    IndexRunReader.open(join(work.sessionRuns, id), id),
  );
  try {
    const id = newObjectPackId();
    const path = join(work.session, id);
    using writer = new IndexRunWriter({ path, id }, { keys });
    new SegmentTable(input.table).read((recent) => {
      const sequences: Iterable<RunEntry>[] = [recent, ...runs.map((run) => run.entries())];
      for (const { digest, location } of mergeRuns(sequences)) writer.add(digest, location);
    });
    if (writer.count === 0) return null;
    writer.finish();
    return id;
  } finally {
    for (const run of runs) run[Symbol.dispose]();
  }
}

function incomplete(what: string): DmError {
  return new DmError('dataset_incomplete', `the backup cannot be finished: ${what}; resume it`);
}
