import type { VerifyProgress } from '../endpoint/dataset-maker.js';
import type { RestoreRules } from '../endpoint/target.js';
import type { OpenPlace, Places } from '../engine/places.js';
import type { JobContext } from '../job/executor.js';
import type { DatasetInfo } from '../model/dataset.js';
import type { DatasetId } from '../model/ids.js';
import type { Job } from '../model/job.js';
import type { CopyingRule, CopyRule, Policy, RepeatCopyRule } from '../model/policy.js';
import { datasetByNumber, planCopy } from './copy-choice.js';
import { CopyCounters } from './copy-counters.js';
import { openMover } from './copy-mover.js';
import { type CopyChoice, copyOffer, type OpenCopy } from './copy-offer.js';
import type { CpuGovernor } from './cpu-governor.js';
import { type KeepBaseModules, keepBase } from './keep-base.js';
import { placePath } from './place-path.js';
import { requireSubpaths } from './require-subpaths.js';
import { settleCopy } from './settle-copy.js';
import { parseSubpath } from './subpath.js';

export interface CopyRunModules extends KeepBaseModules {
  readonly places: Places;
  /** Content lanes of a copy between hosts, or within this one, that begins now. */
  readonly lanes: (where: 'between' | 'within') => number;
  readonly governor: Pick<CpuGovernor, 'breather'>;
}

/** Runs a COPY: one named dataset, whole or some subpaths, into nothing or an empty directory. */
export async function runCopy(
  policy: Policy,
  rule: CopyRule,
  context: JobContext,
  modules: CopyRunModules,
  signal: AbortSignal,
): Promise<{ partial: boolean }> {
  const { sourceAsOfMs, ...restore } = rule.restore;
  await using source = await modules.places.open(rule.sourceAccountId, signal, sourceAsOfMs);
  await using target = await modules.places.open(rule.targetAccountId, signal);
  const basePath = placePath(rule.sourceBasePath);
  const dataset = await datasetByNumber(source, rule.datasetNumber, basePath, signal);
  context.report({
    type: 'DATASET_BASELINE_COPY_JOB',
    sourceDataset: dataset.number,
    sourceDatasetId: dataset.id,
    datasetCreatedAtMs: dataset.createdAtMs,
    newTasksAccountId: rule.newTasksAccountId,
  });
  const copy = { source, target, targetPath: placePath(rule.targetBasePath) };
  const adopt =
    context.job.options.adopt &&
    (await target.target.inspect(copy.targetPath, signal)).kind === 'foreign';
  const subpaths = rule.subpaths.map(parseSubpath);
  await requireSubpaths(source.source, dataset, subpaths, signal);
  return await move(
    policy,
    rule,
    copy,
    {
      dataset,
      base: null,
      lastEntries: dataset.entries,
      subpaths,
      createDataset: rule.createDatasetOnTarget,
      retention: rule.retention,
      reconnect: false,
      onDrift: 'repair',
      adopt,
      plain: rule.targetDatasetType !== 'FILE_ON_OBJECT_BACKUP',
      restore: isPlain(restore) ? null : restore,
    },
    context,
    modules,
    signal,
  );
}

/**
 * Runs a REPEAT_COPY: the newest dataset of the source base path, as a
 * difference to the target's head.
 */
export async function runRepeatCopy(
  policy: Policy,
  rule: RepeatCopyRule,
  context: JobContext,
  modules: CopyRunModules,
  signal: AbortSignal,
): Promise<{ partial: boolean }> {
  await using source = await modules.places.open(rule.sourceAccountId, signal);
  await using target = await modules.places.open(rule.targetAccountId, signal);
  const { adopt } = context.job.options;
  const chosen = context.job.sourceDatasetId ?? null;
  const choice = { adopt, chosen };
  const { plan, state, targetPath, atSource, atTarget, bookmark } = await planCopy(
    rule,
    { source, target },
    choice,
    signal,
  );
  context.report({
    type: plan.kind === 'baseline' ? 'DATASET_BASELINE_COPY_JOB' : 'DATASET_INCREMENTAL_COPY_JOB',
    sourceDataset: plan.dataset.number,
    sourceDatasetId: plan.dataset.id,
    baseDataset:
      plan.kind === 'increment' ? (atBase(plan.base.id, atSource, bookmark)?.number ?? null) : null,
    datasetCreatedAtMs: plan.dataset.createdAtMs,
    newTasksAccountId: rule.newTasksAccountId,
  });
  const copy = { source, target, targetPath };
  const keep = () => keepBase(policy, rule, copy, plan.dataset, modules, signal);
  const known = [...atTarget, ...atSource].find(({ id }) => id === state.head?.id);
  const last = known ?? bookmark ?? plan.dataset;
  const wanted: CopyChoice = {
    dataset: plan.dataset,
    base: plan.kind === 'increment' ? plan.base : null,
    lastEntries: last.entries,
    subpaths: [],
    createDataset: true,
    retention: rule.retention,
    reconnect: rule.reconnect,
    onDrift: rule.onDrift,
    adopt: adopt && state.kind === 'foreign',
    plain: false,
    restore: null,
  };
  if (plan.kind === 'nothing') {
    const there = await findAtTarget(target, plan.dataset, targetPath, signal);
    if (there !== null && chosen === plan.dataset.id) {
      await using mover = await openMover(rule.newTasksAccountId, copy, modules, signal);
      await settleCopy(policy, copy, wanted, mover, signal);
    }
    context.report({ targetDataset: there?.number ?? null, progress: { phase: 'done' } });
    context.report({ warnings: await keep() });
    return { partial: there?.state === 'COMPLETE_PARTIAL' };
  }
  const result = await move(policy, rule, copy, wanted, context, modules, signal);
  context.report({ warnings: [...result.warnings, ...(await keep())] });
  return { partial: result.partial };
}

