import { lstatSync, mkdirSync } from 'node:fs';
import { DmError } from '../model/error.js';

const OTHERS = 0o077;

/**
 * Makes the state directory with mode 0700, or checks that it is ours
 * alone. Throws `unsafe_permissions`.
 */
export function prepareStateDirectory(path: string): void {
  mkdirSync(path, { recursive: true, mode: 0o700 });
  const stat = lstatSync(path);
  if (!stat.isDirectory()) {
    throw new DmError(
      'unsafe_permissions',
      `state directory ${path} is not a directory; give the real path`,
    );
  }
  if (stat.uid !== process.geteuid?.() || (stat.mode & OTHERS) !== 0) {
    throw new DmError(
      'unsafe_permissions',
      `state directory ${path} is not ours with mode 0700; run \`chown\` and \`chmod 0700\` on it, or give another --state-dir`,
    );
  }
}
