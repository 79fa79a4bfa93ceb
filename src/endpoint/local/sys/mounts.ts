import { readFileSync, readlinkSync } from 'node:fs';

const MOUNT_POINT = 4;

/** Whether anything is mounted below the directory `fd`, as this process sees it; false when that is no longer at a path. */
export function hasMountsBelow(fd: number): boolean {
  const above = `${readlinkSync(`/proc/self/fd/${fd}`, 'latin1')}/`;
  // proc(5): fields that blanks separate; blanks in the names are written as octal numbers.
  const lines = readFileSync('/proc/self/mountinfo', 'latin1').split('\n');
  return lines.some((line) => unescaped(line.split(' ')[MOUNT_POINT] ?? '').startsWith(above));
}

function unescaped(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, code: string) =>
    String.fromCharCode(Number.parseInt(code, 8)),
  );
}
