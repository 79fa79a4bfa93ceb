import { applyMutations } from '../../catalog/apply-mutations.js';
import type { Catalog } from '../../catalog/catalog.js';
import { ExternalSorter } from '../../catalog/external-sorter.js';
import type { MapRoot } from '../../catalog/map-root.js';
import { decodeException, encodeException } from '../../catalog/maps/exceptions.js';
import { decodeGfidKey, encodeGfidKey } from '../../catalog/maps/gfid-key.js';
import { inodeType } from '../../catalog/maps/inodes.js';
import { MAPS } from '../../catalog/maps/map-params.js';
import type { PageReader } from '../../catalog/page-reader.js';
import type { PageSink } from '../../catalog/page-store.js';
import { equalBytes } from '../../util/bytes.js';
import { isContentFailure } from './file-failure.js';
import type { ReceiveOutcome } from './receive-outcome.js';

const SORT_BYTES = 4 * 1024 * 1024;

export interface ExceptionsModules {
  readonly base: Catalog | null;
  readonly next: Catalog;
  readonly outcome: ReceiveOutcome;
  readonly pages: PageReader;
  readonly sink: PageSink;
  readonly scratch: string;
}

/**
 * What the new dataset lacks at this place: what failed now, and what the base lacked of inodes that are as
 * they were and did not come again. The pages are not synced.
 */
export async function makeExceptionsMap(
  modules: ExceptionsModules,
  signal: AbortSignal,
): Promise<MapRoot | null> {
  const { outcome, next } = modules;
  const sorter = new ExternalSorter({ directory: modules.scratch, memoryBytes: SORT_BYTES });
  try {
    await carryOver(sorter, modules);
    for (const failures of [outcome.metadataFailures, outcome.failed.values()]) {
      for (const { gfid, code, message } of failures) {
        const key = encodeGfidKey(gfid);
        const record = { code, message: Buffer.from(message) };
        if ((await next.inodes.get(key)) !== null) sorter.add(key, encodeException(record));
      }
    }
    const mutations = sorter.sorted(signal);
    return await applyMutations(
      { params: MAPS.exceptions, base: null, mutations, signal },
      modules,
    );
  } finally {
    sorter[Symbol.dispose]();
  }
}

async function carryOver(
  sorter: ExternalSorter,
  { base, next, outcome }: ExceptionsModules,
): Promise<void> {
  if (base === null) return;
  for await (const batch of base.exceptions.range()) {
    for (const { key, value } of batch) {
      const before = await base.inodes.get(key);
      const after = await next.inodes.get(key);
      if (before === null || after === null) continue;
      const { code } = decodeException(value);
      // Of what is no file the source says each time what it still lacks.
      if (isContentFailure(code) && inodeType(after) !== 'file') continue;
      const isCured = isContentFailure(code)
        ? outcome.isDone(decodeGfidKey(key))
        : !equalBytes(before, after);
      if (!isCured) sorter.add(key, value);
    }
  }
}
