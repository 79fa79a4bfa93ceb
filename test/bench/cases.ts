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

export interface BenchCase {
  /** Measured as the first copy of the input. */
  readonly first: string;
  readonly sizeMiB: number;
  readonly delayMs: number;
  /** Other programs, which would read terabytes of zeros, are left out, and so are holes when it is checked. */
  readonly sparse?: boolean;
  make(into: string): void;
  /** Measured one after the other, each as the next copy after a change. */
  readonly later: readonly ChangeCase[];
}

export interface ChangeCase {
  readonly name: string;
  change(tree: string, round: number): void;
}

export interface CaseSizes {
  readonly entries: number;
  readonly largeMiB: number;
  readonly smallFiles: number;
}

export const FULL: CaseSizes = { entries: 118_000, largeMiB: 2_048, smallFiles: 1_000_000 };
export const QUICK: CaseSizes = { ...FULL, smallFiles: 200_000 };

const REWRITTEN_BLOCKS = 5_243;
const unchanged = (): void => undefined;

export function benchCases(sizes: CaseSizes): Readonly<Record<string, BenchCase>> {
  const { entries, largeMiB, smallFiles } = sizes;
  return {
    tree: {
      first: 'P1 real tree, first copy',
      sizeMiB: 3_072,
      delayMs: 0,
      make: (into) => copyRealTree(into, entries),
      later: [
        { name: 'P2 real tree, nothing changed', change: unchanged },
        { name: 'P2 same, 10 files changed', change: editFiles },
      ],
    },
    large: {
      first: `P3 one file of ${largeMiB} MiB, first copy`,
      sizeMiB: largeMiB,
      delayMs: 0,
      make: (into) => makeLargeFile(into, largeMiB),
      later: [
        {
          name: `P4 same, ${REWRITTEN_BLOCKS} random blocks of 4 KiB rewritten`,
          change: (tree, round) => rewriteBlocks(tree, largeMiB, REWRITTEN_BLOCKS, round),
        },
      ],
    },
    small: {
      first: `P5 ${smallFiles} files of 1 KiB, first copy`,
      sizeMiB: Math.ceil(smallFiles / 128) + 512,
      delayMs: 0,
      make: (into) => makeSmallFiles(into, smallFiles),
      later: [
        { name: 'P5 same, nothing changed', change: unchanged },
        { name: 'P5 same, 10 files changed', change: editFiles },
      ],
    },
    directory: {
      first: `P6 one directory with ${smallFiles} files, first copy`,
      sizeMiB: Math.ceil(smallFiles / 128) + 512,
      delayMs: 0,
      make: (into) => makeSmallFiles(into, smallFiles, smallFiles),
      later: [
        { name: 'P6 same, nothing changed', change: unchanged },
        { name: 'P6 same, 10 files changed', change: editFiles },
      ],
    },
    sparse: {
      first: 'P6 one file of 1 TiB with 1 GiB of data, first copy',
      sizeMiB: 1_536,
      delayMs: 0,
      sparse: true,
      make: makeSparseFile,
      later: [{ name: 'P6 same, nothing changed', change: unchanged }],
    },
    links: {
      first: 'P6 1,000 hard links of one file of 64 MiB, first copy',
      sizeMiB: 512,
      delayMs: 0,
      make: makeHardLinks,
      later: [{ name: 'P6 same, nothing changed', change: unchanged }],
    },
    delay: {
      first: 'P7 one file of 1024 MiB through a proxy with 10 ms each way',
      sizeMiB: 1_024,
      delayMs: 10,
      make: (into) => makeLargeFile(into, 1_024),
      later: [],
    },
  };
}

/** Backups into directories. */
export function objectCases(sizes: CaseSizes): Readonly<Record<string, ObjectCase>> {
  const { entries, largeMiB } = sizes;
  return {
    'object-tree': {
      first: 'O1 real tree, first backup',
      sizeMiB: 3_072,
      make: (into) => copyRealTree(into, entries),
      later: [{ name: 'O2 nothing changed', change: unchanged }],
      restore: 'O4 full restore of the tree',
    },
    'object-large': {
      first: `one file of ${largeMiB} MiB, first backup`,
      sizeMiB: largeMiB,
      make: (into) => makeLargeFile(into, largeMiB),
      later: [
        {
          name: `O3 same, ${REWRITTEN_BLOCKS} random blocks of 4 KiB rewritten`,
          change: (tree, round) => rewriteBlocks(tree, largeMiB, REWRITTEN_BLOCKS, round),
        },
      ],
      restore: 'full restore of the file',
    },
  };
}
