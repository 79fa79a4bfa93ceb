import { type DatasetInfo, datasetIdentity } from '../../model/dataset.js';
import { DmError } from '../../model/error.js';
import type { DatasetId } from '../../model/ids.js';
import type { NumberedDataset } from '../../repository/number-object.js';
import { datasetOfKey, RepositoryLayout } from '../../repository/object-layout.js';
import { plainRepository, plainTree } from '../../repository/plain-path.js';
import { openRecordObject } from '../../repository/record-object.js';
import { verifyRecord } from '../../repository/record-signature.js';
import { parseRepositoryRecord } from '../../repository/repository-record.js';
import { getObject, keysBelow } from './get-object.js';
import { ofOneOnly, type PassedOver } from './passed-over.js';
import type { Repository, RepositoryModules } from './repository.js';
import { isTrusted, type TrustModules } from './require-trusted.js';
import type { StoredDataset } from './stored-dataset.js';

/** What each repository had last is compared with `newest`, if that is given. */
export type ListingModules = RepositoryModules &
  TrustModules & {
    /** Told what listings pass over. */
    readonly passedOver?: PassedOver;
  };

/** The datasets of a repository, oldest first. Records that vanish meanwhile are passed over; one that cannot be read is an error. */
export async function* repositoryDatasets(
  repository: Repository,
  modules: Pick<RepositoryModules, 'store'>,
  signal: AbortSignal,
): AsyncGenerator<StoredDataset, void> {
  for await (const key of keysBelow(modules.store, repository.layout.datasets, signal)) {
    if (datasetOfKey(key) === null) continue;
    const dataset = await readDataset(repository, key, modules, signal);
    if (dataset !== null) yield dataset;
  }
}

/** The dataset whose record was written last; null when there is none. */
export async function newestStored(
  repository: Repository,
  modules: Pick<RepositoryModules, 'store'>,
  signal: AbortSignal,
): Promise<StoredDataset | null> {
  let newest: string | null = null;
  for await (const key of keysBelow(modules.store, repository.layout.datasets, signal)) {
    if (datasetOfKey(key) !== null) newest = key;
  }
  return newest === null ? null : readDataset(repository, newest, modules, signal);
}

/** The dataset of a repository with that id; null when there is none. */
export async function repositoryDataset(
  repository: Repository,
  id: DatasetId,
  modules: Pick<RepositoryModules, 'store'>,
  signal: AbortSignal,
): Promise<StoredDataset | null> {
  const key = await recordKeyOf(repository.layout, id, modules, signal);
  return key === null ? null : readDataset(repository, key, modules, signal);
}

/** Key of the record of a dataset, which need not be readable; null when there is none. */
export async function recordKeyOf(
  { datasets }: RepositoryLayout,
  id: DatasetId,
  { store }: Pick<RepositoryModules, 'store'>,
  signal: AbortSignal,
): Promise<string | null> {
  for await (const key of keysBelow(store, datasets, signal)) {
    if (datasetOfKey(key) === id) return key;
  }
  return null;
}

/** Null when the record is not there (any more). Errors name what can be done: `corrupt`, `state_version`. */
export async function readDataset(
  repository: Repository,
  key: string,
  modules: Pick<RepositoryModules, 'store'>,
  signal: AbortSignal,
): Promise<StoredDataset | null> {
  const bytes = await getObject(modules.store, key, signal);
  if (bytes === null) return null;
  try {
    return openDataset(repository, key, bytes);
  } catch (error) {
    const { code, message } = ofOneOnly(error);
    throw new DmError(
      code,
      `${message}. Put the object back from another copy or version of the store, or delete the dataset with \`dm datasets delete ${datasetOfKey(key)} --account-id ACCOUNT\``,
      { cause: error },
    );
  }
}

function openDataset(repository: Repository, key: string, bytes: Buffer): StoredDataset {
  const place = { repository: repository.format.repository, key };
  const { record: text, signature } = openRecordObject(bytes.toString(), place, repository);
  const record = parseRepositoryRecord(text, `dataset record ${key}`);
  const signed = signature === null ? null : verifyRecord({ ...place, record: text }, signature);
  if (signature !== null && signed === null) {
    throw new DmError('corrupt', `dataset record ${key}: its signature does not fit it`);
  }
  const signer = signature && signed && { certificates: signature.certificates, ...signed };
  return { key, record, signer };
}

/**
 * The dataset that a number names; null when it is not there (any more). A record that was written under a later time, after an
 * interruption, is found by its id.
 */
export async function numberedDataset(
  repository: Repository,
  number: number,
  { record: key, dataset, tree }: NumberedDataset,
  modules: Pick<RepositoryModules, 'store'>,
  signal: AbortSignal,
): Promise<StoredDataset | null> {
  const stored =
    (await readDataset(repository, key, modules, signal)) ??
    (await repositoryDataset(repository, dataset, modules, signal));
  if (stored === null) return null;
  const { record } = stored;
  if (record.number === number && record.id === dataset && record.tree === tree) return stored;
  throw new DmError(
    'corrupt',
    `number ${number} of the account names another dataset than ${stored.key}; delete the number, and open the dataset by its id`,
  );
}

/** Base path of the repository for a path as people name it: that of its catalog where a plain copy is, else the path itself. */
export async function repositoryAt(
  path: Uint8Array,
  { store }: Pick<RepositoryModules, 'store'>,
  signal: AbortSignal,
): Promise<Uint8Array> {
  if (plainTree(path) !== null) return path;
  const { plainFormat } = new RepositoryLayout(path);
  const isPlain = (await store.head(plainFormat, signal)) !== null;
  return isPlain ? plainRepository(path) : path;
}

/**
 * The number of the newest dataset of a repository when that was lost since it was looked at last, else null; logged once. `datasets` are all or the newest: the one
 * with the greatest number, for clocks may have been ahead. What nobody we trust has signed is passed over: it neither proves that
 * nothing is lost, nor is it missed later.
 */
export async function lostNewest(
  repository: Repository,
  datasets: readonly StoredDataset[],
  modules: ListingModules,
  signal: AbortSignal,
): Promise<number | null> {
  const { newest } = modules;
  if (newest === undefined) return null;
  let last: StoredDataset | null = null;
  for (const dataset of datasets) {
    if (last !== null && dataset.record.number < last.record.number) continue;
    if (isTrusted(dataset, repository, modules)) last = dataset;
  }
  return newest.lostNewest(repository.layout, last, modules, signal);
}

/** A dataset as the ports show it. */
export function storedInfo({ record, signer, rolledBack }: StoredDataset): DatasetInfo {
  const plain = plainTree(record.basePath);
  return {
    ...datasetIdentity(record),
    number: record.number,
    type: plain === null ? 'FILE_ON_OBJECT_BACKUP' : 'FILE_ON_OBJECT_COPY',
    state: record.state,
    basePath: plain ?? record.basePath,
    subpaths: record.subpaths,
    provider: 'object',
    snapshot: '',
    scan: '',
    committedAtMs: record.committedAtMs,
    expiresAtMs: record.expiresAtMs,
    reserve: record.retention.reserve,
    signedBy: signer?.spki ?? '',
    lockedBy: [],
    warnings: rolledBack
      ? [...record.warnings, { path: record.basePath, code: 'newer_dataset_missing' }]
      : record.warnings,
    exceptions: record.maps.exceptions?.count ?? 0,
  };
}
