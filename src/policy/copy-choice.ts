import type { OnListingWarning } from '../endpoint/source.js';
import type { TargetState } from '../endpoint/target.js';
import type { OpenPlace } from '../engine/places.js';
import { type CopyPlan, newestDataset, planRepeatCopy } from '../engine/plan.js';
import type { DatasetInfo, ListingWarning } from '../model/dataset.js';
import { DmError } from '../model/error.js';
import type { DatasetId } from '../model/ids.js';
import type { RepeatCopyRule } from '../model/policy.js';
import { escapePath } from '../util/escape.js';
import { placePath } from './place-path.js';

export interface PlannedCopy {
  readonly plan: CopyPlan;
  readonly state: TargetState;
  readonly targetPath: Buffer;
  readonly atSource: readonly DatasetInfo[];
  /** The target's head, when the source has no more than its catalog. */
  readonly bookmark: DatasetInfo | null;
  /** Asked for where the target may go back to one of them only. */
  readonly atTarget: readonly DatasetInfo[];
}

/**
 * Decides what a REPEAT_COPY has to move now; writes nothing. A job that has already
 * chosen a dataset keeps to it, so that an interrupted copy goes on from where it was although newer datasets have been
 * made meanwhile; unless the policy was given another source, which does not hold it.
 */
export async function planCopy(
  rule: RepeatCopyRule,
  { source, target }: { readonly source: OpenPlace; readonly target: OpenPlace },
  options: { readonly adopt: boolean; readonly chosen: DatasetId | null },
  signal: AbortSignal,
): Promise<PlannedCopy> {
  const sourcePath = placePath(rule.sourceBasePath);
  const targetPath = placePath(rule.targetBasePath);
  const { adopt, chosen } = options;
  const damaged: ListingWarning[] = [];
  const onWarning = (warning: ListingWarning): void => {
    if (warning.code === 'corrupt' || warning.code === 'state_version') damaged.push(warning);
  };
  const atSource = await candidates(source, sourcePath, chosen, onWarning, signal);
  const state = await target.target.inspect(targetPath, signal);
  const atTarget: DatasetInfo[] = [];
  if (rule.reconnect && state.tree !== null) {
    const filter = { tree: state.tree, basePath: targetPath };
    for await (const held of target.target.listDatasets(filter, signal)) atTarget.push(held);
  }
  const { reconnect } = rule;
  const { head } = state;
  const [unread] = damaged;
  // What was passed over may be the target's head: nothing goes back behind that.
  if (unread !== undefined && head !== null && !atSource.some(({ id }) => id === head.id)) {
    throw new DmError(
      'corrupt',
      `the source does not show the dataset that the target has; ${unread.message}`,
    );
  }
  const bookmark =
    head === null || atSource.some(({ id }) => id === head.id)
      ? null
      : await source.source.bookmark(head, sourcePath, signal);
  const found = { targetPath, atSource, bookmark, atTarget };
  const plan = planRepeatCopy({ ...found, sourcePath, target: state, reconnect, adopt });
  return { ...found, plan, state };
}

/** The dataset that a COPY names. Fails with `not_found`. */
export async function datasetByNumber(
  { name, source }: Pick<OpenPlace, 'name' | 'source'>,
  number: number,
  basePath: Buffer,
  signal: AbortSignal,
): Promise<DatasetInfo> {
  const filter = basePath.length === 0 ? {} : { basePath };
  let isAllShown = true;
  const onWarning = () => {
    isAllShown = false;
  };
  for await (const dataset of source.listDatasets(filter, signal, onWarning)) {
    if (dataset.number === number) return dataset;
  }
  // It may be what was passed over: this says why.
  if (!isAllShown) await (await source.open({ number }, signal))[Symbol.asyncDispose]();
  throw new DmError(
    'not_found',
    `dataset ${number} does not exist at account "${name}"${basePath.length === 0 ? '' : ` with the base path ${escapePath(basePath)}`}; see \`dm datasets list --account-id=${name}\``,
  );
}

/** Datasets of the source's base path, all of the tree of the newest one. */
async function candidates(
  { source }: OpenPlace,
  basePath: Buffer,
  chosen: DatasetId | null,
  onWarning: OnListingWarning,
  signal: AbortSignal,
): Promise<DatasetInfo[]> {
  const found: DatasetInfo[] = [];
  for await (const dataset of source.listDatasets({ basePath }, signal, onWarning)) {
    found.push(dataset);
  }
  const newest = newestDataset(found);
  const sameTree = found.filter((dataset) => dataset.tree === newest?.tree);
  const kept = sameTree.find(({ id }) => id === chosen);
  return kept === undefined ? sameTree : sameTree.filter(({ number }) => number <= kept.number);
}
