import { DmError } from '../../model/error.js';
import type { StoredDataset } from './repository-datasets.js';

/** Throws `dataset_untrusted` for a record that comes from nobody we trust. */
export type SignerCheck = (certificates: string | null, signedAtMs: number) => void;

export interface TrustModules {
  /** Asked before a dataset is relied on; nobody unless given. */
  readonly checkSigner?: SignerCheck;
}

/** Throws `dataset_untrusted`, with what to do, for a dataset whose record nobody we trust has signed. */
export function requireTrusted(
  { certificates, record }: StoredDataset,
  { checkSigner }: TrustModules,
): void {
  try {
    checkSigner?.(certificates, record.committedAtMs);
  } catch (error) {
    if (!(error instanceof DmError) || error.code !== 'dataset_untrusted') throw error;
    throw new DmError(
      'dataset_untrusted',
      `dataset ${record.number} of this object account: ${error.message}; install the CA of who made it, or allow such datasets with \`dm accounts modify ACCOUNT --accept-unsigned=true\``,
      { data: { ...error.data, dataset: record.number }, cause: error },
    );
  }
}

/** As `requireTrusted`, without the reason. */
export function isTrusted(stored: StoredDataset, modules: TrustModules): boolean {
  try {
    requireTrusted(stored, modules);
    return true;
  } catch (error) {
    if (!(error instanceof DmError) || error.code !== 'dataset_untrusted') throw error;
    return false;
  }
}
