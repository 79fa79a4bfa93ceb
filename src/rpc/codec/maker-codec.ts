import type {
  BadEntry,
  CreateDatasetRequest,
  CreateProgress,
  DatasetPreview,
  PreviewRequest,
  VerifyProgress,
  VerifyResult,
} from '../../endpoint/dataset-maker.js';
import type { BadEntry__Output } from '../generated/peer/datamover/v1/BadEntry.js';
import type {
  CreateDatasetEvent,
  CreateDatasetEvent__Output,
} from '../generated/peer/datamover/v1/CreateDatasetEvent.js';
import type {
  CreateDatasetRequest__Output,
  CreateDatasetRequest as CreateMessage,
} from '../generated/peer/datamover/v1/CreateDatasetRequest.js';
import type {
  DatasetPreview__Output,
  DatasetPreview as PreviewReply,
} from '../generated/peer/datamover/v1/DatasetPreview.js';
import type {
  PreviewDatasetRequest__Output,
  PreviewDatasetRequest as PreviewMessage,
} from '../generated/peer/datamover/v1/PreviewDatasetRequest.js';
import type {
  VerifyEvent,
  VerifyEvent__Output,
} from '../generated/peer/datamover/v1/VerifyEvent.js';
import type { VerifyResult__Output } from '../generated/peer/datamover/v1/VerifyResult.js';
import {
  retentionFromWire,
  retentionToWire,
  statisticsFromWire,
  statisticsToWire,
} from './target-codec.js';
import { absolutePath, relativePath } from './wire-path.js';
import { listOf, oneOf, text, toNumber } from './wire-value.js';

const MAX_TEXT = 4_096;
const MAX_EXCLUDES = 10_000;
const MAX_BAD = 200_000;

export function createToWire(request: CreateDatasetRequest): CreateMessage {
  return {
    base_path: request.basePath,
    name: request.name,
    excludes: [...request.excludes],
    provider: request.snapshot,
    retention: retentionToWire(request.retention),
    accept_source: request.acceptSource,
    partial: request.partial,
    request_id: request.requestId,
  };
}

export function createFromWire(message: CreateDatasetRequest__Output): CreateDatasetRequest {
  return {
    basePath: absolutePath(message.base_path, 'base path'),
    name: text(message.name, MAX_TEXT, 'dataset name'),
    excludes: excludesFromWire(message.excludes),
    snapshot: oneOf(message.provider, ['auto', 'none'], 'provider'),
    retention: retentionFromWire(message.retention),
    acceptSource: message.accept_source,
    partial: oneOf(message.partial, ['allow', 'fail'], 'partial'),
    requestId: text(message.request_id, 256, 'request id'),
  };
}

export function previewRequestToWire(request: PreviewRequest): PreviewMessage {
  return {
    base_path: request.basePath,
    excludes: [...request.excludes],
    accept_source: request.acceptSource,
  };
}

export function previewRequestFromWire(message: PreviewDatasetRequest__Output): PreviewRequest {
  return {
    basePath: absolutePath(message.base_path, 'base path'),
    excludes: excludesFromWire(message.excludes),
    acceptSource: message.accept_source,
  };
}

export function previewToWire({ isFirst, entries, bytes, changes }: DatasetPreview): PreviewReply {
  const { bytes: changed_bytes, ...counts } = changes;
  return { is_first: isFirst, entries, bytes, ...counts, changed_bytes };
}

export function previewFromWire(message: DatasetPreview__Output): DatasetPreview {
  const count = (value: string) => toNumber(value, 'preview');
  return {
    isFirst: message.is_first,
    entries: count(message.entries),
    bytes: count(message.bytes),
    changes: {
      created: count(message.created),
      changed: count(message.changed),
      deleted: count(message.deleted),
      renamed: count(message.renamed),
      bytes: count(message.changed_bytes),
    },
  };
}

function excludesFromWire(excludes: readonly string[]): string[] {
  return listOf(excludes, MAX_EXCLUDES, 'excludes').map((pattern) =>
    text(pattern, MAX_TEXT, 'exclude'),
  );
}

export function createProgressToWire(progress: CreateProgress): CreateDatasetEvent {
  return {
    phase: progress.phase,
    entries: progress.entries,
    bytes_done: progress.bytesDone,
    bytes_total: progress.bytesTotal,
    failures: progress.failures.map(({ path, code, message }) => ({ path, code, message })),
    ...(progress.made && {
      statistics: statisticsToWire(progress.made.statistics),
      bytes_read: progress.made.bytesRead,
    }),
  };
}

export function createProgressFromWire(message: CreateDatasetEvent__Output): CreateProgress {
  return {
    phase: text(message.phase, MAX_TEXT, 'phase'),
    entries: toNumber(message.entries, 'progress'),
    bytesDone: toNumber(message.bytes_done, 'progress'),
    bytesTotal: toNumber(message.bytes_total, 'progress'),
    failures: badFromWire(message.failures),
    ...(message.statistics && {
      made: {
        statistics: statisticsFromWire(message.statistics),
        bytesRead: toNumber(message.bytes_read, 'bytes read'),
      },
    }),
  };
}

export function verifyProgressToWire(progress: VerifyProgress): VerifyEvent {
  return {
    files_done: progress.filesDone,
    files_total: progress.filesTotal,
    bytes_done: progress.bytesDone,
    bytes_total: progress.bytesTotal,
    bad: progress.bad.map(({ path, code, message }) => ({ path, code, message })),
  };
}

export function verifyProgressFromWire(message: VerifyEvent__Output): VerifyProgress {
  return {
    filesDone: toNumber(message.files_done, 'progress'),
    filesTotal: toNumber(message.files_total, 'progress'),
    bytesDone: toNumber(message.bytes_done, 'progress'),
    bytesTotal: toNumber(message.bytes_total, 'progress'),
    bad: badFromWire(message.bad),
  };
}

function badFromWire(entries: readonly BadEntry__Output[]): BadEntry[] {
  return listOf(entries, MAX_BAD, 'bad entries').map((entry) => ({
    path: relativePath(entry.path, 'path of a bad entry'),
    code: text(entry.code, MAX_TEXT, 'code of a bad entry'),
    message: text(entry.message, MAX_TEXT, 'message of a bad entry'),
  }));
}

export function verifyResultToWire(result: VerifyResult): VerifyEvent {
  return {
    result: {
      files: result.files,
      bytes: result.bytes,
      bad: result.bad,
      digests_made: result.digestsMade,
    },
  };
}

export function verifyResultFromWire(message: VerifyResult__Output): VerifyResult {
  return {
    files: toNumber(message.files, 'result'),
    bytes: toNumber(message.bytes, 'result'),
    bad: toNumber(message.bad, 'result'),
    digestsMade: toNumber(message.digests_made, 'result'),
  };
}
