import { Catalog } from '../../../catalog/catalog.js';
import { MapReader } from '../../../catalog/map-reader.js';
import type { PageReader } from '../../../catalog/page-reader.js';
import type { PageSink } from '../../../catalog/page-store.js';
import type { DatasetId, SystemGuid } from '../../../model/ids.js';
import type { FileIdentity } from '../layout/data-root.js';
import type { DatasetMaps } from '../layout/dataset-record.js';
import { GfidMint } from '../layout/gfid-mint.js';
import type { LocalTree } from '../layout/local-tree.js';
import type { TreeDirectory } from '../layout/tree-directory.js';
import { OwnerNames } from '../sys/owner-names.js';
import { type AppliedScan, applyScan } from './apply-scan.js';
import { Excludes } from './excludes.js';
import { contentVersionOf, prepareScratch } from './leftovers.js';
import { Scan } from './scan.js';

export interface CompareOptions {
  readonly baseFd: number;
  readonly device: bigint;
  readonly privateDirectories: readonly FileIdentity[];
  /** What the tree should be. */
  readonly maps: DatasetMaps;
  /** What is known of its inodes. */
  readonly tree: LocalTree;
  /** What the tree is found to be would be this dataset: files with other content get its version. */
  readonly id: DatasetId;
  readonly content: 'observe' | 'adopt';
  /** Mints identities for what is new. */
  readonly system: SystemGuid;
}

export interface CompareModules {
  readonly directory: TreeDirectory;
  readonly pages: PageReader;
  readonly sink: PageSink;
}

/** Looks at a live tree without reading contents; returns its maps, told against those that it should have. */
export async function compareTree(
  options: CompareOptions,
  { directory, pages, sink }: CompareModules,
  signal: AbortSignal,
): Promise<AppliedScan> {
  const { baseFd, device, privateDirectories, maps, tree, id, content, system } = options;
  prepareScratch(directory);
  using scan = new Scan(
    {
      baseFd,
      excludes: new Excludes([]),
      privateDirectories,
      isSnapshot: false,
      liveDevice: device,
      newVersion: contentVersionOf(id),
      content,
      isStored: null,
      racySinceNs: null,
      scratch: directory.scratchPath,
      signal,
      onProgress: async () => undefined,
    },
    {
      previous: {
        catalog: new Catalog(maps, { pages }),
        bindings: new MapReader(pages, tree.bindings),
        inodeIndex: new MapReader(pages, tree.inodeIndex),
        suspects: new Set(),
      },
      mint: new GfidMint(tree, system),
      owners: new OwnerNames(),
    },
  );
  await scan.walk();
  await scan.derive();
  return await applyScan(scan, { maps, live: tree }, { pages, sink }, signal);
}
