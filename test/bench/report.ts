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

/** The rounds are pairs: each round of `dm` over the round of the other program beside it. */
function ratio(dm: readonly number[], peer: readonly number[]): string {
  const ratios = dm.map((seconds, round) => seconds / (peer[round] ?? Number.NaN));
  return `${median(ratios).toFixed(2)} (${Math.min(...ratios).toFixed(2)}-${Math.max(...ratios).toFixed(2)})`;
}

export function printCase({ name, dm, peers }: CaseResult): string {
  const totals = dm.map(({ datasetSeconds, copySeconds }) => datasetSeconds + copySeconds);
  const of = (pick: (run: DmRun) => number): string => median(dm.map(pick)).toFixed(2);
  const lines = [
    `${name}: dm ${median(totals).toFixed(2)} s = dataset ${of((run) => run.datasetSeconds)} + copy ${of((run) => run.copySeconds)}, median of ${dm.length}`,
  ];
  for (const [peer, seconds] of peers) {
    lines.push(
      `  ${peer} ${median(seconds).toFixed(2)} s; dm / ${peer}: ${ratio(totals, seconds)}`,
    );
  }
  lines.push(
    `  CPU: sender ${of((run) => run.cpuSeconds.sender)} s, receiver ${of((run) => run.cpuSeconds.receiver)} s`,
    `  peak RSS: sender ${of((run) => run.peakRssMiB.sender)} MiB, receiver ${of((run) => run.peakRssMiB.receiver)} MiB`,
  );
  const wire = dm.flatMap(({ wireBytes }) => (wireBytes === null ? [] : [wireBytes]));
  if (wire.length > 0) lines.push(`  bytes on the wire: ${median(wire)}`);
  return lines.join('\n');
}
