import { existsSync, readdirSync } from 'node:fs';
import type { MapRoot } from '../../../catalog/map-root.js';
import type { DataRoot } from '../layout/data-root.js';
import type { DatasetRecord } from '../layout/dataset-record.js';
import type { TreeDirectory } from '../layout/tree-directory.js';
import { loadSession } from '../receive/session-record.js';
import { sessionsOf } from '../receive/staging-area.js';

type Named = () => readonly (MapRoot | null)[];

/**
 * Every map that a record of the root names: those of datasets, bookmarks and deletions
 * under way, of live trees, and of receives and restores that go on later. Records
 * change while this looks: it looks again until nothing is new, so that what a record
 * took over from one that has gone is found.
 */
export function* neededMaps(root: DataRoot): Generator<MapRoot, void> {
  const seen = new Set<string>();
  for (;;) {
    let isNew = false;
    for (const { directory } of [...root.trees(), ...root.restores()]) {
      for (const [name, maps] of presentRecordsOf(directory)) {
        const key = `${directory.id}/${name}`;
        if (seen.has(key)) continue;
        seen.add(key);
        isNew = true;
        for (const map of maps()) if (map !== null) yield map;
      }
    }
    if (!isNew) return;
  }
}

/** None of a tree that was taken away meanwhile, as those of restores are when they end. */
function presentRecordsOf(directory: TreeDirectory): (readonly [name: string, maps: Named])[] {
  try {
    return [...recordsOf(directory)];
  } catch (error) {
    if (existsSync(directory.path)) throw error;
    return [];
  }
}

/**
 * Each record with a name that another state of it does not have. Maps move
 * from sessions to datasets, and never back.
 */
function* recordsOf(directory: TreeDirectory): Generator<readonly [name: string, maps: Named]> {
  for (const session of sessionsOf(directory)) {
    const record = loadSession(directory, session);
    if (record !== null) {
      const name = `session ${session} ${record.phase} ${mapNames(mapsOf(record.draft))}`;
      yield [name, () => mapsOf(record.draft)];
    }
  }
  const { head, bindings, inodeIndex } = directory.load();
  yield [`tree ${head} ${mapNames([bindings, inodeIndex])}`, () => [bindings, inodeIndex]];
  for (const id of directory.datasetIds()) {
    const stamp = directory.datasetStamp(id);
    if (stamp !== null) yield [`dataset ${id} ${stamp}`, () => mapsOf(directory.readDataset(id))];
  }
  for (const id of directory.bookmarkIds()) {
    yield [`bookmark ${id}`, () => mapsOf(directory.readCatalogOf(id))];
  }
  for (const record of directory.deleting()) yield [`deleting ${record.id}`, () => mapsOf(record)];
}

/** Nothing of a record that has gone meanwhile. */
function mapsOf(record: DatasetRecord | null): readonly (MapRoot | null)[] {
  return record === null ? [] : Object.values(record.maps);
}

function mapNames(maps: readonly (MapRoot | null)[]): string {
  return maps
    .map((map) => (map === null ? '-' : `${map.locator.pack}:${map.locator.offset}`))
    .join(' ');
}

/** Ids of the packs that are there now; later ones are nobody's leftovers. */
export function presentPacks(root: DataRoot): string[] {
  return readdirSync(root.pagesPath);
}
