import { type MapRoot, parseMapRoot } from '../../../catalog/map-root.js';
import type {
  CaptureProvider,
  DatasetIdentity,
  DatasetInfo,
  DatasetState,
  DatasetType,
  DatasetWarning,
} from '../../../model/dataset.js';
import { identityJson, parseIdentityJson } from '../../../model/identity-json.js';
import { JsonFields, toBase64 } from '../../../model/json-fields.js';
import type { Retention } from '../../target.js';

export const DATASET_RECORD_FORMAT = 1;

/** The maps of one dataset; null is an empty map. */
export interface DatasetMaps {
  readonly entries: MapRoot | null;
  readonly inodes: MapRoot | null;
  readonly links: MapRoot | null;
  readonly content: MapRoot | null;
  readonly side: MapRoot | null;
  readonly exceptions: MapRoot | null;
}

export interface RecordSignature {
  /** SPKI fingerprint of the identity that signed. */
  readonly signedBy: string;
  readonly value: Uint8Array;
}

/** A dataset as a local place keeps it: what every copy shares, and what belongs to this place. */
export interface DatasetRecord extends DatasetIdentity {
  readonly type: DatasetType;
  readonly state: DatasetState;
  /** Absolute path of the tree at this place. */
  readonly basePath: Uint8Array;
  readonly subpaths: readonly Uint8Array[];
  readonly provider: CaptureProvider;
  readonly maps: DatasetMaps;
  /** The first 1,000. */
  readonly warnings: readonly DatasetWarning[];
  readonly committedAtMs: number;
  readonly retention: Retention;
  readonly expiresAtMs: number | null;
  readonly signature: RecordSignature | null;
  /** Whose copy made it: the owner of the local tree, or '' when it was captured here. */
  readonly from: string;
  /** Path of the tree below its snapshot (components joined by "/"); null without a snapshot. */
  readonly snapshotBase: Uint8Array | null;
  /**
   * How the tree was looked at: `changes`, or `walk: ` and why; '' when it was not captured here.
   */
  readonly scan: string;
}

const TYPES: readonly DatasetType[] = ['FILE', 'FILE_ON_OBJECT_COPY', 'FILE_ON_OBJECT_BACKUP'];
const STATES: readonly DatasetState[] = ['INPROGRESS', 'COMPLETE', 'COMPLETE_PARTIAL', 'ERROR'];
const PROVIDERS: readonly CaptureProvider[] = ['snapshot', 'clone', 'copy', 'live', 'none'];
const MAP_NAMES = ['entries', 'inodes', 'links', 'content', 'side', 'exceptions'] as const;

/** JSON of a record; the same record always gives the same text. */
export function serialiseDatasetRecord(record: DatasetRecord): string {
  return JSON.stringify({
    format: DATASET_RECORD_FORMAT,
    ...identityJson(record),
    type: record.type,
    state: record.state,
    basePath: toBase64(record.basePath),
    subpaths: record.subpaths.map(toBase64),
    provider: record.provider,
    maps: Object.fromEntries(MAP_NAMES.map((name) => [name, record.maps[name]])),
    warnings: record.warnings.map(({ path, code }) => ({ path: toBase64(path), code })),
    committedAtMs: record.committedAtMs,
    retention: {
      periodSeconds: record.retention.periodSeconds,
      reserve: record.retention.reserve,
    },
    expiresAtMs: record.expiresAtMs,
    signature: record.signature && {
      signedBy: record.signature.signedBy,
      value: toBase64(record.signature.value),
    },
    from: record.from,
    snapshotBase: record.snapshotBase && toBase64(record.snapshotBase),
    scan: record.scan,
  });
}

/** Checks everything; throws `corrupt`, or `state_version` for a record of a newer release. */
export function parseDatasetRecord(text: string, what: string): DatasetRecord {
  const fields = JsonFields.parse(what, text, DATASET_RECORD_FORMAT);
  return {
    ...parseIdentityJson(fields),
    type: fields.oneOf('type', TYPES),
    state: fields.oneOf('state', STATES),
    basePath: fields.bytes('basePath'),
    subpaths: fields.bytesList('subpaths'),
    provider: fields.oneOf('provider', PROVIDERS),
    maps: parseMaps(fields.object('maps')),
    warnings: fields.objects('warnings').map((one) => ({
      path: one.bytes('path'),
      code: one.text('code'),
    })),
    committedAtMs: fields.integer('committedAtMs'),
    retention: parseRetention(fields.object('retention')),
    expiresAtMs: fields.nullable('expiresAtMs', (name) => fields.integer(name)),
    signature: fields.nullable('signature', (name) => parseSignature(fields.object(name))),
    from: fields.text('from'),
    snapshotBase: fields.nullable('snapshotBase', (name) => fields.bytes(name)),
    scan: fields.text('scan'),
  };
}

function parseMaps(fields: JsonFields): DatasetMaps {
  return {
    entries: parseMapRoot(fields.raw('entries')),
    inodes: parseMapRoot(fields.raw('inodes')),
    links: parseMapRoot(fields.raw('links')),
    content: parseMapRoot(fields.raw('content')),
    side: parseMapRoot(fields.raw('side')),
    exceptions: parseMapRoot(fields.raw('exceptions')),
  };
}

function parseRetention(fields: JsonFields): Retention {
  return {
    periodSeconds: fields.nullable('periodSeconds', (name) => fields.integer(name)),
    reserve: fields.integer('reserve'),
  };
}

function parseSignature(fields: JsonFields): RecordSignature {
  return { signedBy: fields.text('signedBy'), value: fields.bytes('value') };
}

/** What only the place around the record knows. */
export interface PlaceView {
  readonly number: number;
  /** Absolute path of the snapshot, or ''. */
  readonly snapshot: string;
  readonly lockedBy: readonly string[];
}

/** The record as the ports show it. */
export function datasetInfo(record: DatasetRecord, view: PlaceView): DatasetInfo {
  // Every field by name: a spread shows in the profile of a long list.
  return {
    id: record.id,
    tree: record.tree,
    parents: record.parents,
    rootDigest: record.rootDigest,
    contentDigest: record.contentDigest,
    contentDigestState: record.contentDigestState,
    name: record.name,
    originSystem: record.originSystem,
    originBasePath: record.originBasePath,
    createdAtMs: record.createdAtMs,
    entries: record.entries,
    bytes: record.bytes,
    incarnations: record.incarnations,
    excludes: record.excludes,
    number: view.number,
    type: record.type,
    state: record.state,
    basePath: record.basePath,
    subpaths: record.subpaths,
    provider: record.provider,
    snapshot: view.snapshot,
    scan: record.scan,
    committedAtMs: record.committedAtMs,
    expiresAtMs: record.expiresAtMs,
    reserve: record.retention.reserve,
    signedBy: record.signature?.signedBy ?? '',
    lockedBy: view.lockedBy,
    warnings: record.warnings,
    exceptions: record.maps.exceptions?.count ?? 0,
  };
}
