import type { PackId, PageLocator } from '../../../catalog/page-store.js';
import { type FrameParts, joinFrame } from '../../../repository/frame-codec.js';
import {
  OBJECT_PACK_BYTES,
  OBJECT_PACK_HEADER,
  objectPackHeader,
} from '../../../repository/object-pack-format.js';
import type { RepositoryKeys } from '../../../repository/repository-keys.js';

const KIND = 'data';

/** One data pack in memory while it is filled. */
export class DataPack {
  readonly id: PackId;
  readonly slot: number;
  readonly #keys: RepositoryKeys;
  readonly #bytes: Uint8Array;
  #filled = OBJECT_PACK_HEADER;

  /** `bytes`: memory of the slot, with room for a pack and the frame that fills it. */
  constructor(
    options: { id: PackId; slot: number; bytes: Uint8Array },
    modules: { keys: RepositoryKeys },
  ) {
    this.id = options.id;
    this.slot = options.slot;
    this.#bytes = options.bytes;
    this.#keys = modules.keys;
    this.#bytes.set(objectPackHeader(KIND, options.id));
  }

  get length(): number {
    return this.#filled;
  }

  get isFull(): boolean {
    return this.#filled >= OBJECT_PACK_BYTES.data;
  }

  /** Seals a frame and says where it lies. */
  append(frame: FrameParts): PageLocator {
    const place = { kind: KIND, pack: this.id, offset: this.#filled } as const;
    if (this.#keys.encrypted) this.#push(this.#keys.seal(joinFrame(frame), place));
    else {
      this.#bytes[this.#filled++] = frame.codec;
      this.#push(frame.payload);
    }
    return { pack: this.id, offset: place.offset, length: this.#filled - place.offset };
  }

  #push(bytes: Uint8Array): void {
    this.#bytes.set(bytes, this.#filled);
    this.#filled += bytes.length;
  }
}
