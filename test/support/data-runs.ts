import { execFileSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { childPath } from './child-path.js';

/** Where the data and the holes of a file begin, as SEEK_DATA and SEEK_HOLE of xfs_io tell it. */
export function dataRuns(path: Buffer): string {
  const script = `xfs_io -r -c 'seek -a -r 0' ${childPath(path)}`;
  const output = execFileSync('bash', ['-c', script], { encoding: 'latin1' });
  const runs = output.split('\n').filter((line) => /^(DATA|HOLE)/.test(line));
  return runs.map((line) => line.replace(/\s+/g, '@')).join(' ');
}

/** Where a file has data, as [from, to). */
export function dataRanges(path: Buffer): (readonly [from: number, to: number])[] {
  const runs = dataRuns(path)
    .split(' ')
    .map((run) => run.split('@'));
  return runs.flatMap(([what, from], index) => {
    if (what !== 'DATA') return [];
    const next = runs[index + 1]?.[1];
    return [[Number(from), next === undefined ? statSync(path).size : Number(next)] as const];
  });
}
