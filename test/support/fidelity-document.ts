import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { type FidelityResult, WAYS } from './fidelity-run.js';

const DOCUMENT = 'docs/fidelity.md';

/** The lines of the table, by the title of their row. */
export function tableLines(results: readonly FidelityResult[]): Map<string, string> {
  return new Map(
    results.map(({ row, lost }) => {
      const cells = WAYS.map((way) => (lost[way].length === 0 ? 'kept' : '**lost**'));
      return [row.title, `| ${[row.title, ...cells].join(' | ')} |`];
    }),
  );
}

/** Lines of the document that are not what the test has found. */
export function outdatedLines(results: readonly FidelityResult[]): string[] {
  const written = readFileSync(DOCUMENT, 'utf8').split('\n');
  return [...tableLines(results).values()].filter((line) => !written.includes(line));
}

export function writeDocument(results: readonly FidelityResult[]): void {
  const [version = ''] = execFileSync('rsync', ['--version'], { encoding: 'utf8' }).split('\n');
  const table = [
    `| | ${WAYS.join(' | ')} |`,
    `|---${'|---'.repeat(WAYS.length)}|`,
    ...tableLines(results).values(),
  ];
  const notes = results
    .filter(({ lost }) => lost['rsync -aHAXS'].length > 0)
    .map(({ row, lost }) => `- ${row.title}: \`${(lost['rsync -aHAXS'][0] ?? '').slice(0, 60)}\``);
  const text = [
    ...INTRODUCTION,
    ...table,
    '',
    `The last column was made with ${version.replace(/ {2,}/g, ' ').trim()}, run as root on the same file system. The first thing that it lost of each row:`,
    '',
    ...notes,
    '',
    ...REMARKS,
    '',
  ].join('\n');
  writeFileSync(DOCUMENT, text);
}

const INTRODUCTION = [
  '# What a copy keeps',
  '',
  'This page is written by `scripts/long-fidelity.sh`, and the test suite fails when it is not true any more. Each row is a directory of a tree',
  'on btrfs. The tree is copied as root in four ways, changed where the row says so, and copied again; then source and copies are compared by a',
  'walker that shares no code with the program: type, bytes, holes, mode, owner, modification time, target, device numbers, extended attributes',
  'with ACLs, and which names are one inode.',
  '',
];

const REMARKS = [
  'What a target cannot hold or may not be given (another file system, an agent without the rights of root, a peer without `privileged`) is',
  'listed by path in `dm jobs failures`; everything else is kept. Birth and change times are recorded, not set.',
  '',
  'The access time that a dataset recorded is set when an entry is made, and when a copy brings it new content or another attribute of this table. A change of the access time alone',
  '(`touch -a`), a new name or one more hard link do not bring it to a copy that has the entry already; `rsync -U` would. Reading is seen by nobody, and an agent that reads a file for',
  'a dataset may set its access time as any reader does: mount what is copied with `noatime` where that matters.',
];
