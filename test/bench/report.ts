import type { DmRun } from './agent-pair.js';

/** One row of the table: what was measured in the rounds of one case. */
export interface CaseResult {
  readonly name: string;
  readonly dm: readonly DmRun[];
  /** Seconds of each round, by program. */
  readonly peers: ReadonlyMap<string, readonly number[]>;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const half = Math.floor(sorted.length / 2);
  const [low = 0, high = low] = sorted.slice(sorted.length % 2 === 1 ? half : half - 1);
  return sorted.length % 2 === 1 ? low : (low + high) / 2;
}

/**
 * The rounds are pairs: each round of `dm` over the round of the other program beside it, and of those ratios the
 * median, as of everything else.
 */
export function printCase({ name, dm, peers }: CaseResult): string {
  const totals = dm.map(({ datasetSeconds, copySeconds }) => datasetSeconds + copySeconds);
  const of = (pick: (run: DmRun) => number): string => median(dm.map(pick)).toFixed(2);
  const both = (pick: (run: DmRun) => DmRun['cpuSeconds'], unit: string): string =>
    `sender ${of((run) => pick(run).sender)} ${unit}, receiver ${of((run) => pick(run).receiver)} ${unit}`;
  const lines = [
    `${name}: dm ${spread(totals)} s = dataset ${of((run) => run.datasetSeconds)} + copy ${of((run) => run.copySeconds)}, median of ${dm.length}, the last ${totals.at(-1)?.toFixed(2)} s`,
  ];
  for (const [peer, seconds] of peers) {
    const ratios = totals.map((total, round) => total / (seconds[round] ?? Number.NaN));
    lines.push(`  ${peer} ${spread(seconds)} s; dm / ${peer}: ${spread(ratios)}`);
  }
  lines.push(
    `  CPU: ${both((run) => run.cpuSeconds, 's')}`,
    `  peak RSS: ${both((run) => run.peakRssMiB, 'MiB')}`,
    `  read from files and sockets: ${both((run) => run.readMiB, 'MiB')}`,
  );
  const wire = dm.flatMap(({ wireBytes }) => (wireBytes === null ? [] : [wireBytes]));
  if (wire.length > 0) {
    lines.push(`  bytes on the wire: ${median(wire)}, the most ${Math.max(...wire)}`);
  }
  return lines.join('\n');
}

/** Median, lowest and highest. */
function spread(values: readonly number[]): string {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  return `${median(values).toFixed(2)} (${low.toFixed(2)}-${high.toFixed(2)})`;
}
