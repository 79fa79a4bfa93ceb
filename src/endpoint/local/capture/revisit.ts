import type { Catalog } from '../../../catalog/catalog.js';
import { compareBytes } from '../../../util/bytes.js';
import type { ChangedDirectory } from './changed-tree.js';
import type { EntryScanner } from './entry-scanner.js';
import type { ScannedDirectory } from './scan-types.js';
import type { Subdirectory } from './subdirectory.js';

/**
 * Looks at the named entries of a directory whose list of entries is as the previous catalog has it. Returns the subdirectories
 * in which there is more to see, in name order; null when the directory is not as it should be, and has to be read.
 */
export async function revisit(
  directory: ScannedDirectory,
  changed: ChangedDirectory,
  { scanner, catalog }: { readonly scanner: EntryScanner; readonly catalog: Catalog },
): Promise<Subdirectory[] | null> {
  for (const name of changed.names.values()) {
    const former = await catalog.lookup(directory.gfid, name);
    if (former === null) return null;
    const outcome = await scanner.again(directory, name, former);
    if (outcome !== 'kept' && (outcome === 'absent' || outcome.gfid !== former.gfid)) return null;
  }
  const subdirectories: Subdirectory[] = [];
  for (const latin1 of changed.children.keys()) {
    const name = Buffer.from(latin1, 'latin1');
    const former = await catalog.lookup(directory.gfid, name);
    if (former?.type !== 'dir') return null;
    const { gfid } = former;
    subdirectories.push({ name, gfid, isNew: false, ino: null, seenIn: directory.read });
  }
  return subdirectories.sort((a, b) => compareBytes(a.name, b.name));
}
