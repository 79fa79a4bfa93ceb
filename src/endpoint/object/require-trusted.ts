import { DmError } from '../../model/error.js';
import type { SeenSigner } from '../../security/record-trust.js';
import type { NewestRecords } from './newest-record.js';
import type { Repository } from './repository.js';
import type { StoredDataset } from './stored-dataset.js';

/** Why a record comes from nobody we trust: `dataset_untrusted`, or null. `signer` is null where nobody signed it. */
export type RecordRefusal = (signer: SeenSigner | null, signedAtMs: number) => DmError | null;

export interface TrustModules {
  /** Asked before a dataset is relied on; all are trusted unless given. */
  readonly recordRefusal?: RecordRefusal;
  /** What this agent wrote itself is trusted, signed or not. */
  readonly newest?: NewestRecords;
}

/** Throws `dataset_untrusted`, with what to do, for a dataset whose record nobody we trust has signed. */
export function requireTrusted(
  stored: StoredDataset,
  repository: Repository,
  modules: TrustModules,
): void {
  const { number } = stored.record;
  const cause = refusal(stored, repository, modules);
  if (cause === null) return;
  throw new DmError(
    'dataset_untrusted',
    `dataset ${number} of this object account: ${cause.message}; install the CA of who made it, or allow such datasets with \`dm accounts modify ACCOUNT --accept-unsigned=true\``,
    { data: { ...cause.data, dataset: number }, cause },
  );
}

/** Whether `requireTrusted` would pass. */
export function isTrusted(
  stored: StoredDataset,
  repository: Repository,
  modules: TrustModules,
): boolean {
  return refusal(stored, repository, modules) === null;
}

function refusal(
  stored: StoredDataset,
  repository: Repository,
  { recordRefusal, newest }: TrustModules,
): DmError | null {
  const refused = recordRefusal?.(stored.signer, stored.record.committedAtMs) ?? null;
  return refused !== null && newest?.isOwn(repository.layout, stored) ? null : refused;
}
