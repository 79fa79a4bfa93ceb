import type { DatasetInfo } from '../../model/dataset.js';
import type { DatasetView } from '../../rpc/generated/control/datamover/v1/DatasetView.js';
import type { FailedEntry } from '../../rpc/generated/control/datamover/v1/FailedEntry.js';
import { escapePath, isUtf8 } from '../../util/escape.js';

/** RFC 3339 in UTC; "" for no time. */
export function timeText(ms: number | null): string {
  return ms === null ? '' : new Date(ms).toISOString();
}

/**
 * A path as the JSON output has it: UTF-8 (escaped), and base64 beside
 * it where the bytes are not UTF-8.
 */
export function pathFields(path: Uint8Array): { path: string; path_base64: string } {
  return {
    path: escapePath(path),
    path_base64: isUtf8(path) ? '' : Buffer.from(path).toString('base64'),
  };
}

export function failedEntryView(failure: {
  path: Uint8Array;
  code: string;
  message: string;
}): FailedEntry {
  return { ...pathFields(failure.path), code: failure.code, message: failure.message };
}

export function datasetView(
  dataset: DatasetInfo,
  accountId: string,
  uniqueBytes: number | null,
): DatasetView {
  return {
    id: dataset.number,
    dataset_global_id: dataset.id,
    name: dataset.name,
    dataset_type: dataset.type,
    dataset_state: dataset.state,
    account_id: accountId,
    dataset_base_path: escapePath(dataset.basePath),
    dataset_subpaths: dataset.subpaths.map(escapePath),
    dataset_creation_time: timeText(dataset.createdAtMs),
    committed_at: timeText(dataset.committedAtMs),
    expires_at: timeText(dataset.expiresAtMs),
    origin_system: dataset.originSystem,
    origin_base_path: escapePath(dataset.originBasePath),
    tree: dataset.tree,
    parents: [...dataset.parents],
    provider: dataset.provider,
    snapshot: dataset.snapshot,
    root_digest: dataset.rootDigest,
    content_digest: dataset.contentDigestState,
    signed_by: dataset.signedBy,
    entries: dataset.entries,
    bytes: Number(dataset.bytes),
    unique_bytes: uniqueBytes ?? -1,
    locked_by: [...dataset.lockedBy],
    warnings: dataset.warnings.map(({ path, code }) => ({ ...pathFields(path), code })),
    exceptions: dataset.exceptions,
    dataset_reserve: dataset.reserve,
    scan: dataset.scan,
  };
}
