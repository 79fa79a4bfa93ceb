import type { ExpiredDataset, ExpiryProgress } from '../endpoint/dataset-expirer.js';
import type { Places } from '../engine/places.js';
import type { JobContext } from '../job/executor.js';
import { type JobDataset, type JobExpiry, NO_EXPIRY } from '../model/job.js';
import type { ExpirationRule } from '../model/policy.js';
import { escapePath } from '../util/escape.js';

/** Datasets that a job names, of each kind. */
const MAX_NAMED = 1_000;

/**
 * Removes the datasets at the rule's place whose retention is over, and
 * tells what stays because it is locked.
 */
export async function runExpiration(
  rule: ExpirationRule,
  context: JobContext,
  { places }: { readonly places: Places },
  signal: AbortSignal,
): Promise<{ partial: boolean }> {
  // What an attempt that was interrupted has removed belongs to the job.
  let expiry: JobExpiry = { ...(context.job.expiry ?? NO_EXPIRY), lockedTotal: 0, locked: [] };
  context.report({ expiry, progress: { phase: 'expiring' } });
  await using place = await places.open(rule.accountId, signal);
  const onProgress = ({ expired, freedBytes }: ExpiryProgress): void => {
    expiry = {
      ...expiry,
      expiredTotal: expiry.expiredTotal + expired.length,
      freedBytes: expiry.freedBytes + freedBytes,
      expired: [...expiry.expired, ...expired.map(named)].slice(0, MAX_NAMED),
    };
    context.report({ expiry });
  };
  const { locked } = await place.expirer.expire(onProgress, signal);
  context.report({
    expiry: {
      ...expiry,
      lockedTotal: locked.length,
      locked: locked
        .slice(0, MAX_NAMED)
        .map((dataset) => ({ ...named(dataset), lockedBy: dataset.lockedBy })),
    },
    progress: { phase: 'done' },
  });
  return { partial: false };
}

function named({ number, id, basePath }: ExpiredDataset): JobDataset {
  return { number, id, basePath: escapePath(basePath) };
}
