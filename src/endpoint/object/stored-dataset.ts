import type { RepositoryRecord } from '../../repository/repository-record.js';
import type { SeenSigner } from '../../security/record-trust.js';

/** A dataset of a repository, with what its signature says. */
export interface StoredDataset {
  readonly key: string;
  readonly record: RepositoryRecord;
  /** Null when nobody signed the record. */
  readonly signer: SeenSigner | null;
  /** One that was newer has been seen before and is gone. */
  readonly rolledBack?: true;
}
