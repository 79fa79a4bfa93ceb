import type { Catalog } from '../../../catalog/catalog.js';
import { DmError } from '../../../model/error.js';
import type { Gfid } from '../../../model/ids.js';
import type { RepositoryLayout } from '../../../repository/object-layout.js';
import type { ObjectStore } from '../../../repository/object-store.js';

/** The files of a plain copy, each an object named by the first name of the file. */
export class PlainObjects {
  readonly #layout: RepositoryLayout;
  readonly #store: ObjectStore;
  readonly #signal: AbortSignal;

  /** The signal ends every read. */
  constructor(
    options: { layout: RepositoryLayout },
    modules: { store: ObjectStore },
    signal: AbortSignal,
  ) {
    this.#layout = options.layout;
    this.#store = modules.store;
    this.#signal = signal;
  }

  /** Errors: `corrupt` when the catalog does not hold the file. */
  async keyOf(catalog: Catalog, gfid: Gfid): Promise<string> {
    const path = await catalog.pathOf(gfid);
    if (path === null) throw new DmError('corrupt', `file ${gfid} has no name; restore its pages`);
    return this.#layout.plainObject(path, gfid);
  }

  /** Fills `place` with the bytes from `offset` on, unchecked. `corrupt` when the object is missing or too short. */
  async read(catalog: Catalog, gfid: Gfid, offset: number, place: Uint8Array): Promise<void> {
    const key = await this.keyOf(catalog, gfid);
    let filled = 0;
    try {
      const range = { offset, length: place.length };
      for await (const chunk of this.#store.get(key, range, this.#signal)) {
        place.set(chunk, filled);
        filled += chunk.length;
      }
    } catch (error) {
      if (!(error instanceof DmError) || error.code !== 'not_found') throw error;
      throw missing(key, error);
    }
  }

  /** Throws `corrupt` unless the object is there with this size. */
  async check(catalog: Catalog, gfid: Gfid, size: number): Promise<void> {
    const key = await this.keyOf(catalog, gfid);
    const info = await this.#store.head(key, this.#signal);
    if (info === null) throw missing(key);
    if (info.size === size) return;
    throw new DmError(
      'corrupt',
      `object ${key} has ${info.size} bytes instead of ${size}; put the file there again from another copy`,
    );
  }
}

function missing(key: string, cause?: unknown): DmError {
  return new DmError(
    'corrupt',
    `object ${key} is not in the store; put the file there again from another copy`,
    cause === undefined ? {} : { cause },
  );
}
