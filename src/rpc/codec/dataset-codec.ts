import type { DatasetIdentity, DatasetInfo } from '../../model/dataset.js';
import {
  parseDatasetId,
  parseDatasetNumber,
  parseDigest,
  parseSystemGuid,
  parseTreeId,
} from '../../model/ids.js';
import type { Dataset, Dataset__Output } from '../generated/peer/datamover/v1/Dataset.js';
import type {
  DatasetIdentity__Output,
  DatasetIdentity as IdentityMessage,
} from '../generated/peer/datamover/v1/DatasetIdentity.js';
import { absolutePath, relativePath } from './wire-path.js';
import { checked, listOf, malformed, oneOf, required, text, toNumber } from './wire-value.js';

const TYPES = ['FILE', 'FILE_ON_OBJECT_COPY', 'FILE_ON_OBJECT_BACKUP'] as const;
const STATES = ['INPROGRESS', 'COMPLETE', 'COMPLETE_PARTIAL', 'ERROR'] as const;
const PROVIDERS = ['snapshot', 'clone', 'copy', 'live', 'none', 'object'] as const;
const DIGEST_STATES = ['none', 'partial', 'full'] as const;
const MAX_TEXT = 4_096;
const MAX_ITEMS = 100_000;
const MAX_INCARNATION = 0xff_ff_ff;

export function identityToWire(dataset: DatasetIdentity): IdentityMessage {
  return {
    id: dataset.id,
    tree: dataset.tree,
    parents: [...dataset.parents],
    root_digest: dataset.rootDigest,
    content_digest: dataset.contentDigest ?? '',
    content_digest_state: dataset.contentDigestState,
    name: dataset.name,
    origin_system: dataset.originSystem,
    origin_base_path: dataset.originBasePath,
    created_at_ms: dataset.createdAtMs,
    entries: dataset.entries,
    bytes: dataset.bytes.toString(),
    incarnations: dataset.incarnations.map(({ incarnation, system }) => ({
      incarnation,
      system_guid: system,
    })),
    excludes: [...dataset.excludes],
  };
}

export function identityFromWire(message: DatasetIdentity__Output): DatasetIdentity {
  return {
    id: checked(message.id, parseDatasetId),
    tree: checked(message.tree, parseTreeId),
    parents: listOf(message.parents, MAX_ITEMS, 'parents').map((id) => checked(id, parseDatasetId)),
    rootDigest: checked(message.root_digest, parseDigest),
    contentDigest:
      message.content_digest === '' ? null : checked(message.content_digest, parseDigest),
    contentDigestState: oneOf(message.content_digest_state, DIGEST_STATES, 'digest state'),
    name: text(message.name, MAX_TEXT, 'dataset name'),
    originSystem: checked(message.origin_system, parseSystemGuid),
    originBasePath: absolutePath(message.origin_base_path, 'origin base path'),
    createdAtMs: toNumber(message.created_at_ms, 'creation time'),
    entries: toNumber(message.entries, 'number of entries'),
    bytes: BigInt(message.bytes),
    incarnations: listOf(message.incarnations, MAX_ITEMS, 'incarnations').map((item) => {
      if (item.incarnation > MAX_INCARNATION) throw malformed('an incarnation is out of range');
      return {
        incarnation: item.incarnation,
        system: checked(item.system_guid, parseSystemGuid),
      };
    }),
    excludes: listOf(message.excludes, MAX_ITEMS, 'excludes').map((pattern) =>
      text(pattern, MAX_TEXT, 'exclude'),
    ),
  };
}

export function datasetToWire(dataset: DatasetInfo): Dataset {
  return {
    identity: identityToWire(dataset),
    number: dataset.number,
    type: dataset.type,
    state: dataset.state,
    base_path: dataset.basePath,
    subpaths: [...dataset.subpaths],
    provider: dataset.provider,
    snapshot: dataset.snapshot,
    committed_at_ms: dataset.committedAtMs,
    expires_at_ms: dataset.expiresAtMs ?? 0,
    signed_by: dataset.signedBy,
    locked_by: [...dataset.lockedBy],
    warnings: dataset.warnings.map(({ path, code }) => ({ path, code })),
    exceptions: dataset.exceptions,
    reserve: dataset.reserve,
    scan: dataset.scan,
  };
}

/** The dataset of a commit: its number is 0 when the place was not to keep it. */
export function committedDatasetFromWire(message: Dataset__Output): DatasetInfo {
  return message.number === '0' ? numbered(message, 0) : datasetFromWire(message);
}

export function datasetFromWire(message: Dataset__Output): DatasetInfo {
  return numbered(message, checked(message.number, parseDatasetNumber));
}

function numbered(message: Dataset__Output, number: number): DatasetInfo {
  const expiresAtMs = toNumber(message.expires_at_ms, 'expiry time');
  return {
    ...identityFromWire(required(message.identity, 'dataset identity')),
    number,
    type: oneOf(message.type, TYPES, 'dataset type'),
    state: oneOf(message.state, STATES, 'dataset state'),
    basePath: absolutePath(message.base_path, 'base path'),
    subpaths: listOf(message.subpaths, MAX_ITEMS, 'subpaths').map((path) =>
      relativePath(path, 'subpath'),
    ),
    provider: oneOf(message.provider, PROVIDERS, 'provider'),
    snapshot: text(message.snapshot, MAX_TEXT, 'snapshot'),
    committedAtMs: toNumber(message.committed_at_ms, 'commit time'),
    expiresAtMs: expiresAtMs === 0 ? null : expiresAtMs,
    reserve: toNumber(message.reserve, 'reserve'),
    scan: text(message.scan, MAX_TEXT, 'scan'),
    signedBy: text(message.signed_by, MAX_TEXT, 'signer'),
    lockedBy: listOf(message.locked_by, MAX_ITEMS, 'locks').map((lock) =>
      text(lock, MAX_TEXT, 'lock'),
    ),
    warnings: listOf(message.warnings, MAX_ITEMS, 'warnings').map(({ path, code }) => ({
      path: relativePath(path, 'warning path'),
      code: text(code, MAX_TEXT, 'warning'),
    })),
    exceptions: toNumber(message.exceptions, 'number of exceptions'),
  };
}
