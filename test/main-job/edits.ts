import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  closeSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';

const BLOCK = 4_096;

/** Changes a real tree in each way the main job names, and says what was done, a line each. */
export function editTree(root: string): string[] {
  const files = largestFiles(root, 60);
  const directories = subdirectories(root);
  const take = () => {
    const file = files.shift();
    if (!file) throw new Error(`${root} has too few files to edit`);
    return file;
  };
  const done: string[] = [];
  const did = (line: string) => done.push(line);

  for (let count = 0; count < 10; count++) editInPlace(take());
  did('10 files edited in place, one 4 KiB block each');
  for (let count = 0; count < 10; count++) appendFileSync(take(), Buffer.alloc(10_000, 0x61));
  did('10 files appended to, 10,000 bytes each');

  const moved = directories.shift();
  if (!moved) throw new Error(`${root} has no directory to rename`);
  renameSync(moved, `${moved}.renamed`);
  did('a directory renamed, with all that is in it');

  const left = take();
  const right = take();
  renameSync(left, `${left}.swap`);
  renameSync(right, left);
  renameSync(`${left}.swap`, right);
  did('the names of two files swapped');

  for (let count = 0; count < 5; count++) rmSync(take());
  const gone = directories.shift();
  if (gone) rmSync(gone, { recursive: true });
  did('5 files and a directory deleted');

  for (let count = 0; count < 5; count++) chmodSync(take(), 0o640);
  did('the mode of 5 files changed');
  execFileSync('setfacl', ['-m', 'u:12345:rw,g:23456:r', take(), take(), take()]);
  did('ACLs set on 3 files');

  const replaced = take();
  rmSync(replaced);
  mkdirSync(replaced);
  writeFileSync(join(replaced, 'inside'), 'a directory where a file was\n');
  did('a file replaced by a directory');
  return done;
}

function editInPlace(path: string): void {
  const offset = Math.floor(lstatSync(path).size / 2 / BLOCK) * BLOCK;
  const fd = openSync(path, 'r+');
  writeSync(fd, Buffer.alloc(BLOCK, 0x7e), 0, BLOCK, offset);
  closeSync(fd);
}

/** The largest files with one name, in directories that are not edited otherwise. */
function largestFiles(root: string, count: number): string[] {
  const lines = execFileSync(
    'find',
    [
      root,
      '-xdev',
      '-mindepth',
      '3',
      '-type',
      'f',
      '-links',
      '1',
      '-size',
      '+64k',
      '-size',
      '-20M',
      '-printf',
      '%s %p\\n',
    ],
    { encoding: 'utf8', maxBuffer: 256 * 1024 * 1024 },
  );
  return lines
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => ({
      size: Number(line.slice(0, line.indexOf(' '))),
      path: line.slice(line.indexOf(' ') + 1),
    }))
    .sort((a, b) => b.size - a.size || a.path.localeCompare(b.path))
    .slice(0, count)
    .map(({ path }) => path);
}

/** Directories two levels below the root, the most populated first: none of them holds another. */
function subdirectories(root: string): string[] {
  return readdirSync(root)
    .flatMap((top) =>
      readdirSync(join(root, top), { withFileTypes: true })
        .filter((entry) => entry.isDirectory())
        .map((entry) => join(root, top, entry.name)),
    )
    .map((path) => ({ path, entries: readdirSync(path).length }))
    .filter(({ entries }) => entries > 2)
    .sort((a, b) => b.entries - a.entries || a.path.localeCompare(b.path))
    .slice(0, 12)
    .map(({ path }) => path)
    .reverse();
}
