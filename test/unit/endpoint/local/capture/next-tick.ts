import { chmodSync, lstatSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Waits until the clock of the file system has moved on, so that nothing done before is racy. */
export async function nextTick(directory: string): Promise<void> {
  const probe = join(directory, 'tick');
  writeFileSync(probe, '');
  const start = lstatSync(probe, { bigint: true }).ctimeNs;
  while (lstatSync(probe, { bigint: true }).ctimeNs - start < 10_000_000n) {
    await new Promise((resolve) => setImmediate(resolve));
    chmodSync(probe, 0o600);
  }
}
