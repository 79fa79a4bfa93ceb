import type { Base } from '../endpoint/source.js';
import type { TargetState } from '../endpoint/target.js';
import { type DatasetInfo, PRE_REPAIR } from '../model/dataset.js';
import { DmError } from '../model/error.js';
import { escapePath } from '../util/escape.js';

export type CopyPlan =
  | { readonly kind: 'nothing'; readonly dataset: DatasetInfo; readonly head: Base }
  | { readonly kind: 'baseline'; readonly dataset: DatasetInfo }
  | { readonly kind: 'increment'; readonly dataset: DatasetInfo; readonly base: Base };

/**
 * The newest complete dataset of a base path: the source of a repeated copy. Null when there
 * is none. What a repair has kept is passed over.
 */
export function newestDataset(datasets: readonly DatasetInfo[]): DatasetInfo | null {
  let newest: DatasetInfo | null = null;
  for (const dataset of datasets) {
    if (dataset.name === PRE_REPAIR) continue;
    if (newest === null || dataset.number > newest.number) newest = dataset;
  }
  return newest;
}

export interface RepeatCopyChoice {
  readonly sourcePath: Uint8Array;
  /** Datasets of the source's base path, all of one tree. */
  readonly atSource: readonly DatasetInfo[];
  /** The target's head, when the source has deleted it and kept its catalog; null unless so. */
  readonly bookmark: DatasetInfo | null;
  readonly target: TargetState;
  readonly targetPath: Uint8Array;
  /** Take over a recorded tree of the same origin, whatever dataset it stands at. */
  readonly reconnect: boolean;
  /** Take files that nobody received there for a copy that is to be repaired. */
  readonly adopt: boolean;
  /** Datasets that the target holds of its tree; asked for with `reconnect` only. */
  readonly atTarget: readonly DatasetInfo[];
}

/**
 * Decides what a repeated copy has to move. The base of an increment is the target's head,
 * which the source must hold with the same root digest, or have a bookmark of; datasets between
 * it and the newest are skipped. With `reconnect` it may also be the newest dataset that both
 * hold: the target goes back to that one first.
 */
export function planRepeatCopy(choice: RepeatCopyChoice): CopyPlan {
  const { target, atSource } = choice;
  const dataset = newestDataset(atSource);
  if (!dataset) {
    throw new DmError(
      'source_missing',
      `source ${escapePath(choice.sourcePath)} has no complete dataset; run the CREATION policy of that path first`,
    );
  }
  const isFree = target.kind === 'absent' || target.kind === 'empty';
  if (isFree || (target.kind === 'foreign' && choice.adopt)) return { kind: 'baseline', dataset };
  const where = `target ${escapePath(choice.targetPath)}`;
  refuseTarget(choice, dataset, where);
  const head = target.head;
  if (head === null) return { kind: 'baseline', dataset };
  if (holds([dataset], head)) {
    if (target.gone === true) throw goneTarget(where);
    return { kind: 'nothing', dataset, head };
  }
  const { bookmark } = choice;
  if (holds(bookmark === null ? atSource : [...atSource, bookmark], head)) {
    return { kind: 'increment', dataset, base: head };
  }
  const common = choice.reconnect ? newestCommon(atSource, choice.atTarget) : null;
  if (common?.id === dataset.id) {
    throw new DmError(
      'diverged',
      `${where} holds the source's newest dataset ${dataset.number} and has gone on from it; make a dataset at the source first`,
      { data: { targetHead: head.id, newestAtSource: dataset.id } },
    );
  }
  if (common === null) {
    const remedy = choice.reconnect
      ? 'they have no dataset in common; copy to a new target path'
      : 'go back to the newest dataset that both hold with --repeat-copy-reconnect=true, or copy to a new target path';
    throw new DmError(
      'diverged',
      `${where} stands at dataset ${head.id}, which the source does not hold; ${remedy}`,
      { data: { targetHead: head.id, newestAtSource: dataset.id } },
    );
  }
  const { id, rootDigest } = common;
  return { kind: 'increment', dataset, base: { id, rootDigest } };
}

function goneTarget(where: string): DmError {
  return new DmError(
    'target_drifted',
    `${where} is no longer the directory that was received, and the source has nothing newer; make a dataset at the source and copy again, which brings it back`,
  );
}

function refuseTarget(
  { target, reconnect }: RepeatCopyChoice,
  dataset: DatasetInfo,
  where: string,
): void {
  if (target.kind === 'foreign') {
    throw new DmError(
      'target_not_empty',
      `${where} holds files that were not received here; empty it, choose another path, or take it as a copy with \`dm policies run --adopt\``,
    );
  }
  if (target.kind === 'released') {
    throw new DmError(
      'target_released',
      `${where} is released and takes no copies; reclaim it there with \`dm targets reclaim\` first`,
    );
  }
  if (target.tree !== dataset.tree) {
    throw new DmError(
      'target_owned',
      `${where} holds another tree (${target.tree ?? 'unknown'}); choose another target path`,
    );
  }
  if (target.kind === 'origin' && !reconnect) {
    throw new DmError(
      'target_owned',
      `${where} is a tree that datasets are made of there; to copy back to it give --repeat-copy-reconnect=true, or choose another target path`,
    );
  }
}

function holds(datasets: readonly DatasetInfo[], base: Base): boolean {
  return datasets.some(({ id, rootDigest }) => id === base.id && rootDigest === base.rootDigest);
}

function newestCommon(
  atSource: readonly DatasetInfo[],
  atTarget: readonly DatasetInfo[],
): DatasetInfo | null {
  return newestDataset(atSource.filter((dataset) => holds(atTarget, dataset)));
}
