import type { DmRun } from './agent-pair.js';
import type { CaseResult } from './report.js';

/** What is measured of one case, told on stderr as it comes. */
export class CollectedCase implements CaseResult {
  readonly name: string;
  readonly dm: DmRun[] = [];
  readonly peers = new Map<string, number[]>();

  constructor(name: string) {
    this.name = name;
  }

  run(run: DmRun): void {
    this.dm.push(run);
    this.#tell('dm', run.datasetSeconds + run.copySeconds);
  }

  peer(name: string, seconds: number): void {
    this.peers.set(name, [...(this.peers.get(name) ?? []), seconds]);
    this.#tell(name, seconds);
  }

  #tell(program: string, seconds: number): void {
    process.stderr.write(`${this.name}: ${program} ${seconds.toFixed(2)} s\n`);
  }
}
