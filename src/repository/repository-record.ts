import { type CatalogRoots, parseCatalogRoots } from '../catalog/catalog-roots.js';
import { type MapRoot, parseMapRoot } from '../catalog/map-root.js';
import type { DatasetIdentity, DatasetState, DatasetWarning } from '../model/dataset.js';
import { identityJson, parseIdentityJson } from '../model/identity-json.js';
import { JsonFields, toBase64 } from '../model/json-fields.js';

const RECORD_FORMAT = 1;
const STATES: readonly DatasetState[] = ['COMPLETE', 'COMPLETE_PARTIAL'];

/** The maps of a dataset in a repository: those of every dataset, and where the bytes are. */
export interface RepositoryMaps extends CatalogRoots {
  readonly segments: MapRoot | null;
}

/** A dataset as a repository keeps it. */
export interface RepositoryRecord extends DatasetIdentity {
  /** Given once in the account. */
  readonly number: number;
  readonly state: DatasetState;
  /** Absolute, at the account. */
  readonly basePath: Uint8Array;
  readonly subpaths: readonly Uint8Array[];
  readonly maps: RepositoryMaps;
  readonly warnings: readonly DatasetWarning[];
  /** By the writer's clock. */
  readonly committedAtMs: number;
  readonly retention: { readonly periodSeconds: number | null; readonly reserve: number };
  readonly expiresAtMs: number | null;
  /** What this dataset added to the store, in bytes as stored: data packs and page packs. */
  readonly storedBytes: number;
}

/** The same record always gives the same text. */
export function serialiseRepositoryRecord(record: RepositoryRecord): string {
  const { maps } = record;
  return JSON.stringify({
    format: RECORD_FORMAT,
    ...identityJson(record),
    number: record.number,
    state: record.state,
    basePath: toBase64(record.basePath),
    subpaths: record.subpaths.map(toBase64),
    maps: {
      entries: maps.entries,
      inodes: maps.inodes,
      links: maps.links,
      content: maps.content,
      side: maps.side,
      exceptions: maps.exceptions,
      segments: maps.segments,
    },
    warnings: record.warnings.map(({ path, code }) => ({ path: toBase64(path), code })),
    committedAtMs: record.committedAtMs,
    retention: {
      periodSeconds: record.retention.periodSeconds,
      reserve: record.retention.reserve,
    },
    expiresAtMs: record.expiresAtMs,
    storedBytes: record.storedBytes,
  });
}

/** Checks everything; throws `corrupt`, or `state_version` for a record of a newer release. */
export function parseRepositoryRecord(text: string, what: string): RepositoryRecord {
  const fields = JsonFields.parse(what, text, RECORD_FORMAT);
  const maps = fields.object('maps');
  const retention = fields.object('retention');
  return {
    ...parseIdentityJson(fields),
    number: fields.integer('number', 1),
    state: fields.oneOf('state', STATES),
    basePath: fields.bytes('basePath'),
    subpaths: fields.bytesList('subpaths'),
    maps: {
      ...parseCatalogRoots(fields.raw('maps')),
      segments: parseMapRoot(maps.raw('segments')),
    },
    warnings: fields.objects('warnings').map((one) => ({
      path: one.bytes('path'),
      code: one.text('code'),
    })),
    committedAtMs: fields.integer('committedAtMs'),
    retention: {
      periodSeconds: retention.nullable('periodSeconds', (name) => retention.integer(name)),
      reserve: retention.integer('reserve'),
    },
    expiresAtMs: fields.nullable('expiresAtMs', (name) => fields.integer(name)),
    storedBytes: fields.integer('storedBytes'),
  };
}
