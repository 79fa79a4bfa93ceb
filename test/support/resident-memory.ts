import { readFileSync } from 'node:fs';

export const MEBIBYTE = 1_048_576;
/** What an attack may make an agent grow by. */
export const MAX_GROWTH = 64 * MEBIBYTE;

/** Bytes that a process holds in memory now. */
export function residentBytes(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const kibibytes = /VmRSS:\s+(\d+)/.exec(status)?.[1];
  if (kibibytes === undefined) throw new Error(`process ${pid} has no memory: it has ended`);
  return 1_024 * Number(kibibytes);
}
