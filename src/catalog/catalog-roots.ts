import { DmError } from '../model/error.js';
import { type MapRoot, parseMapRoot } from './map-root.js';

/** The maps of one dataset that travel with it. Plain JSON: kept in dataset records. */
export interface CatalogRoots {
  readonly entries: MapRoot | null;
  readonly inodes: MapRoot | null;
  readonly links: MapRoot | null;
  /** Null also when the leaves were not hashed (yet). */
  readonly content: MapRoot | null;
  readonly side: MapRoot | null;
  readonly exceptions: MapRoot | null;
}

/** Maps that belong to one host. */
export interface BindingRoots {
  readonly bindings: MapRoot | null;
  readonly inodeIndex: MapRoot | null;
}

export const EMPTY_ROOTS: CatalogRoots = {
  entries: null,
  inodes: null,
  links: null,
  content: null,
  side: null,
  exceptions: null,
};

/** Checks what came out of JSON. Throws `corrupt`. */
export function parseCatalogRoots(value: unknown): CatalogRoots {
  const fields = fieldsOf(value);
  return {
    entries: parseMapRoot(fields.entries),
    inodes: parseMapRoot(fields.inodes),
    links: parseMapRoot(fields.links),
    content: parseMapRoot(fields.content),
    side: parseMapRoot(fields.side),
    exceptions: parseMapRoot(fields.exceptions),
  };
}

function fieldsOf(value: unknown): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new DmError('corrupt', 'the map roots of a dataset record are not an object; restore it');
  }
  return value as Record<string, unknown>;
}
