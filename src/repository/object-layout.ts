import type { PackId } from '../catalog/page-store.js';
import { DmError } from '../model/error.js';
import { type DatasetId, type Gfid, parseDatasetId } from '../model/ids.js';
import { escapePath } from '../util/escape.js';
import { PLAIN_FOLDER, plainKey } from './plain-path.js';

/*
 * Keys of a repository in an object store; docs/object-format.md gives the layout.
 * Keys are relative to the account's prefix.
 */

/** What a pack of a repository holds, with its code in headers and in what is authenticated. */
export const OBJECT_PACK_KINDS = { data: 1, pages: 2 } as const;
export type ObjectPackKind = keyof typeof OBJECT_PACK_KINDS;

export const NUMBERS_PREFIX = 'numbers/';
const NUMBER_DIGITS = 10;
/** Of a base path in its escaped form: keys below it have at most 120 bytes more. */
const MAX_BASE_BYTES = 760;

/** The keys of the repository at one base path. */
export class RepositoryLayout {
  /** Begins every key; ends with "/". */
  readonly prefix: string;

  /**
   * Slashes at the ends of `basePath` do not count. Errors: `target_forbidden` for the
   * root, `numbers`, and paths that are too long.
   */
  constructor(basePath: Uint8Array) {
    const components = escapePath(basePath)
      .split('/')
      .filter((component) => component !== '');
    const path = components.join('/');
    const length = Buffer.byteLength(path);
    if (length === 0 || length > MAX_BASE_BYTES || `${components[0]}/` === NUMBERS_PREFIX) {
      throw new DmError(
        'target_forbidden',
        `base path "${escapePath(basePath).slice(0, 80)}" cannot hold a repository; give a directory of at most ${MAX_BASE_BYTES} bytes that is not "/" and not below "/numbers"`,
      );
    }
    if (components.some((component) => component === '.' || component === '..')) {
      throw new DmError('target_forbidden', `base path "${path.slice(0, 80)}" holds "." or ".."`);
    }
    this.prefix = `${path}/`;
  }

  /** Begins the keys of the plain objects, and ends with "/"; null where files lie in packs. */
  get plainTree(): string | null {
    const folder = `/${PLAIN_FOLDER}/`;
    return this.prefix.endsWith(folder) ? this.prefix.slice(0, 1 - folder.length) : null;
  }

  /** `format.json` of the catalog of a plain copy at this base path. */
  get plainFormat(): string {
    return `${this.prefix}${PLAIN_FOLDER}/format.json`;
  }

  /** The plain object of a file whose first name has this path. */
  plainObject(path: readonly Uint8Array[], gfid: Gfid): string {
    const tree = this.plainTree;
    if (tree !== null) return plainKey(tree, path, gfid);
    throw new DmError('corrupt', `${this.prefix} names plain objects and has none; restore it`);
  }

  /** Says of which dataset the plain objects are, from before the first of them. */
  get plainMark(): string {
    return `${this.prefix}copy.json`;
  }

  get format(): string {
    return `${this.prefix}format.json`;
  }

  packs(kind: ObjectPackKind): string {
    return `${this.prefix}packs/${kind}/`;
  }

  pack(kind: ObjectPackKind, id: PackId): string {
    return `${this.packs(kind)}${id}`;
  }

  get datasets(): string {
    return `${this.prefix}datasets/`;
  }

  /** The names sort by time of commit. */
  dataset(committedAtMs: number, id: DatasetId): string {
    return `${this.datasets}${isoBasic(committedAtMs)}-${id}`;
  }

  /** Sorts before the keys of all datasets that are committed from this time on, and behind all others. */
  datasetsFrom(timeMs: number): string {
    return `${this.datasets}${isoBasic(timeMs)}`;
  }

  /** Marks of datasets that were deleted. */
  get deletions(): string {
    return `${this.prefix}deleted/`;
  }

  /** The mark that the dataset with this record was deleted. */
  deletion(recordKey: string): string {
    return `${this.deletions}${recordKey.slice(this.datasets.length)}`;
  }

  recordOfDeletion(key: string): string {
    return `${this.datasets}${key.slice(this.deletions.length)}`;
  }

  get indexRuns(): string {
    return `${this.prefix}index/`;
  }

  indexRun(id: PackId): string {
    return `${this.indexRuns}${id}`;
  }

  get doomed(): string {
    return `${this.prefix}doomed/`;
  }

  /** `epoch`: counted up by each prune. */
  doomedList(epoch: number): string {
    return `${this.doomed}${epoch.toString().padStart(NUMBER_DIGITS, '0')}`;
  }
}

/** `20240131T235959123Z` */
function isoBasic(ms: number): string {
  return new Date(ms).toISOString().replace(/[-:.]/g, '');
}

/** The dataset that a key below `datasets/` names; null for one that is no record. */
export function datasetOfKey(key: string): DatasetId | null {
  const match = /\/datasets\/[0-9]{8}T[0-9]{9}Z-([0-9a-f]{32})$/.exec(key);
  return match?.[1] === undefined ? null : parseDatasetId(match[1]);
}

export function numberKey(number: number): string {
  return `${NUMBERS_PREFIX}${number.toString().padStart(NUMBER_DIGITS, '0')}`;
}

/** The number in a key; null for another key. */
export function numberOfKey(key: string): number | null {
  const match = /^numbers\/([0-9]{10})$/.exec(key);
  return match?.[1] === undefined ? null : Number(match[1]);
}
