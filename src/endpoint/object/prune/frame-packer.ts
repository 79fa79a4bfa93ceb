import type { PageLocator } from '../../../catalog/page-store.js';
import type { FrameParts } from '../../../repository/frame-codec.js';
import { newObjectPackId, OBJECT_PACK_BYTES } from '../../../repository/object-pack-format.js';
import { DataPack } from '../receive/data-pack.js';
import type { PruneModules } from './prune-types.js';

/** A pack, and the frame that fills it. */
const BUFFER_BYTES = OBJECT_PACK_BYTES.data + 2 * 1024 * 1024;

/** Puts frames into new data packs, one after the other. */
export class FramePacker {
  readonly #modules: Pick<PruneModules, 'repository' | 'store'>;
  readonly #signal: AbortSignal;
  readonly #memory = new Uint8Array(BUFFER_BYTES);
  #current: DataPack | null = null;
  /** Of packs that were put. */
  bytes = 0;

  constructor(modules: Pick<PruneModules, 'repository' | 'store'>, signal: AbortSignal) {
    this.#modules = modules;
    this.#signal = signal;
  }

  /** Where it will lie, once `finish` has resolved. */
  async add(frame: FrameParts): Promise<PageLocator> {
    const { keys } = this.#modules.repository;
    this.#current ??= new DataPack(
      { id: newObjectPackId(), slot: 0, bytes: this.#memory },
      { keys },
    );
    const place = this.#current.append(frame);
    if (this.#current.isFull) await this.finish();
    return place;
  }

  /** Puts the last pack. */
  async finish(): Promise<void> {
    const pack = this.#current;
    if (pack === null) return;
    const { repository, store } = this.#modules;
    const bytes = this.#memory.subarray(0, pack.length);
    await store.put(repository.layout.pack('data', pack.id), bytes, {}, this.#signal);
    this.bytes += pack.length;
    this.#current = null;
  }
}
