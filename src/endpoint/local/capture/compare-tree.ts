import { Catalog } from '../../../catalog/catalog.js';
import { MapReader } from '../../../catalog/map-reader.js';
import type { PageReader } from '../../../catalog/page-reader.js';
import type { PageSink } from '../../../catalog/page-store.js';
import type { DatasetId, SystemGuid } from '../../../model/ids.js';
import type { FileIdentity } from '../layout/data-root.js';
import type { DatasetMaps } from '../layout/dataset-record.js';
import { GfidMint } from '../layout/gfid-mint.js';
import type { LocalTree } from '../layout/local-tree.js';
import { OwnerNames } from '../sys/owner-names.js';
import { type AppliedScan, applyScan } from './apply-scan.js';
import { Excludes } from './excludes.js';
import { contentVersionOf } from './leftovers.js';
import { Scan } from './scan.js';

export interface CompareOptions {
  readonly baseFd: number;
  readonly device: bigint;
  readonly privateDirectories: readonly FileIdentity[];
  readonly excludes: readonly string[];
  /** An empty directory for temporary files. */
  readonly scratch: string;
  /** What the tree should be. */
  readonly maps: DatasetMaps;
  /** What is known of its inodes. */
  readonly tree: LocalTree;
  /** What the tree is found to be would be this dataset: files with other content get its version. */
  readonly id: DatasetId;
  readonly content: 'observe' | 'adopt';
  /** Mints identities for what is new. */
  readonly system: SystemGuid;
  readonly onProgress?: (entries: number) => Promise<void>;
}

export interface ComparedTree extends AppliedScan {
  /** Size of its files less that of those it should have. */
  readonly bytesDelta: bigint;
  /** Entries at the top; 0 when the base is empty. */
  readonly topEntries: number;
}

export interface CompareModules {
  readonly pages: PageReader;
  readonly sink: PageSink;
}

/** Looks at a live tree without reading contents; returns its maps, told against those that it should have. */
export async function compareTree(
  options: CompareOptions,
  { pages, sink }: CompareModules,
  signal: AbortSignal,
): Promise<ComparedTree> {
  const { baseFd, device, privateDirectories, maps, tree, id, content, system } = options;
  using scan = new Scan(
    {
      baseFd,
      excludes: new Excludes(options.excludes),
      privateDirectories,
      isSnapshot: false,
      liveDevice: device,
      newVersion: contentVersionOf(id),
      content,
      isStored: null,
      racySinceNs: null,
      scratch: options.scratch,
      signal,
      onProgress: options.onProgress ?? (async () => undefined),
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
  await scan.walk('everything');
  await scan.derive();
  const applied = await applyScan(scan, { maps, live: tree }, { pages, sink }, signal);
  return { ...applied, bytesDelta: scan.result.bytesDelta, topEntries: scan.topEntries ?? 0 };
}
