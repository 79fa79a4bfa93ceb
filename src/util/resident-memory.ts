import { memoryUsage } from 'node:process';

/**
 * Bytes of this process in memory; null when the kernel does not tell now. It is read from a file of /proc, which fails where
 * descriptors or memory have run out: no reason to end for who only wants to know whether to tidy up.
 */
export function residentBytes(): number | null {
  try {
    return memoryUsage.rss();
  } catch {
    return null;
  }
}
