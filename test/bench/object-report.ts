import type { ProcessUse } from './process-meter.js';
import { median } from './report.js';

/** What one program took for one step of one round. */
export interface ObjectRun {
  readonly program: string;
  readonly seconds: number;
  /** null for what runs in the benchmark itself. */
  readonly use: ProcessUse | null;
  /** That the step added to the repository. */
  readonly storedBytes: number;
  /** That the store was asked for; null where nobody counts. */
  readonly requests: number | null;
}

export function printObjectCase(name: string, runs: readonly ObjectRun[]): string {
  const programs = [...new Set(runs.map(({ program }) => program))];
  const of = (program: string) => runs.filter((run) => run.program === program);
  const dm = of('dm');
  const lines = programs.map((program) => {
    const mine = of(program);
    const middle = (pick: (run: ObjectRun) => number): number => median(mine.map(pick));
    const ratios = dm.map((run, round) => run.seconds / (mine[round]?.seconds ?? Number.NaN));
    return [
      `  ${program} ${middle((run) => run.seconds).toFixed(2)} s`,
      ...(mine.some(({ use }) => use === null)
        ? []
        : [
            `CPU ${middle((run) => run.use?.cpuSeconds ?? 0).toFixed(2)} s`,
            `peak RSS ${middle((run) => run.use?.peakRssMiB ?? 0).toFixed(0)} MiB`,
          ]),
      `stored ${middle((run) => run.storedBytes)} bytes`,
      ...(mine.some(({ requests }) => requests === null)
        ? []
        : [`${middle((run) => run.requests ?? 0)} requests`]),
      ...(program === 'dm' ? [] : [`dm / ${program} ${median(ratios).toFixed(2)}`]),
    ].join(', ');
  });
  return [`${name}, median of ${dm.length}`, ...lines].join('\n');
}
