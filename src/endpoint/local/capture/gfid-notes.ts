import type { Mutation } from '../../../catalog/map-types.js';
import type { Gfid } from '../../../model/ids.js';
import type { DirectoryReads } from './directory-reads.js';
import {
  decodeEventKey,
  decodeFailure,
  decodeNameEvent,
  decodeObservation,
  EVENT,
  type Failure,
  type NameEvent,
  type Observation,
} from './scan-events.js';

export interface Name {
  readonly parent: Gfid;
  readonly name: Uint8Array;
}

/** A key for maps: no two names have the same. */
export function nameKey({ parent, name }: Name): string {
  return `${parent}/${Buffer.from(name).toString('latin1')}`;
}

/** All that was noted about one gfid and is still true. */
export interface GfidNotes {
  readonly gfid: Gfid;
  observation: Observation | null;
  readonly added: NameEvent[];
  readonly removed: NameEvent[];
  failure: Failure | null;
  fallback: Name | null;
}

/** Brings together the sorted events of each gfid, ascending. What outdated reads noted is left out. */
export async function* groupByGfid(
  events: AsyncIterable<Mutation[]>,
  reads: DirectoryReads,
): AsyncGenerator<GfidNotes, void> {
  let group = null as GfidNotes | null;
  for await (const batch of events) {
    for (const { key, value } of batch) {
      if (value === null) continue;
      const { gfid, kind, rest } = decodeEventKey(key);
      if (group?.gfid !== gfid) {
        if (group !== null) yield group;
        group = {
          gfid,
          observation: null,
          added: [],
          removed: [],
          failure: null,
          fallback: null,
        };
      }
      note(group, kind, rest, value, reads);
    }
  }
  if (group !== null) yield group;
}

function note(
  group: GfidNotes,
  kind: number,
  rest: Buffer,
  value: Uint8Array,
  reads: DirectoryReads,
): void {
  if (kind === EVENT.observed) {
    group.observation = decodeObservation(value);
  } else if (kind === EVENT.failed) {
    group.failure = decodeFailure(value);
  } else if (kind === EVENT.fallback) {
    group.fallback = { parent: rest.readBigUInt64BE(0) as Gfid, name: rest.subarray(8) };
  } else {
    const event = decodeNameEvent(rest, value);
    if (!reads.isValid(event.parent, event.read)) return;
    (kind === EVENT.added ? group.added : group.removed).push(event);
  }
}
