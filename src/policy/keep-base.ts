import type { OpenPlace } from '../engine/places.js';
import type { DatasetInfo } from '../model/dataset.js';
import { DmError } from '../model/error.js';
import type { Job } from '../model/job.js';
import type { Policy, RepeatCopyRule } from '../model/policy.js';
import { holderOf, type LockReleases } from '../state/lock-releases.js';
import type { PolicyBases } from './policy-bases.js';

export interface KeepBaseModules {
  readonly bases: Pick<PolicyBases, 'save'>;
  readonly releases: Pick<LockReleases, 'hold'>;
  readonly now: () => number;
}

type Lockable = Pick<OpenPlace, 'locker'>;

/**
 * Notes the dataset that a copy has brought to its target as what the next increment starts from,
 * so that it stays at both places until then. Returns warnings for the job: that a peer does not
 * keep it. Without it the next copy costs more, and is right.
 */
export async function keepBase(
  policy: Pick<Policy, 'id'>,
  rule: Pick<RepeatCopyRule, 'sourceAccountId' | 'targetAccountId'>,
  copy: { readonly source: Lockable; readonly target: Lockable; readonly targetPath: Uint8Array },
  dataset: Pick<DatasetInfo, 'id' | 'basePath'>,
  modules: KeepBaseModules,
  signal: AbortSignal,
): Promise<Job['warnings']> {
  const places = [
    {
      place: copy.source,
      accountId: rule.sourceAccountId,
      basePath: dataset.basePath,
      side: 'source' as const,
    },
    {
      place: copy.target,
      accountId: rule.targetAccountId,
      basePath: copy.targetPath,
      side: 'target' as const,
    },
  ];
  const base = {
    policyId: policy.id,
    datasetId: dataset.id,
    places: places.map(({ accountId, basePath }) => ({
      accountId,
      basePath: Buffer.from(basePath).toString('base64'),
    })),
  };
  await modules.bases.save(base, modules.now());
  const warnings: { readonly path: Uint8Array; readonly code: string }[] = [];
  for (const { place, accountId, basePath, side } of places) {
    const { locker } = place;
    if (locker === null) continue;
    const holder = holderOf(policy.id, side);
    try {
      await modules.releases.hold(accountId, holder, () =>
        locker.hold(holder, { id: dataset.id, basePath }, signal),
      );
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof DmError)) throw error;
      warnings.push({ path: basePath, code: 'not_locked' });
    }
  }
  return warnings;
}
