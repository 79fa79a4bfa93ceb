import type { PackId } from '../../../catalog/page-store.js';
import type { SegmentTable } from '../../../repository/segment-table.js';
import { decodeExtent } from '../../../repository/segments-map.js';
import { type OpenFile, readLaneLog } from '../../receive/lane-log.js';

import { plainId } from './plain-done.js';

/** Where a lane stands. */
export interface LanePosition {
  readonly token: Uint8Array | null;
  readonly open: OpenFile | null;
  /** Bytes of its log that count. */
  readonly log: number;
}

/** The last token within `limit` bytes of a log. */
export function lastPosition(log: string, limit?: number): LanePosition {
  let last: LanePosition = { token: null, open: null, log: 0 };
  for (const { event, end } of readLaneLog(log, limit)) {
    if (event.kind !== 'token') continue;
    last = { token: Buffer.from(event.token), open: event.open, log: end };
  }
  return last;
}

/**
 * Where the lanes of an interrupted session go on: behind the last token before which everything lies in packs
 * that are in the store and stay there: `usable`. What is in such packs goes into `table`, also when it was received
 * later, so that it is not stored again. Of a plain copy (`isPlain`) `usable` are the objects that are there; see plain-done.ts.
 */
export function resumeLanes(
  logs: readonly string[],
  usable: { readonly has: (pack: PackId) => boolean },
  table: { readonly add: SegmentTable['add'] },
  isPlain: boolean,
): LanePosition[] {
  const own = new Set<PackId>();
  for (const log of logs) {
    for (const { event } of readLaneLog(log)) if (event.kind === 'pack') own.add(event.pack);
  }
  return logs.map((log) => {
    let last: LanePosition = { token: null, open: null, log: 0 };
    let lost = false;
    for (const { event, end } of readLaneLog(log)) {
      if (event.kind === 'token' && !lost) {
        last = { token: Buffer.from(event.token), open: event.open, log: end };
      }
      if (isPlain && event.kind === 'done' && !usable.has(plainId(event.gfid))) lost = true;
      if (event.kind !== 'extents') continue;
      for (const { value } of event.extents) {
        const extent = decodeExtent(value);
        if (extent.segment === null) continue;
        const { pack } = extent.segment;
        if (!usable.has(pack)) lost = true;
        else if (own.has(pack)) table.add(extent.digest, extent.segment);
      }
    }
    return last;
  });
}
