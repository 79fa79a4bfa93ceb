import type { Catalog } from '../../catalog/catalog.js';
import { diffMaps } from '../../catalog/diff-maps.js';
import type { MapChange, MapEntry } from '../../catalog/map-types.js';
import { encodeGfidKey } from '../../catalog/maps/gfid-key.js';
import type { PageReader } from '../../catalog/page-reader.js';
import type { Gfid } from '../../model/ids.js';
import type { StructureMap } from '../change-payload.js';
import { FilteredMaps } from './filtered-maps.js';
import { SubpathScope } from './subpath-scope.js';

/** How a dataset, or what subpaths leave of it, differs from the base. */
export interface MapChanges {
  /** How one map does; a map by gfid may be asked for from one on. */
  of(map: StructureMap, from: Gfid | null): AsyncIterable<MapChange[]>;
  /** Of a directory: only that it leads to a subpath is of interest, not what else it holds or lacks. */
  isOnWay(directory: Gfid): Promise<boolean>;
}

export interface ComparedCatalogs {
  readonly pages: PageReader;
  readonly catalog: Catalog;
  /** Null: compared with nothing. */
  readonly base: Catalog | null;
}

/**
 * The changes from the base to a dataset; with subpaths (then there is no base), of what they leave
 * of it. Fails with `not_found` for a subpath that the dataset does not have.
 */
export async function mapChanges(
  subpaths: readonly Uint8Array[],
  { pages, catalog, base }: ComparedCatalogs,
  signal: AbortSignal,
): Promise<MapChanges> {
  if (subpaths.length === 0) {
    return {
      of: (map, from) =>
        diffMaps({
          before: { pages, root: base?.roots[map] ?? null },
          after: { pages, root: catalog.roots[map] },
          ...(from === null ? {} : { from: encodeGfidKey(from) }),
          signal,
        }),
      isOnWay: async () => false,
    };
  }
  const scope = await SubpathScope.of(catalog, subpaths);
  const filtered = await FilteredMaps.open(scope, signal);
  return {
    of: (map, from) => added(filtered.map(map, from, signal)),
    isOnWay: async (directory) => (await scope.ofDirectory(directory)) === 'way',
  };
}

async function* added(batches: AsyncIterable<MapEntry[]>): AsyncGenerator<MapChange[]> {
  for await (const batch of batches) {
    yield batch.map(({ key, value }) => ({ key, before: null, after: value }));
  }
}
