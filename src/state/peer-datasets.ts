import { type DatasetId, parseDatasetId } from '../model/ids.js';
import type { StateDatabase } from './database.js';
import { keys, ranges } from './keys.js';

/** Which datasets were made here at the wish of which peer, by base path. */
export class PeerDatasets {
  readonly #database: StateDatabase;

  constructor(modules: { database: StateDatabase }) {
    this.#database = modules.database;
  }

  /** Ids of what was made for a peer at a path, deleted ones too until they are forgotten. */
  async of(owner: string, basePath: Uint8Array): Promise<DatasetId[]> {
    const ids: DatasetId[] = [];
    for await (const [key] of this.#database.entries(keys.peerDatasets(owner, basePath))) {
      ids.push(parseDatasetId(key.slice(key.lastIndexOf('/') + 1)));
    }
    return ids;
  }

  /** Ids of what was made for any peer anywhere here. */
  async all(): Promise<ReadonlySet<DatasetId>> {
    const ids = new Set<DatasetId>();
    for await (const [key] of this.#database.entries(ranges.peerDataset)) {
      ids.add(parseDatasetId(key.slice(key.lastIndexOf('/') + 1)));
    }
    return ids;
  }

  async add(owner: string, basePath: Uint8Array, id: DatasetId): Promise<void> {
    await this.#database.write([{ put: keys.peerDatasets(owner, basePath) + id, value: true }]);
  }

  async forget(owner: string, basePath: Uint8Array, ids: readonly DatasetId[]): Promise<void> {
    const prefix = keys.peerDatasets(owner, basePath);
    await this.#database.write(ids.map((id) => ({ delete: prefix + id })));
  }
}
