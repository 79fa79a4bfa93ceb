import type { MapChange } from '../../catalog/map-types.js';
import { DmError } from '../../model/error.js';
import { toHex } from '../../util/bytes.js';
import {
  BATCH_BYTES,
  MAX_PAYLOAD_BYTES,
  STRUCTURE_MAPS,
  type StructureMap,
} from '../change-payload.js';
import type { BatchWriter } from './batch-writer.js';

/** The changes of one map in ascending key order, in batches. */
export type StructureChanges = (
  map: StructureMap,
) => AsyncIterable<readonly Pick<MapChange, 'key' | 'after'>[]>;

/** Type and two lengths of a `put`, and the `map` record in front. */
const RECORD_OVERHEAD = 16;
/** The structure phase is resumed as a whole: its batches have no place to go on at. */
const NO_TOKEN = new Uint8Array(0);
const MAPS = Object.keys(STRUCTURE_MAPS) as StructureMap[];

/** Writes the changes of every map. Each batch begins with the map it is about. */
export async function streamStructure(
  changesOf: StructureChanges,
  batch: BatchWriter,
): Promise<void> {
  const { payload } = batch;
  for (const map of MAPS) {
    let named = false;
    for await (const changes of changesOf(map)) {
      for (const { key, after: value } of changes) {
        const bytes = key.length + (value?.length ?? 0) + RECORD_OVERHEAD;
        if (payload.length + bytes > BATCH_BYTES) {
          await batch.flush(NO_TOKEN);
          named = false;
          checkFits(map, key, bytes);
        }
        if (!named) payload.map(map);
        named = true;
        if (value === null) payload.delete(key);
        else payload.put(key, value);
      }
    }
  }
  await batch.flush(NO_TOKEN);
}

function checkFits(map: StructureMap, key: Uint8Array, bytes: number): void {
  if (bytes <= MAX_PAYLOAD_BYTES) return;
  throw new DmError(
    'unsupported_metadata',
    `record ${toHex(key)} of map ${map} has ${bytes} bytes, more than can be sent; ` +
      'remove some of its extended attributes and capture again',
  );
}
