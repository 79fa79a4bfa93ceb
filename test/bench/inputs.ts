import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  closeSync,
  ftruncateSync,
  linkSync,
  mkdirSync,
  opendirSync,
  openSync,
  readdirSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { Random } from '../support/e2e-random.js';
import { noise } from '../support/e2e-trees.js';

const MIB = 1_048_576;
const BLOCK = 4_096;
const BATCH_FILES = 1_000;
const EDITED_FILES = 10;
const SMALL_BYTES = 1_024;

/** Copies the directories of /usr and /usr/lib with the most entries until there are enough. */
export function copyRealTree(into: string, entries: number): void {
  mkdirSync(into, { recursive: true });
  let have = 0;
  for (const { path, count } of largestDirectories()) {
    if (have >= entries) return;
    execFileSync('cp', ['-a', '--one-file-system', path, join(into, basename(path))]);
    have += count;
  }
  if (have < entries) throw new Error(`/usr has ${have} entries, and ${entries} are wanted`);
}

function largestDirectories(): { path: string; count: number }[] {
  const below = (path: string): string[] =>
    readdirSync(path, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => join(path, entry.name));
  const paths = [...below('/usr').filter((path) => path !== '/usr/lib'), ...below('/usr/lib')];
  return paths
    .map((path) => ({ path, count: countEntries(path) }))
    .sort((a, b) => b.count - a.count);
}

export function countEntries(path: string): number {
  const dots = execFileSync('find', [path, '-xdev', '-printf', '.'], { maxBuffer: 1 << 30 });
  return dots.length;
}

/** One file of random bytes. */
export function makeLargeFile(into: string, sizeMiB: number): void {
  mkdirSync(into, { recursive: true });
  const fd = openSync(join(into, 'file'), 'w');
  for (let part = 0; part < sizeMiB; part += 8) writeSync(fd, noise(8 * MIB, part));
  closeSync(fd);
}

/** One file of 1 TiB that has 1 MiB of random bytes in each GiB of it. */
export function makeSparseFile(into: string): void {
  mkdirSync(into, { recursive: true });
  const fd = openSync(join(into, 'file'), 'w');
  ftruncateSync(fd, 1024 ** 4);
  for (let at = 0; at < 1024; at++) writeSync(fd, noise(MIB, at), 0, MIB, at * 1024 * MIB);
  closeSync(fd);
}

/** One file with a thousand names, in ten directories. */
export function makeHardLinks(into: string): void {
  makeLargeFile(into, 64);
  for (let at = 1; at < 1_000; at++) {
    const folder = join(into, String(at % 10));
    mkdirSync(folder, { recursive: true });
    linkSync(join(into, 'file'), join(folder, `name-${at}`));
  }
}

/** Writes `blocks` blocks of 4 KiB of the large file anew, at random places. */
export function rewriteBlocks(tree: string, sizeMiB: number, blocks: number, seed: number): void {
  const random = new Random(seed);
  const chosen = new Set<number>();
  while (chosen.size < blocks) chosen.add(random.below((sizeMiB * MIB) / BLOCK));
  const fd = openSync(join(tree, 'file'), 'r+');
  for (const block of chosen) {
    writeSync(fd, noise(BLOCK, seed * 1_000_003 + block), 0, BLOCK, block * BLOCK);
  }
  closeSync(fd);
}

/** Files of 1 KiB, so many in a folder. */
export function makeSmallFiles(into: string, files: number, inFolder = BATCH_FILES): void {
  for (let first = 0; first < files; first += BATCH_FILES) {
    const folder = join(into, String(Math.floor(first / inFolder)));
    mkdirSync(folder, { recursive: true });
    const bytes = noise(BATCH_FILES * SMALL_BYTES, first);
    for (let index = 0; index < BATCH_FILES; index++) {
      const at = index * SMALL_BYTES;
      writeFileSync(join(folder, `file-${first + index}`), bytes.subarray(at, at + SMALL_BYTES));
    }
  }
}

/** Adds a line to ten files. */
export function editFiles(tree: string, round: number): void {
  const directory = opendirSync(tree, { recursive: true });
  let edited = 0;
  while (edited < EDITED_FILES) {
    const entry = directory.readSync();
    if (entry === null) throw new Error(`${tree} has ${edited} files only`);
    if (!entry.isFile()) continue;
    appendFileSync(join(entry.parentPath, entry.name), `round ${round}\n`);
    edited++;
  }
  directory.closeSync();
}
