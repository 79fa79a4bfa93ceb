import { applyMutations } from '../../catalog/apply-mutations.js';
import type { MapRoot } from '../../catalog/map-root.js';
import type { Mutation } from '../../catalog/map-types.js';
import { MAPS } from '../../catalog/maps/map-params.js';
import type { PageReader } from '../../catalog/page-reader.js';
import type { PageSink } from '../../catalog/page-store.js';
import { DmError } from '../../model/error.js';
import { PayloadReader, STRUCTURE_MAPS, type StructureMap } from '../change-payload.js';

const ORDER = Object.keys(STRUCTURE_MAPS) as StructureMap[];

export type StructureMaps = Readonly<Record<StructureMap, MapRoot | null>>;

/**
 * Applies the structure phase of a stream, one payload after the other, to the maps of its base. Pages go to
 * `sink`, unsynced. `protocol_error` for what no source sends.
 */
export async function receiveStructure(
  payloads: AsyncIterable<Uint8Array>,
  base: StructureMaps,
  modules: { pages: PageReader; sink: PageSink },
  signal: AbortSignal,
): Promise<StructureMaps> {
  const records = new StructureRecords(payloads);
  const made: Record<StructureMap, MapRoot | null> = { ...base };
  for (const map of ORDER) {
    const mutations = records.of(map);
    try {
      const options = { params: MAPS[map], base: base[map], mutations, signal };
      made[map] = await applyMutations(options, modules);
    } catch (error) {
      if (!(error instanceof DmError) || error.code !== 'invalid_argument') throw error;
      throw new DmError('protocol_error', `change stream, map ${map}: ${error.message}`, {
        cause: error,
      });
    }
  }
  await records.end();
  return made;
}

/** The mutations of each map out of payloads that follow each other. */
export class StructureRecords {
  readonly #payloads: AsyncIterator<Uint8Array>;
  #reader: PayloadReader | null = null;
  #map: StructureMap | null = null;
  #ended = false;

  constructor(payloads: AsyncIterable<Uint8Array>) {
    this.#payloads = payloads[Symbol.asyncIterator]();
  }

  /** Those of one map, one batch for each payload; to be asked for in the order of ORDER. */
  async *of(map: StructureMap): AsyncGenerator<Mutation[], void> {
    let batch: Mutation[] = [];
    while (!this.#ended) {
      if (this.#map !== null && this.#map !== map) {
        if (ORDER.indexOf(this.#map) < ORDER.indexOf(map)) throw outOfOrder(this.#map);
        break;
      }
      const record = this.#reader?.next() ?? null;
      if (record === null) {
        if (batch.length > 0) yield batch;
        batch = [];
        await this.#nextPayload();
      } else if (record.kind === 'map') {
        this.#map = record.map;
      } else if (record.kind !== 'put' && record.kind !== 'delete') {
        throw new DmError('protocol_error', `change stream: ${record.kind} within the structure`);
      } else if (this.#map === null) {
        throw new DmError('protocol_error', 'change stream: the structure names no map');
      } else {
        batch.push({ key: record.key, value: record.kind === 'put' ? record.value : null });
      }
    }
    if (batch.length > 0) yield batch;
  }

  async end(): Promise<void> {
    while (!this.#ended) {
      if ((this.#reader?.next() ?? null) !== null) throw outOfOrder(this.#map ?? 'entries');
      await this.#nextPayload();
    }
  }

  async #nextPayload(): Promise<void> {
    const next = await this.#payloads.next();
    this.#ended = next.done === true;
    this.#reader = next.done === true ? null : new PayloadReader(next.value);
  }
}

function outOfOrder(map: StructureMap): DmError {
  return new DmError('protocol_error', `change stream: map ${map} comes out of order`);
}