function atBase(
  id: DatasetId,
  atSource: readonly DatasetInfo[],
  bookmark: DatasetInfo | null,
): DatasetInfo | null {
  return atSource.find((dataset) => dataset.id === id) ?? bookmark;
}

function isPlain({ existing, inPlace, metadata }: RestoreRules): boolean {
  return existing === 'fail' && !inPlace && metadata;
}

async function move(
  policy: Policy,
  { newTasksAccountId }: CopyingRule,
  copy: OpenCopy,
  choice: CopyChoice,
  context: JobContext,
  modules: CopyRunModules,
  signal: AbortSignal,
): Promise<{ partial: boolean; warnings: Job['warnings'] }> {
  const { source, target } = copy;
  await using mover = await openMover(newTasksAccountId, copy, modules, signal);
  const counters = new CopyCounters(
    { baseline: choice.base === null && choice.subpaths.length === 0 ? choice.dataset : null },
    { context, wireBytes: () => mover.wireBytes() },
  );
  const dataset = choice.adopt
    ? await withDigests(choice.dataset, source, context, signal)
    : choice.dataset;
  const lanes = modules.lanes((source.peer ?? target.peer) === null ? 'within' : 'between');
  const result = await mover.move(
    {
      dataset,
      base: choice.base,
      partial: context.job.completePartial ? 'complete' : policy.partial,
      offer: { ...copyOffer(policy, copy, choice, lanes), job: jobName(context.job) },
    },
    counters,
    signal,
  );
  counters.done(result);
  context.report({
    targetDataset: choice.createDataset ? result.dataset.number : null,
    warnings: result.dataset.warnings,
  });
  // A copy that leaves plain files keeps no list of what they lack: then the
  // state says that there is something.
  const { exceptions, state, warnings } = result.dataset;
  return { partial: exceptions > 0 || state === 'COMPLETE_PARTIAL', warnings };
}

/** Numbers of jobs begin anew where state was lost: the time tells them apart. */
function jobName({ id, createdAtMs }: Job): string {
  return `${id}@${createdAtMs}`;
}

/** A tree is adopted by its digests: the source makes those it has not made yet. */
async function withDigests(
  dataset: DatasetInfo,
  { source, maker }: OpenPlace,
  context: JobContext,
  signal: AbortSignal,
): Promise<DatasetInfo> {
  if (dataset.contentDigestState === 'full') return dataset;
  const tell = ({ filesDone, filesTotal, bytesDone, bytesTotal }: VerifyProgress): void =>
    context.report({
      progress: { phase: 'reading the source', filesDone, filesTotal, bytesDone, bytesTotal },
    });
  await maker.verify({ id: dataset.id, basePath: dataset.basePath }, tell, signal);
  const { tree, basePath } = dataset;
  for await (const now of source.listDatasets({ tree, basePath }, signal)) {
    if (now.id === dataset.id) return now;
  }
  return dataset;
}

/** Null when the target stands at a dataset that it has let expire. */
async function findAtTarget(
  target: OpenPlace,
  dataset: DatasetInfo,
  targetPath: Buffer,
  signal: AbortSignal,
): Promise<DatasetInfo | null> {
  for await (const there of target.target.listDatasets(
    { tree: dataset.tree, basePath: targetPath },
    signal,
  )) {
    if (there.id === dataset.id) return there;
  }
  return null;
}
