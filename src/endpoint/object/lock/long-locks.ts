import { ExternalSorter } from '../../../catalog/external-sorter.js';
import type { PageReader } from '../../../catalog/page-reader.js';
import { type PackId, parsePackId } from '../../../catalog/page-store.js';
import type { DmError } from '../../../model/error.js';
import type { ObjectPackKind } from '../../../repository/object-layout.js';
import type { RepositoryMaps } from '../../../repository/repository-record.js';
import { asBuffer } from '../../../util/bytes.js';
import { ReferenceWalk } from '../references/reference-walk.js';

const SORT_BYTES = 4 * 1024 * 1024;
const ID_BYTES = 16;
const TIME_BYTES = 8;

export interface LongLock {
  readonly pack: PackId;
  readonly untilMs: number;
}

/** A dataset that stays for longer than the lock period. */
export interface LongDataset {
  readonly maps: RepositoryMaps;
  readonly expiresAtMs: number;
  readonly pages: PageReader;
}

/** Packs that datasets need for longer than the lock period, in sorted files. Always dispose it. */
export class LongLocks implements Disposable {
  readonly #directory: string;
  readonly #packs: Readonly<Record<ObjectPackKind, ExternalSorter>>;

  private constructor(directory: string) {
    this.#directory = directory;
    const sorter = (): ExternalSorter => new ExternalSorter({ directory, memoryBytes: SORT_BYTES });
    this.#packs = { data: sorter(), pages: sorter() };
  }

  /** Reads all pages of these datasets. `damaged` is told of those that cannot be read, and may throw. */
  static async of(
    datasets: readonly LongDataset[],
    options: { directory: string; damaged: (error: DmError) => void },
    signal: AbortSignal,
  ): Promise<LongLocks> {
    const locks = new LongLocks(options.directory);
    try {
      // Of entries with one key the last one counts: that is the latest time.
      const ascending = [...datasets].sort((a, b) => a.expiresAtMs - b.expiresAtMs);
      for (const dataset of ascending) await locks.#add(dataset, options.damaged, signal);
      return locks;
    } catch (error) {
      locks[Symbol.dispose]();
      throw error;
    }
  }

  /** Ascending by id, each once. Once for each kind. */
  async *packs(kind: ObjectPackKind, signal: AbortSignal): AsyncGenerator<LongLock, void> {
    for await (const batch of this.#packs[kind].sorted(signal)) {
      for (const { key, value } of batch) {
        if (value === null) continue;
        const pack = parsePackId(asBuffer(key).toString('hex'));
        yield { pack, untilMs: Number(asBuffer(value).readBigUInt64BE()) };
      }
    }
  }

  [Symbol.dispose](): void {
    for (const sorter of Object.values(this.#packs)) sorter[Symbol.dispose]();
  }

  async #add(
    { maps, expiresAtMs, pages }: LongDataset,
    damaged: (error: DmError) => void,
    signal: AbortSignal,
  ): Promise<void> {
    const adder = (kind: ObjectPackKind): (({ pack }: { pack: PackId }) => void) => {
      const key = Buffer.alloc(ID_BYTES);
      const value = Buffer.alloc(TIME_BYTES);
      value.writeBigUInt64BE(BigInt(expiresAtMs));
      let last: PackId | null = null;
      return ({ pack }) => {
        // Most of what follows something lies beside it.
        if (pack === last) return;
        last = pack;
        key.write(pack, 'hex');
        this.#packs[kind].add(key, value);
      };
    };
    const data = adder('data');
    const visitor = {
      page: adder('pages'),
      segment: (_digest: Uint8Array, location: { pack: PackId }) => data(location),
      damaged: (_ref: unknown, error: DmError) => damaged(error),
    };
    using walk = new ReferenceWalk({ directory: this.#directory }, { pages, visitor });
    walk.add(maps);
    await walk.run(signal);
  }
}
