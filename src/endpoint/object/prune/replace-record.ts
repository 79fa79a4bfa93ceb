import type { RecordSigner } from '../../../repository/record-signature.js';
import type { SeenSigner } from '../../../security/record-trust.js';
import type { NewestRecords } from '../newest-record.js';
import type { StoredDataset } from '../stored-dataset.js';

/** For records that are written anew. */
export interface SigningModules {
  /** Who signs; null while no identity is installed. */
  readonly signer: () => RecordSigner | null;
  /** Whether our signature may stand in place of that one, for we trust who made it. */
  readonly mayVouchFor: (signer: SeenSigner, signedAtMs: number) => boolean;
  /** Knows what this agent wrote last. */
  readonly newest?: NewestRecords;
}

/**
 * Whether a record may be written anew: none may lose its signature, and none may get ours that comes from nobody we trust, for
 * that would vouch for what somebody else has made. What nobody has signed may, without a signature.
 */
export function mayReplace(
  { signer: seen, record }: StoredDataset,
  { signer, mayVouchFor }: SigningModules,
): boolean {
  return seen === null || (signer() !== null && mayVouchFor(seen, record.committedAtMs));
}
