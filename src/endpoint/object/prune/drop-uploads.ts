import { NUMBERS_PREFIX } from '../../../repository/object-layout.js';
import type { PruneModules } from './prune-types.js';

/** Drops uploads below the repository, and of numbers, that were begun so long ago that nobody goes on with them; returns how many. */
export async function dropUploads(
  { olderThanMs, dryRun }: { olderThanMs: number; dryRun: boolean },
  { repository, store }: PruneModules,
  signal: AbortSignal,
): Promise<number> {
  const now = await store.now(signal);
  let dropped = 0;
  const { prefix, plainTree } = repository.layout;
  for (const below of [plainTree ?? prefix, NUMBERS_PREFIX]) {
    for await (const page of store.listUnfinished(below, signal)) {
      for (const upload of page) {
        if (now - upload.startedAtMs < olderThanMs) continue;
        dropped++;
        if (!dryRun) await store.dropUnfinished(upload, signal);
      }
    }
  }
  return dropped;
}
