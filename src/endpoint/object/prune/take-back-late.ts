import { DmError } from '../../../model/error.js';
import { PACK_KINDS } from '../../../repository/doomed-list.js';
import { deleteRecord } from '../deletions.js';
import { ReferencedPacks } from '../references/referenced-packs.js';
import type { Doom } from './doom-packs.js';
import { doomedSet } from './doom-packs.js';
import { type LiveRecords, liveRecords, newRecords } from './live-datasets.js';
import type { PruneModules } from './prune-types.js';

/**
 * Takes back datasets whose records were put after the last look, though they name packs of the list that are deleted: their writers
 * looked before it was written, stood still for all of its grace, and have not confirmed them. `target_changed` when
 * there was one.
 */
export async function takeBackLate(
  { records, listed }: { records: LiveRecords; listed: Doom },
  modules: PruneModules,
  signal: AbortSignal,
): Promise<void> {
  const late = newRecords(await liveRecords(modules, signal), records);
  const doomed = doomedSet(listed.list);
  const takenBack: string[] = [];
  for (const [key, record] of late) {
    let isWhole = true;
    // What cannot be read is named all the same by what is above it.
    const options = { directory: modules.scratch, damaged: () => undefined };
    using references = await ReferencedPacks.of([record.maps], options, modules, signal);
    for (const kind of PACK_KINDS) {
      for await (const { pack, frames, stored } of references.packs(kind, signal)) {
        if (frames.length > 0 && stored === null && doomed[kind].has(pack)) isWhole = false;
      }
    }
    if (isWhole) continue;
    await deleteRecord(key, { layout: modules.repository.layout, store: modules.store }, signal);
    takenBack.push(String(record.number));
  }
  if (takenBack.length === 0) return;
  throw new DmError(
    'target_changed',
    `dataset ${takenBack.join(', ')} was taken back: its writer stood still for longer than the grace, and what it refers to is deleted; run that backup again, and prune with a longer grace`,
  );
}
