import type { Catalog } from '../../../catalog/catalog.js';
import type { Gfid } from '../../../model/ids.js';
import { ALWAYS } from './scan-events.js';
import type { ScanNotes } from './scan-notes.js';

/**
 * Notes the removal of all that the previous catalog has below directories that are gone. Directories
 * that have moved out of them are left alone, for they were read where they are now. `stable` false: only
 * directories whose name something else has taken are believed to be gone.
 */
export async function removeVanishedDirectories(
  notes: ScanNotes,
  previous: Catalog,
  stable: boolean,
): Promise<void> {
  const { reads } = notes;
  const gone: Gfid[] = [];
  for (const name of notes.removedDirectories) {
    if (notes.isMissing(name) && (stable || name.replaced)) gone.push(name.gfid);
  }
  const always = { read: ALWAYS };
  for (let directory = gone.pop(); directory !== undefined; directory = gone.pop()) {
    reads.drop(directory);
    for await (const batch of previous.list(directory)) {
      for (const { name, gfid, type } of batch) {
        notes.removed(name, { gfid: directory, ...always }, { gfid, type }, false);
        if (type === 'dir' && !notes.isMoved(gfid)) gone.push(gfid);
      }
    }
  }
}
