import type { Places } from '../engine/places.js';
import type { JobContext } from '../job/executor.js';
import type { DatasetInfo } from '../model/dataset.js';
import type { CreationRule, Policy } from '../model/policy.js';
import { parseEscaped } from '../util/escape.js';
import { tellHowToAccept } from './accept-source.js';
import type { HookRunner } from './hook-runner.js';

export interface CreationRunModules {
  readonly places: Places;
  readonly requestPrefix: string;
  readonly hooks: Pick<HookRunner, 'run'>;
  /** How long the second command may go on when the agent stops. */
  readonly hookGraceMs: number;
}

/**
 * Makes one dataset of the policy's base path, on this agent or on the peer that holds
 * it, between the policy's commands: without the first one there is no dataset, and
 * the second one runs whatever became of it.
 */
export async function runCreation(
  policy: Policy,
  rule: CreationRule,
  context: JobContext,
  modules: CreationRunModules,
  signal: AbortSignal,
): Promise<{ partial: boolean }> {
  const hook = async (
    command: string,
    more: Readonly<Record<string, string>>,
    until: AbortSignal,
  ): Promise<void> => {
    if (command === '') return;
    context.report({ progress: { phase: 'hook' } });
    const about = {
      DM_POLICY: policy.name,
      DM_POLICY_ID: String(policy.id),
      DM_JOB_ID: String(context.job.id),
      DM_BASE_PATH: rule.basePath,
    };
    await modules.hooks.run(command, { ...about, ...more }, until);
  };
  await hook(rule.preCommand, { DM_HOOK: 'pre' }, signal);
  // What was stopped in between must not stay as the first command left it: the time limit ends it, or the end of the agent.
  using whatever = graceAfter(context.shutdown, modules.hookGraceMs);
  let made: DatasetInfo;
  try {
    made = await makeDataset(policy, rule, context, modules, signal);
  } catch (thrown) {
    const error = tellHowToAccept(thrown, policy.id);
    // What has failed already is the job's result.
    const after = { DM_HOOK: 'post', DM_RESULT: 'failed' };
    await hook(rule.postCommand, after, whatever.signal).catch(() => undefined);
    throw error;
  }
  const after = { DM_HOOK: 'post', DM_RESULT: 'made', DM_DATASET_ID: String(made.number) };
  await hook(rule.postCommand, after, whatever.signal);
  return { partial: made.state === 'COMPLETE_PARTIAL' };
}

/** A signal that aborts some time after another, with its reason. */
function graceAfter(
  stop: AbortSignal,
  graceMs: number,
): Disposable & { readonly signal: AbortSignal } {
  const grace = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const begin = (): void => {
    timer = setTimeout(() => grace.abort(stop.reason), graceMs);
  };
  if (stop.aborted) begin();
  else stop.addEventListener('abort', begin, { once: true });
  return {
    signal: grace.signal,
    [Symbol.dispose]: () => {
      stop.removeEventListener('abort', begin);
      clearTimeout(timer);
    },
  };
}

async function makeDataset(
  policy: Policy,
  rule: CreationRule,
  context: JobContext,
  modules: CreationRunModules,
  signal: AbortSignal,
): Promise<DatasetInfo> {
  await using place = await modules.places.open(rule.accountId, signal);
  const dataset = await place.maker.create(
    {
      basePath: parseEscaped(rule.basePath),
      name: policy.name,
      excludes: rule.excludes,
      snapshot: rule.snapshot,
      retention: rule.retention,
      acceptSource: context.job.options.acceptSource,
      partial: policy.partial,
      requestId: `${modules.requestPrefix}-job-${context.job.id}`,
    },
    (progress) => {
      if (progress.made !== undefined) {
        const { statistics, bytesRead } = progress.made;
        const { bytesOfFiles: bytesChanged } = statistics.details;
        context.report({ statistics: { ...statistics, bytesRead, bytesChanged } });
        return;
      }
      if (progress.failures.length > 0) context.recordFailures(progress.failures);
      context.report({
        progress: {
          phase: progress.phase,
          filesDone: progress.entries,
          bytesDone: progress.bytesDone,
          bytesTotal: progress.bytesTotal,
        },
      });
    },
    signal,
  );
  context.report({
    sourceDataset: dataset.number,
    datasetCreatedAtMs: dataset.createdAtMs,
    warnings: dataset.warnings,
    progress: {
      phase: 'done',
      filesDone: dataset.entries,
      filesTotal: dataset.entries,
      bytesDone: Number(dataset.bytes),
      bytesTotal: Number(dataset.bytes),
    },
    statistics: { bytesSent: place.bytesSent() },
  });
  return dataset;
}
