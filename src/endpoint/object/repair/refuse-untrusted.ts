import { DmError } from '../../../model/error.js';
import type { RepairSummary } from './repair-types.js';

/**
 * Throws `dataset_untrusted` when repairs have left datasets damaged, for their records are signed and must not be signed anew
 * here.
 */
export function refuseUntrusted(summaries: readonly Pick<RepairSummary, 'untrusted'>[]): void {
  const datasets = summaries.flatMap(({ untrusted }) => untrusted).join(', ');
  if (datasets === '') return;
  throw new DmError(
    'dataset_untrusted',
    `dataset ${datasets} of this object account is still damaged, though what it lacks was found, and everything else is repaired: its record is signed by somebody whom this agent does not trust, or this agent has no identity to sign it with; install the CA of who made it, and an identity, or repair on the agent that made it`,
    { data: { datasets } },
  );
}
