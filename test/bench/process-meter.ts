import { readFileSync, writeFileSync } from 'node:fs';

/** Clock ticks of /proc a second, on every Linux. */
const TICKS = 100;

export interface ProcessUse {
  readonly cpuSeconds: number;
  readonly peakRssMiB: number;
  /** By system calls, from files and from sockets. */
  readonly readMiB: number;
}

/** Measures a process, all its threads, from its making on. */
export class ProcessMeter {
  readonly #pid: number;
  readonly #before: number;
  readonly #readBefore: number;

  constructor(pid: number) {
    this.#pid = pid;
    // The peak begins anew.
    writeFileSync(`/proc/${pid}/clear_refs`, '5');
    this.#before = cpuTicks(pid);
    this.#readBefore = bytesRead(pid);
  }

  read(): ProcessUse {
    const peak = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${this.#pid}/status`, 'utf8'));
    return {
      cpuSeconds: (cpuTicks(this.#pid) - this.#before) / TICKS,
      peakRssMiB: Number(peak?.[1] ?? 0) / 1024,
      readMiB: (bytesRead(this.#pid) - this.#readBefore) / 1_048_576,
    };
  }
}

function cpuTicks(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return Number(fields[11] ?? 0) + Number(fields[12] ?? 0);
}

function bytesRead(pid: number): number {
  return Number(/^rchar: (\d+)$/m.exec(readFileSync(`/proc/${pid}/io`, 'utf8'))?.[1] ?? 0);
}
