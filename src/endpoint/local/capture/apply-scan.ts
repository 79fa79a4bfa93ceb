import { applyMutations } from '../../../catalog/apply-mutations.js';
import type { MapRoot } from '../../../catalog/map-root.js';
import type { Mutation } from '../../../catalog/map-types.js';
import { MAPS } from '../../../catalog/maps/map-params.js';
import type { PageReader } from '../../../catalog/page-reader.js';
import type { MapParams } from '../../../catalog/page-rule.js';
import type { PageSink } from '../../../catalog/page-store.js';
import type { DatasetMaps } from '../layout/dataset-record.js';
import type { LocalTree } from '../layout/local-tree.js';
import type { Scan } from './scan.js';

export interface AppliedScan {
  readonly maps: DatasetMaps;
  readonly live: Pick<LocalTree, 'bindings' | 'inodeIndex'>;
}

/**
 * The maps of the tree as the scan found it, made of the former ones; all pages that stay the same are shared. `scan`
 * has been derived. Nothing is synced.
 */
export async function applyScan(
  scan: Scan,
  former: AppliedScan,
  modules: { readonly pages: PageReader; readonly sink: PageSink },
  signal: AbortSignal,
): Promise<AppliedScan> {
  const { result } = scan;
  const apply = (
    params: MapParams,
    base: MapRoot | null,
    mutations: AsyncIterable<Mutation[]>,
  ): Promise<MapRoot | null> => applyMutations({ params, base, mutations, signal }, modules);
  const { maps, live } = former;
  return {
    maps: {
      entries: await apply(MAPS.entries, maps.entries, scan.entries()),
      inodes: await apply(MAPS.inodes, maps.inodes, result.inodes.batches()),
      links: await apply(MAPS.links, maps.links, result.links.batches()),
      side: await apply(MAPS.side, maps.side, result.side.batches()),
      content: await apply(MAPS.content, maps.content, result.content(signal)),
      exceptions: await apply(MAPS.exceptions, null, result.exceptions(signal)),
    },
    live: {
      bindings: await apply(MAPS.bindings, live.bindings, result.bindings.batches()),
      inodeIndex: await apply(MAPS.inodeIndex, live.inodeIndex, result.inodeIndex(signal)),
    },
  };
}
