import {
  copyRealTree,
  editFiles,
  makeHardLinks,
  makeLargeFile,
  makeSmallFiles,
  makeSparseFile,
  rewriteBlocks,
} from './inputs.js';
import type { ObjectCase } from './object-bench.js';
import type { PlaceKind } from './places.js';

export interface BenchCase {
  readonly source: PlaceKind;
  readonly target: PlaceKind;
  /** Measured as the first copy of the input. */
  readonly first: string;
  readonly sizeMiB: number;
  /** Each way, of the network between the agents. */
  readonly delayMs?: number;
  /** A first copy for which the receiver asks is measured too. */
  readonly isPulled: boolean;
  /** Without other programs, which would read terabytes of zeros or do not go through the proxy. */
  readonly alone?: boolean;
  /** Where the holes are is left out when it is checked. */
  readonly isSparse?: boolean;
  make(into: string): void;
  /** Measured one after the other, each as the next copy after a change. */
  readonly later: readonly ChangeCase[];
}

export interface ChangeCase {
  readonly name: string;
  /** Changes and copies on end; 1 unless given. */
  readonly times?: number;
  change(tree: string, seed: number): void;
}

export interface CaseSizes {
  readonly entries: number;
  readonly diskEntries: number;
  readonly largeMiB: number;
  readonly smallFiles: number;
  /** Of the large file, on end. */
  readonly rewrites: number;
}

export const FULL: CaseSizes = {
  ...{ entries: 118_000, diskEntries: 50_000, largeMiB: 2_048, smallFiles: 1_000_000 },
  rewrites: 20,
};
export const QUICK: CaseSizes = { ...FULL, smallFiles: 200_000, rewrites: 3 };

const REWRITTEN_BLOCKS = 5_243;
const MOST_ON_EXT4 = 3;
const unchanged = (): void => undefined;

export function benchCases(sizes: CaseSizes): Readonly<Record<string, BenchCase>> {
  const { entries, diskEntries, smallFiles } = sizes;
  const small = { source: 'btrfs', target: 'xfs', isPulled: false } as const;
  const onBtrfs = { source: 'btrfs', target: 'btrfs', isPulled: false } as const;
  const realTree = { sizeMiB: 3_072, make: (into: string) => copyRealTree(into, entries) };
  const files = {
    sizeMiB: Math.ceil(smallFiles / 128) + 512,
    make: (into: string) => makeSmallFiles(into, smallFiles),
  };
  // Each dataset there is a whole copy of the file.
  const onExt4 = { ...sizes, rewrites: Math.min(sizes.rewrites, MOST_ON_EXT4) };
  return {
    tree: {
      ...{ source: 'btrfs', target: 'xfs', isPulled: true },
      ...realTree,
      first: 'P1 real tree, first copy',
      later: [
        { name: 'P2 real tree, nothing changed', change: unchanged },
        { name: 'P2 same, 10 files changed', change: editFiles },
      ],
    },
    'tree-btrfs': {
      ...{ ...onBtrfs, ...realTree },
      first: 'P1 real tree, btrfs to btrfs, first copy',
      later: unchangedThenEdited('P2 real tree, btrfs to btrfs'),
    },
    large: largeFile(sizes, 'P3', 'P4', 'btrfs', 'xfs'),
    'large-xfs': largeFile(sizes, 'P3 on XFS', 'P4 on XFS', 'xfs', 'xfs'),
    'large-ext4': largeFile(onExt4, 'P3 on ext4', 'P4e on ext4', 'ext4', 'ext4'),
    small: {
      ...{ ...small, ...files },
      first: `P5 ${smallFiles} files of 1 KiB, first copy`,
      later: unchangedThenEdited('P5 same'),
    },
    'small-btrfs': {
      ...{ ...onBtrfs, ...files },
      first: `P5 ${smallFiles} files of 1 KiB, btrfs to btrfs, first copy`,
      later: unchangedThenEdited('P5 btrfs to btrfs'),
    },
    directory: {
      ...{ ...small, ...files },
      first: `P6 one directory with ${smallFiles} files, first copy`,
      make: (into) => makeSmallFiles(into, smallFiles, smallFiles),
      later: unchangedThenEdited('P6 same'),
    },
    sparse: {
      ...small,
      ...{ alone: true, isSparse: true },
      first: 'P6 one file of 1 TiB with 1 GiB of data, first copy',
      sizeMiB: 1_536,
      make: makeSparseFile,
      later: [{ name: 'P6 same, nothing changed', change: unchanged }],
    },
    links: {
      ...small,
      first: 'P6 1,000 hard links of one file of 64 MiB, first copy',
      sizeMiB: 512,
      make: makeHardLinks,
      later: [{ name: 'P6 same, nothing changed', change: unchanged }],
    },
    delay: {
      ...{ source: 'btrfs', target: 'xfs', isPulled: true, alone: true },
      first: 'P7 one file of 1024 MiB through a proxy with 10 ms each way',
      sizeMiB: 1_024,
      delayMs: 10,
      make: (into) => makeLargeFile(into, 1_024),
      later: [],
    },
    disk: {
      ...{ source: 'disk', target: 'disk', isPulled: true },
      first: 'real tree on the disk below TMPDIR, first copy',
      sizeMiB: 1_024,
      make: (into) => copyRealTree(into, diskEntries),
      later: unchangedThenEdited('same'),
    },
  };
}

function unchangedThenEdited(name: string): readonly ChangeCase[] {
  return [
    { name: `${name}, nothing changed`, change: unchanged },
    { name: `${name}, 10 files changed`, change: editFiles },
  ];
}

function rewritten(name: string, largeMiB: number): ChangeCase {
  return {
    name: `${name} same, ${REWRITTEN_BLOCKS} random blocks of 4 KiB rewritten`,
    change: (tree, seed) => rewriteBlocks(tree, largeMiB, REWRITTEN_BLOCKS, seed),
  };
}

function largeFile(
  { largeMiB, rewrites }: CaseSizes,
  first: string,
  later: string,
  source: PlaceKind,
  target: PlaceKind,
): BenchCase {
  return {
    ...{ source, target, isPulled: first === 'P3' },
    first: `${first} one file of ${largeMiB} MiB, first copy`,
    sizeMiB: largeMiB,
    make: (into) => makeLargeFile(into, largeMiB),
    later: [{ ...rewritten(later, largeMiB), times: rewrites }],
  };
}

/** Backups into directories and into an S3 server. */
export function objectCases(sizes: CaseSizes): Readonly<Record<string, ObjectCase>> {
  const { entries, largeMiB } = sizes;
  return {
    'object-tree': {
      store: 'directory',
      first: 'O1 real tree, first backup',
      sizeMiB: 3_072,
      make: (into) => copyRealTree(into, entries),
      later: [{ name: 'O2 nothing changed', change: unchanged }],
      restore: 'O4 full restore of the tree',
    },
    'object-large': {
      ...{ store: 'directory', sizeMiB: largeMiB },
      first: `one file of ${largeMiB} MiB, first backup`,
      make: (into) => makeLargeFile(into, largeMiB),
      later: [rewritten('O3', largeMiB)],
      restore: 'full restore of the file',
    },
    'object-s3': {
      ...{ store: 's3', sizeMiB: largeMiB },
      first: `O6 one file of ${largeMiB} MiB, first backup to S3`,
      make: (into) => makeLargeFile(into, largeMiB),
      later: [rewritten('S3', largeMiB)],
      restore: 'full restore of the file from S3',
    },
  };
}
