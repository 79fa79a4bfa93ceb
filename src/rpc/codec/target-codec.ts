import type {
  CommitRequest,
  CommitResult,
  Offer,
  Retention,
  TargetProgress,
  TargetState,
  TargetStatistics,
} from '../../endpoint/target.js';
import { parseTreeId } from '../../model/ids.js';
import type {
  CommitEvent,
  CommitEvent__Output,
} from '../generated/peer/datamover/v1/CommitEvent.js';
import type { CommitRequest__Output } from '../generated/peer/datamover/v1/CommitRequest.js';
import type { Offer__Output, Offer as OfferMessage } from '../generated/peer/datamover/v1/Offer.js';
import type {
  Retention__Output,
  Retention as RetentionMessage,
} from '../generated/peer/datamover/v1/Retention.js';
import type {
  TargetState as StateMessage,
  TargetState__Output,
} from '../generated/peer/datamover/v1/TargetState.js';
import type {
  TargetStatistics as StatisticsMessage,
  TargetStatistics__Output,
} from '../generated/peer/datamover/v1/TargetStatistics.js';
import {
  committedDatasetFromWire,
  datasetToWire,
  identityFromWire,
  identityToWire,
} from './dataset-codec.js';
import { detailsFromWire, detailsToWire } from './details-codec.js';
import { baseFromWire, baseToWire, subpathsFromWire } from './source-codec.js';
import { failuresFromWire, failureToWire, lanesFromWire } from './stream-codec.js';
import { absolutePath } from './wire-path.js';
import { checked, oneOf, required, text, toNumber } from './wire-value.js';

const KINDS = ['absent', 'empty', 'received', 'origin', 'released', 'foreign'] as const;
const MAX_JOB_LENGTH = 64;
const PHASES = ['checking', 'applying', 'syncing', 'committed'] as const;

export function offerToWire(offer: Omit<Offer, 'owner'>): OfferMessage {
  return {
    dataset: identityToWire(offer.dataset),
    base: baseToWire(offer.base),
    subpaths: [...offer.subpaths],
    target_path: offer.targetPath,
    create_dataset: offer.createDataset,
    retention: retentionToWire(offer.retention),
    adopt: offer.adopt,
    reconnect: offer.reconnect,
    on_drift: offer.onDrift,
    ...(offer.maxDelete !== null && { max_delete: offer.maxDelete }),
    lanes: offer.lanes,
    ...(offer.job !== undefined && { job: offer.job }),
  };
}

/** `owner` is who the caller is by its certificate; the wire has no say in it. */
export function offerFromWire(message: Offer__Output, owner: string): Offer {
  return {
    dataset: identityFromWire(required(message.dataset, 'dataset')),
    base: baseFromWire(message.base),
    subpaths: subpathsFromWire(message.subpaths),
    targetPath: absolutePath(message.target_path, 'target path'),
    createDataset: message.create_dataset,
    retention: retentionFromWire(message.retention),
    owner,
    adopt: message.adopt,
    reconnect: message.reconnect,
    onDrift: oneOf(message.on_drift, ['repair', 'fail'], 'on_drift'),
    maxDelete: message.max_delete === undefined ? null : toNumber(message.max_delete, 'max_delete'),
    lanes: lanesFromWire(message.lanes),
    ...(message.job !== '' && { job: text(message.job, MAX_JOB_LENGTH, 'job') }),
  };
}

export function retentionToWire(retention: Retention): RetentionMessage {
  const { periodSeconds, reserve } = retention;
  return periodSeconds === null ? { reserve } : { period_seconds: periodSeconds, reserve };
}

export function retentionFromWire(message: Retention__Output | null): Retention {
  const { period_seconds, reserve } = required(message, 'retention');
  const periodSeconds =
    period_seconds === undefined ? null : toNumber(period_seconds, 'retention period');
  return { periodSeconds, reserve };
}

export function targetStateToWire(state: TargetState): StateMessage {
  return {
    kind: state.kind,
    tree: state.tree ?? '',
    head: baseToWire(state.head),
    gone: state.gone === true,
  };
}

export function targetStateFromWire(message: TargetState__Output): TargetState {
  return {
    kind: oneOf(message.kind, KINDS, 'kind of target'),
    tree: message.tree === '' ? null : checked(message.tree, parseTreeId),
    head: baseFromWire(message.head),
    ...(message.gone && { gone: true }),
  };
}

export function commitFromWire(message: CommitRequest__Output): CommitRequest {
  return {
    failures: failuresFromWire(message.failures),
    partial: oneOf(message.partial, ['allow', 'fail', 'complete'], 'partial'),
  };
}

export function progressToWire(progress: TargetProgress): CommitEvent {
  return { phase: progress.phase, done: progress.done, total: progress.total };
}

export function progressFromWire(message: CommitEvent__Output): TargetProgress {
  return {
    phase: oneOf(message.phase, PHASES, 'phase of the commit'),
    done: toNumber(message.done, 'progress'),
    total: toNumber(message.total, 'progress'),
  };
}

export function commitResultToWire(result: CommitResult): CommitEvent {
  return {
    phase: 'committed',
    dataset: datasetToWire(result.dataset),
    statistics: statisticsToWire(result.statistics),
    failures: result.failures.map(failureToWire),
  };
}

/** Null for an event that tells progress only. */
export function commitResultFromWire(message: CommitEvent__Output): CommitResult | null {
  if (message.dataset === null) return null;
  return {
    dataset: committedDatasetFromWire(message.dataset),
    statistics: statisticsFromWire(required(message.statistics, 'statistics')),
    failures: failuresFromWire(message.failures),
  };
}

export function statisticsToWire(statistics: TargetStatistics): StatisticsMessage {
  return { ...statistics, details: detailsToWire(statistics.details) };
}

export function statisticsFromWire(message: TargetStatistics__Output): TargetStatistics {
  return {
    files: toNumber(message.files, 'statistics'),
    dirs: toNumber(message.dirs, 'statistics'),
    symlinks: toNumber(message.symlinks, 'statistics'),
    hardlinks: toNumber(message.hardlinks, 'statistics'),
    special: toNumber(message.special, 'statistics'),
    deleted: toNumber(message.deleted, 'statistics'),
    moved: toNumber(message.moved, 'statistics'),
    repaired: toNumber(message.repaired, 'statistics'),
    details: detailsFromWire(message.details),
  };
}
