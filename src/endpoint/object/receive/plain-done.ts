import { appendFileSync, createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { ExternalSorter } from '../../../catalog/external-sorter.js';
import { ioError } from '../../../catalog/io-error.js';
import { type PackId, parsePackId } from '../../../catalog/page-store.js';
import type { Gfid } from '../../../model/ids.js';
import type { RepositoryLayout } from '../../../repository/object-layout.js';
import type { ObjectStore } from '../../../repository/object-store.js';
import { PackSet } from '../../../repository/pack-set.js';
import { asBuffer } from '../../../util/bytes.js';
import type { WorkDirectory } from './work-directory.js';

const SORT_BYTES = 4 * 1024 * 1024;
const LINE = /^([0-9a-f]{16}) ([0-9]{1,16}) (\S+)$/;
const NOTHING = Buffer.alloc(0);

/** What an interrupted attempt has put. */
export interface ThereAlready {
  readonly objects: PackSet;
  readonly bytes: number;
}

/** Notes plain objects that are in the store, for a session that goes on after a kill. */
export class PlainDone {
  readonly #path: string;

  constructor(work: WorkDirectory) {
    this.#path = work.uploadedPlain;
  }

  add({ gfid, key, size }: { gfid: Gfid; key: string; size: number }): void {
    const line = `\n${hex(gfid)} ${size} ${encodeURIComponent(key)}\n`;
    appendFileSync(this.#path, line, { mode: 0o600 });
  }

  /** Those noted that are there still, with the sizes they had, as a set of `plainId`s, and their bytes. Memory: 16 bytes for each. */
  async there(
    { layout, work }: { layout: RepositoryLayout; work: WorkDirectory },
    store: ObjectStore,
    signal: AbortSignal,
  ): Promise<ThereAlready> {
    const options = { directory: work.spill, memoryBytes: SORT_BYTES };
    using byKey = new ExternalSorter(options);
    for await (const { gfid, size, key } of this.#lines()) {
      byKey.add(Buffer.from(key), Buffer.from(`${gfid} ${size}`));
    }
    using byId = new ExternalSorter(options);
    let bytes = 0;
    for await (const { id, size } of found(byKey, layout.plainTree ?? '', store, signal)) {
      byId.add(Buffer.from(id, 'hex'), NOTHING);
      bytes += size;
    }
    return { objects: await PackSet.of(ids(byId, signal)), bytes };
  }

  async *#lines(): AsyncGenerator<{ gfid: string; size: string; key: string }, void> {
    try {
      for await (const line of createInterface({ input: createReadStream(this.#path) })) {
        // A kill may have cut a line off; the next one begins anew.
        const [, gfid, size, key] = LINE.exec(line) ?? [];
        if (gfid === undefined || size === undefined || key === undefined) continue;
        yield { gfid, size, key: decodeURIComponent(key) };
      }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
      throw ioError('cannot read the list of plain objects', this.#path, error);
    }
  }
}

/** What stands for a plain object where data packs would. */
export function plainId(gfid: Gfid): PackId {
  return parsePackId(`${hex(gfid)}${'0'.repeat(16)}`);
}

function hex(gfid: Gfid): string {
  return gfid.toString(16).padStart(16, '0');
}

/** Goes through the noted keys and those of the store side by side: both ascend. */
async function* found(
  byKey: ExternalSorter,
  prefix: string,
  store: ObjectStore,
  signal: AbortSignal,
): AsyncGenerator<{ id: string; size: number }, void> {
  const noted = notedKeys(byKey, signal);
  let next = await noted.next();
  for await (const page of store.list(prefix, {}, signal)) {
    for (const { key, size } of page) {
      const bytes = Buffer.from(key);
      while (next.done !== true && Buffer.compare(next.value.key, bytes) < 0) {
        next = await noted.next();
      }
      if (next.done === true) return;
      if (Buffer.compare(next.value.key, bytes) !== 0 || next.value.size !== size) continue;
      yield { id: `${next.value.gfid}${'0'.repeat(16)}`, size };
    }
  }
}

async function* notedKeys(
  byKey: ExternalSorter,
  signal: AbortSignal,
): AsyncGenerator<{ key: Buffer; gfid: string; size: number }, void> {
  for await (const batch of byKey.sorted(signal)) {
    for (const { key, value } of batch) {
      const [gfid = '', size] = asBuffer(value ?? NOTHING)
        .toString()
        .split(' ');
      yield { key: asBuffer(key), gfid, size: Number(size) };
    }
  }
}

async function* ids(byId: ExternalSorter, signal: AbortSignal): AsyncGenerator<PackId, void> {
  for await (const batch of byId.sorted(signal)) {
    for (const { key } of batch) yield parsePackId(asBuffer(key).toString('hex'));
  }
}
