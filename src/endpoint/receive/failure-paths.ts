import type { Catalog } from '../../catalog/catalog.js';
import type { EntryFailure } from '../change-stream.js';
import type { FileFailure } from './file-failure.js';

const SLASH = Buffer.from('/');

/** The failures with the path that each entry has in the catalog. */
export async function withPaths(
  failures: readonly FileFailure[],
  catalog: Catalog,
): Promise<EntryFailure[]> {
  const told: EntryFailure[] = [];
  for (const failure of failures) {
    const names = (await catalog.pathOf(failure.gfid)) ?? [];
    const path = Buffer.concat(names.flatMap((name, at) => (at > 0 ? [SLASH, name] : [name])));
    told.push({ ...failure, path });
  }
  return told;
}
