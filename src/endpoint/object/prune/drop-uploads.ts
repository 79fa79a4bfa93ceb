import type { PruneModules } from './prune-types.js';

/** Drops uploads below the repository that were begun so long ago that nobody goes on with them; returns how many. */
export async function dropUploads(
  { olderThanMs, dryRun }: { olderThanMs: number; dryRun: boolean },
  { repository, store }: PruneModules,
  signal: AbortSignal,
): Promise<number> {
  const now = await store.now(signal);
  let dropped = 0;
  const { prefix, plainTree } = repository.layout;
  for await (const page of store.listUnfinished(plainTree ?? prefix, signal)) {
    for (const upload of page) {
      if (now - upload.startedAtMs < olderThanMs) continue;
      dropped++;
      if (!dryRun) await store.dropUnfinished(upload, signal);
    }
  }
  return dropped;
}
