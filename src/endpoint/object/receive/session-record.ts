import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type CatalogRoots, parseCatalogRoots } from '../../../catalog/catalog-roots.js';
import { type PackId, parsePackId } from '../../../catalog/page-store.js';
import type { DatasetIdentity } from '../../../model/dataset.js';
import { identityJson, parseIdentityJson } from '../../../model/identity-json.js';
import { JsonFields, toBase64 } from '../../../model/json-fields.js';
import { parseRepositoryId, type RepositoryId } from '../../../repository/repository-id.js';
import {
  parseRepositoryRecord,
  type RepositoryRecord,
  serialiseRepositoryRecord,
} from '../../../repository/repository-record.js';
import { writeDurably } from '../../../util/durable-file.js';
import type { Retention } from '../../target.js';
import type { WorkDirectory } from './work-directory.js';

const FORMAT = 1;
const FILE = 'session.json';
const PHASES = ['structure', 'content'] as const;

/** A backup that is under way, as it survives a crash. */
export interface ObjectSession {
  readonly repository: RepositoryId;
  /** The dataset to be. */
  readonly dataset: DatasetIdentity;
  readonly basePath: Uint8Array;
  readonly subpaths: readonly Uint8Array[];
  readonly retention: Retention;
  readonly maxDelete: number | null;
  /** What the changes start from, and the key of its record. */
  readonly base: { readonly key: string; readonly record: RepositoryRecord } | null;
  /** From `content` on the maps are those of the dataset to be, but for content and exceptions. */
  readonly phase: (typeof PHASES)[number];
  readonly lanes: number;
  readonly maps: CatalogRoots;
  /** Page packs that were made, and are not known to be in the store. */
  readonly pagePacks: readonly PackId[];
  /** Given to the dataset; null while it has none. */
  readonly number: number | null;
  /**
   * Its record was put, or was about to be, when `doomed` was the newest doomed list; null before. Until the session
   * is removed nobody has looked whether that still held afterwards. `digest`: see recordDigest; null while it is not made.
   */
  readonly published: {
    readonly key: string;
    readonly doomed: string;
    readonly digest: string | null;
  } | null;
}

/** A repack writes the record of a dataset anew, with other maps. */
export function isSameRecord(one: RepositoryRecord, other: RepositoryRecord): boolean {
  return serialiseRepositoryRecord(one) === serialiseRepositoryRecord(other);
}

export function loadSession(work: WorkDirectory): ObjectSession | null {
  const path = join(work.session, FILE);
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
  return parseSession(text, `session record ${path}`);
}

/** Atomic and durable. */
export function saveSession(work: WorkDirectory, session: ObjectSession): void {
  writeDurably(
    work.session,
    FILE,
    JSON.stringify({
      format: FORMAT,
      repository: session.repository,
      dataset: identityJson(session.dataset),
      basePath: toBase64(session.basePath),
      subpaths: session.subpaths.map(toBase64),
      retention: session.retention,
      maxDelete: session.maxDelete,
      base: session.base && {
        key: session.base.key,
        record: serialiseRepositoryRecord(session.base.record),
      },
      phase: session.phase,
      lanes: session.lanes,
      maps: session.maps,
      pagePacks: session.pagePacks,
      number: session.number,
      published: session.published,
    }),
  );
}

function parseSession(text: string, what: string): ObjectSession {
  const fields = JsonFields.parse(what, text, FORMAT);
  const retention = fields.object('retention');
  return {
    repository: fields.parsed('repository', parseRepositoryId),
    dataset: parseIdentityJson(fields.object('dataset')),
    basePath: fields.bytes('basePath'),
    subpaths: fields.bytesList('subpaths'),
    retention: {
      periodSeconds: retention.nullable('periodSeconds', (name) => retention.integer(name)),
      reserve: retention.integer('reserve'),
    },
    maxDelete: fields.nullable('maxDelete', (name) => fields.integer(name)),
    base: fields.nullable('base', (name) => {
      const base = fields.object(name);
      return {
        key: base.text('key'),
        record: parseRepositoryRecord(base.text('record'), what),
      };
    }),
    phase: fields.oneOf('phase', PHASES),
    lanes: fields.integer('lanes', 1),
    maps: parseCatalogRoots(fields.raw('maps')),
    pagePacks: fields.parsedTexts('pagePacks', parsePackId),
    number: fields.nullable('number', (name) => fields.integer(name, 1)),
    published: fields.nullable('published', (name) => {
      const published = fields.object(name);
      return {
        key: published.text('key'),
        doomed: published.text('doomed'),
        digest: published.nullable('digest', (field) => published.text(field)),
      };
    }),
  };
}
