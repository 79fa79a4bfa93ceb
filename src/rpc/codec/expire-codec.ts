import type {
  ExpiredDataset,
  ExpiryProgress,
  LockedDataset,
} from '../../endpoint/dataset-expirer.js';
import { parseDatasetId, parseDatasetNumber } from '../../model/ids.js';
import type { ExpiredDataset__Output } from '../generated/peer/datamover/v1/ExpiredDataset.js';
import type {
  ExpireEvent,
  ExpireEvent__Output,
} from '../generated/peer/datamover/v1/ExpireEvent.js';
import { absolutePath } from './wire-path.js';
import { checked, listOf, text, toNumber } from './wire-value.js';

const MAX_DATASETS = 10_000;
const MAX_LOCKS = 10_000;
const MAX_TEXT = 4_096;

export function expiryToWire({ expired, freedBytes }: ExpiryProgress): ExpireEvent {
  return { expired: expired.map(datasetToWire), freed_bytes: freedBytes };
}

export function lockedToWire(locked: readonly LockedDataset[]): ExpireEvent {
  return {
    locked: locked.map((one) => ({ ...datasetToWire(one), locked_by: [...one.lockedBy] })),
  };
}

export function expiryFromWire(message: ExpireEvent__Output): ExpiryProgress {
  return {
    expired: listOf(message.expired, MAX_DATASETS, 'expired datasets').map(datasetFromWire),
    freedBytes: toNumber(message.freed_bytes, 'freed bytes'),
  };
}

export function lockedFromWire(message: ExpireEvent__Output): LockedDataset[] {
  return listOf(message.locked, MAX_DATASETS, 'locked datasets').map((dataset) => ({
    ...datasetFromWire(dataset),
    lockedBy: listOf(dataset.locked_by, MAX_LOCKS, 'locks').map((lock) =>
      text(lock, MAX_TEXT, 'lock'),
    ),
  }));
}

function datasetToWire({ number, id, basePath }: ExpiredDataset) {
  return { number, id, base_path: basePath };
}

function datasetFromWire(message: ExpiredDataset__Output): ExpiredDataset {
  return {
    number: checked(message.number, parseDatasetNumber),
    id: checked(message.id, parseDatasetId),
    basePath: absolutePath(message.base_path, 'base path'),
  };
}
