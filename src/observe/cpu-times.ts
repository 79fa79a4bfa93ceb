import { cpus } from 'node:os';

/** Milliseconds since some moment, over all CPUs. */
export interface CpuTimes {
  readonly totalMs: number;
  readonly busyMs: number;
  /** Of this process, its threads included. */
  readonly ownMs: number;
}

export function cpuTimes(): CpuTimes {
  let totalMs = 0;
  let idleMs = 0;
  for (const { times } of cpus()) {
    totalMs += times.user + times.nice + times.sys + times.idle + times.irq;
    idleMs += times.idle;
  }
  const { user, system } = process.cpuUsage();
  return { totalMs, busyMs: totalMs - idleMs, ownMs: (user + system) / 1000 };
}
