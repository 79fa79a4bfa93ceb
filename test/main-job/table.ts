import type { RsyncRun } from './rsync.js';

export interface Row {
  readonly step: string;
  readonly entries: number;
  readonly bytes: number;
  readonly bytesSent: number;
  readonly seconds: number;
  readonly rsync: RsyncRun | null;
}

const HEADER = ['step', 'entries', 'bytes', 'sent', 'seconds', 'rsync sent', 'rsync seconds'];

/** Aligned columns; "-" where rsync was not run. */
export function printTable(rows: readonly Row[]): string {
  const cells = rows.map((row) => [
    row.step,
    String(row.entries),
    mebibytes(row.bytes),
    mebibytes(row.bytesSent),
    row.seconds.toFixed(1),
    row.rsync ? mebibytes(row.rsync.bytesSent) : '-',
    row.rsync ? row.rsync.seconds.toFixed(1) : '-',
  ]);
  const lines = [HEADER, ...cells];
  const widths = HEADER.map((_, column) =>
    Math.max(...lines.map((line) => (line[column] ?? '').length)),
  );
  return lines
    .map((line) =>
      line
        .map((cell, column) =>
          column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
        )
        .join('  '),
    )
    .join('\n');
}

function mebibytes(bytes: number): string {
  return `${(bytes / 1024 / 1024).toFixed(1)} MiB`;
}
