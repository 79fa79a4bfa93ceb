import { copyRealTree, makeLargeFile, makeSmallFiles, rewriteBlocks } from './inputs.js';

export interface BenchCase {
  /** Measured as the first copy of the input. */
  readonly first: string;
  readonly sizeMiB: number;
  readonly delayMs: number;
  make(into: string): void;
  /** Measured as the next copy after a change. */
  readonly second: { readonly name: string; change(tree: string, round: number): void } | null;
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
      second: { name: 'P2 real tree, nothing changed', change: unchanged },
    },
    large: {
      first: `P3 one file of ${largeMiB} MiB, first copy`,
      sizeMiB: largeMiB,
      delayMs: 0,
      make: (into) => makeLargeFile(into, largeMiB),
      second: {
        name: `P4 same, ${REWRITTEN_BLOCKS} random blocks of 4 KiB rewritten`,
        change: (tree, round) => rewriteBlocks(tree, largeMiB, REWRITTEN_BLOCKS, round),
      },
    },
    small: {
      first: `P5 ${smallFiles} files of 1 KiB, first copy`,
      sizeMiB: Math.ceil(smallFiles / 128) + 512,
      delayMs: 0,
      make: (into) => makeSmallFiles(into, smallFiles),
      second: { name: 'P5 same, nothing changed', change: unchanged },
    },
    delay: {
      first: 'P7 one file of 1024 MiB through a proxy with 10 ms each way',
      sizeMiB: 1_024,
      delayMs: 10,
      make: (into) => makeLargeFile(into, 1_024),
      second: null,
    },
  };
}
