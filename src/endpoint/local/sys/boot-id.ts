import { readFileSync } from 'node:fs';

/** The kernel's random id of this boot: another one means that what was not synced may be lost. */
export function readBootId(): string {
  return readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim();
}
