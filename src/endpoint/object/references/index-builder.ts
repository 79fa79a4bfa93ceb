import { join } from 'node:path';
import { ExternalSorter } from '../../../catalog/external-sorter.js';
import type { PackId } from '../../../catalog/page-store.js';
import {
  INDEX_ENTRY,
  INDEX_KEY,
  readIndexLocation,
  writeIndexEntry,
} from '../../../repository/index-run-format.js';
import { IndexRunWriter } from '../../../repository/index-run-writer.js';
import { newObjectPackId } from '../../../repository/object-pack-format.js';
import type { RepositoryKeys } from '../../../repository/repository-keys.js';
import type { SegmentLocation } from '../../../repository/segments-map.js';
import { asBuffer } from '../../../util/bytes.js';

const SORT_BYTES = 8 * 1024 * 1024;

/** Makes an index run of segments that come in any order, any number of times. Always dispose it. */
export class IndexBuilder implements Disposable {
  readonly #directory: string;
  readonly #keys: RepositoryKeys;
  readonly #sorter: ExternalSorter;
  readonly #entry = Buffer.alloc(INDEX_ENTRY);

  /** `directory`: for sorted files and the run; it is there. */
  constructor(options: { directory: string }, modules: { keys: RepositoryKeys }) {
    this.#directory = options.directory;
    this.#keys = modules.keys;
    this.#sorter = new ExternalSorter({ directory: options.directory, memoryBytes: SORT_BYTES });
  }

  add(digest: Uint8Array, location: SegmentLocation): void {
    writeIndexEntry(this.#entry, 0, digest, location);
    this.#sorter.add(digest, this.#entry.subarray(INDEX_KEY));
  }

  /** The run in a file; null when there were no segments. */
  async finish(
    signal: AbortSignal,
  ): Promise<{ readonly id: PackId; readonly path: string } | null> {
    const id = newObjectPackId();
    const path = join(this.#directory, id);
    using writer = new IndexRunWriter({ path, id }, { keys: this.#keys });
    for await (const batch of this.#sorter.sorted(signal)) {
      for (const { key, value } of batch) {
        if (value === null) continue;
        writer.add(key, readIndexLocation(Buffer.concat([key, asBuffer(value)]), 0));
      }
    }
    if (writer.count === 0) return null;
    writer.finish();
    return { id, path };
  }

  [Symbol.dispose](): void {
    this.#sorter[Symbol.dispose]();
  }
}
