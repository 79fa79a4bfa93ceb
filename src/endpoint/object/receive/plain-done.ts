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
import { hex16 } from '../../../util/hex16.js';
import type { WorkDirectory } from './work-directory.js';

const SORT_BYTES = 4 * 1024 * 1024;
const LINE = /^([0-9a-f]{16}) ([0-9]{1,16}) ([0-9]{1,16}) ([0-9]{1,16}) ([0-9]{1,16}) (\S+)$/;
/** What the store's clock may be read wrong by: stores tell whole seconds. */
const CLOCK_ERROR_MS = 5_000;
const NOTHING = Buffer.alloc(0);

/** An object that was put. Times are of the store's clock, in milliseconds. */
export interface DoneObject {
  readonly gfid: Gfid;
  readonly key: string;
  readonly size: number;
  /** It was put between these two. */
  readonly fromMs: number;
  readonly toMs: number;
  /** 0: not at all. */
  readonly lockedUntilMs: number;
}

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

  add({ gfid, key, size, fromMs, toMs, lockedUntilMs }: DoneObject): void {
    const times = [fromMs, toMs, lockedUntilMs].map(Math.round).join(' ');
    const line = `\n${hex16(gfid)} ${size} ${times} ${encodeURIComponent(key)}\n`;
    appendFileSync(this.#path, line, { mode: 0o600 });
  }

  /**
   * Those noted that are there still, of the sizes and from the times they had, as a set of
   * `plainId`s, and their bytes. Memory: 16 bytes for each.
   */
  async there(
    { layout, work }: { layout: RepositoryLayout; work: WorkDirectory },
    store: ObjectStore,
    signal: AbortSignal,
  ): Promise<ThereAlready> {
    const options = { directory: work.spill, memoryBytes: SORT_BYTES };
    using byKey = new ExternalSorter(options);
    for await (const { gfid, size, fromMs, toMs, key } of this.noted()) {
      byKey.add(Buffer.from(key), Buffer.from(`${hex16(gfid)} ${size} ${fromMs} ${toMs}`));
    }
    using byId = new ExternalSorter(options);
    let bytes = 0;
    for await (const { id, size } of found(byKey, layout.plainTree ?? '', store, signal)) {
      byId.add(Buffer.from(id, 'hex'), NOTHING);
      bytes += size;
    }
    return { objects: await PackSet.of(ids(byId, signal)), bytes };
  }

  /** In the order of adding; one that was put again comes again. */
  async *noted(): AsyncGenerator<DoneObject, void> {
    try {
      for await (const line of createInterface({ input: createReadStream(this.#path) })) {
        // A kill may have cut a line off; the next one begins anew.
        const [, gfid, size, fromMs, toMs, lockedUntilMs, key] = LINE.exec(line) ?? [];
        if (gfid === undefined || key === undefined) continue;
        yield {
          gfid: BigInt(`0x${gfid}`) as Gfid,
          key: decodeURIComponent(key),
          size: Number(size),
          fromMs: Number(fromMs),
          toMs: Number(toMs),
          lockedUntilMs: Number(lockedUntilMs),
        };
      }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
      throw ioError('cannot read the list of plain objects', this.#path, error);
    }
  }
}

/** What stands for a plain object where data packs would. */
export function plainId(gfid: Gfid): PackId {
  return parsePackId(`${hex16(gfid)}${'0'.repeat(16)}`);
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
    for (const { key, size, modifiedAtMs } of page) {
      const bytes = Buffer.from(key);
      while (next.done !== true && Buffer.compare(next.value.key, bytes) < 0) {
        next = await noted.next();
      }
      if (next.done === true) return;
      const { value } = next;
      if (Buffer.compare(value.key, bytes) !== 0 || value.size !== size) continue;
      // Somebody else's of the same size, put over it, is from another time.
      if (modifiedAtMs < value.fromMs - CLOCK_ERROR_MS) continue;
      if (modifiedAtMs > value.toMs + CLOCK_ERROR_MS) continue;
      yield { id: `${value.gfid}${'0'.repeat(16)}`, size };
    }
  }
}

interface NotedKey {
  readonly key: Buffer;
  readonly gfid: string;
  readonly size: number;
  readonly fromMs: number;
  readonly toMs: number;
}

async function* notedKeys(
  byKey: ExternalSorter,
  signal: AbortSignal,
): AsyncGenerator<NotedKey, void> {
  for await (const batch of byKey.sorted(signal)) {
    for (const { key, value } of batch) {
      const [gfid = '', ...numbers] = asBuffer(value ?? NOTHING)
        .toString()
        .split(' ');
      const [size = 0, fromMs = 0, toMs = 0] = numbers.map(Number);
      yield { key: asBuffer(key), gfid, size, fromMs, toMs };
    }
  }
}

async function* ids(byId: ExternalSorter, signal: AbortSignal): AsyncGenerator<PackId, void> {
  for await (const batch of byId.sorted(signal)) {
    for (const { key } of batch) yield parsePackId(asBuffer(key).toString('hex'));
  }
}
