import { median } from './report.js';

/** What one program took for one step of one round. */
export interface ObjectRun {
  readonly program: string;
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly peakRssMiB: number;
  /** That the step added to the repository. */
  readonly storedBytes: number;
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
      `CPU ${middle((run) => run.cpuSeconds).toFixed(2)} s`,
      `peak RSS ${middle((run) => run.peakRssMiB).toFixed(0)} MiB`,
      `stored ${middle((run) => run.storedBytes)} bytes`,
      ...(program === 'dm' ? [] : [`dm / ${program} ${median(ratios).toFixed(2)}`]),
    ].join(', ');
  });
  return [`${name}, median of ${dm.length}`, ...lines].join('\n');
}
