import type { Base } from '../endpoint/source.js';
import type { Offer, RestoreRules } from '../endpoint/target.js';
import type { OpenPlace } from '../engine/places.js';
import type { DatasetInfo } from '../model/dataset.js';
import type { Policy, RetentionRule } from '../model/policy.js';

export interface OpenCopy {
  readonly source: OpenPlace;
  readonly target: OpenPlace;
  readonly targetPath: Buffer;
}

/** What a job has decided to move. */
export interface CopyChoice {
  readonly dataset: DatasetInfo;
  readonly base: Base | null;
  /** Entries of the dataset that the target stands at; of the new one where it stands at none. */
  readonly lastEntries: number;
  readonly subpaths: readonly Uint8Array[];
  readonly createDataset: boolean;
  readonly retention: RetentionRule;
  readonly reconnect: boolean;
  readonly onDrift: 'repair' | 'fail';
  readonly adopt: boolean;
  /** At an object account: plain objects. */
  readonly plain: boolean;
  readonly restore: RestoreRules | null;
}

/** How a choice is offered to its target. */
export function copyOffer(
  policy: Policy,
  { target, targetPath }: OpenCopy,
  choice: CopyChoice,
  lanes: number,
): Omit<Offer, 'dataset' | 'base'> {
  return {
    subpaths: choice.subpaths,
    targetPath,
    createDataset: choice.createDataset,
    retention: choice.retention,
    owner: target.owner,
    adopt: choice.adopt,
    reconnect: choice.reconnect,
    onDrift: choice.onDrift,
    maxDelete: deleteLimit(policy.maxDelete, choice.lastEntries),
    lanes,
    plain: choice.plain,
    ...(choice.restore !== null && { restore: choice.restore }),
  };
}

/** "N" entries, or "P%" of the entries of the target's last dataset. */
function deleteLimit(text: string, lastEntries: number): number | null {
  if (text === '') return null;
  if (!text.endsWith('%')) return Number(text);
  return Math.floor((lastEntries * Number(text.slice(0, -1))) / 100);
}
