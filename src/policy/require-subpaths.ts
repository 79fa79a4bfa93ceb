import { componentsOf, missingSubpath } from '../endpoint/changes/subpath-scope.js';
import type { Source } from '../endpoint/source.js';
import type { DatasetInfo } from '../model/dataset.js';

/**
 * Fails with `not_found` for a subpath that the dataset does not have: before a target is
 * asked to receive, so that nothing of the copy is left there.
 */
export async function requireSubpaths(
  source: Pick<Source, 'open'>,
  { id, basePath }: DatasetInfo,
  subpaths: readonly Uint8Array[],
  signal: AbortSignal,
): Promise<void> {
  if (subpaths.length === 0) return;
  await using reader = await source.open({ id, basePath }, signal);
  for (const subpath of subpaths) {
    const entry = await reader.lookup(componentsOf(subpath), signal);
    if (entry === null) throw missingSubpath(subpath);
  }
}
