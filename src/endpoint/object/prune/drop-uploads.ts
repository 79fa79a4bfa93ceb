import { NUMBERS_PREFIX } from '../../../repository/object-layout.js';
import type { PruneModules } from './prune-types.js';

/** Drops uploads below the repository, of numbers and of no key, that were begun so long ago that nobody goes on with them; returns how many. */
export async function dropUploads(
  { olderThanMs, dryRun }: { olderThanMs: number; dryRun: boolean },
  { repository, store }: PruneModules,
  signal: AbortSignal,
): Promise<number> {
  const now = await store.now(signal);
  /** What is of no key is listed with every prefix. */
  const dropped = new Set<string>();
  const { prefix, plainTree } = repository.layout;
  for (const below of [plainTree ?? prefix, NUMBERS_PREFIX]) {
    for await (const page of store.listUnfinished(below, signal)) {
      for (const upload of page) {
        if (now - upload.startedAtMs < olderThanMs) continue;
        dropped.add(`${upload.uploadId} ${upload.key}`);
        if (!dryRun) await store.dropUnfinished(upload, signal);
      }
    }
  }
  return dropped.size;
}
