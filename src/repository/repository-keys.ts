import { createCipheriv, createDecipheriv, hkdfSync } from 'node:crypto';
import { Blake3Hasher, blake3 } from '@napi-rs/blake-hash';
import type { PackId } from '../catalog/page-store.js';
import { DmError } from '../model/error.js';
import { Lru } from '../util/lru.js';
import { OBJECT_PACK_KINDS, type ObjectPackKind } from './object-layout.js';
import type { RepositoryId } from './repository-id.js';

/** What sealing adds to a frame: the tag of AES-256-GCM. */
export const SEAL_BYTES = 16;
const KEY_BYTES = 32;
const CIPHER = 'aes-256-gcm';
const KEPT_PACK_KEYS = 64;

/** Where a frame lies: sealed frames can be opened there only. */
export interface FramePlace {
  readonly kind: ObjectPackKind;
  readonly pack: PackId;
  /** Bytes from the start of the pack. */
  readonly offset: number;
}

/**
 * Digests of segments, and what seals frames: with a master key, or
 * without one when nothing is encrypted.
 */
export class RepositoryKeys {
  readonly #repository: Buffer;
  readonly #master: Uint8Array | null;
  readonly #hasher: Blake3Hasher | null;
  readonly #packKeys = new Lru<string, Buffer>(KEPT_PACK_KEYS, () => 1);

  /** `master`: 32 bytes, or null for a repository that is not encrypted. */
  constructor(repository: RepositoryId, master: Uint8Array | null) {
    this.#repository = Buffer.from(repository, 'hex');
    this.#master = master;
    this.#hasher =
      master === null ? null : Blake3Hasher.newKeyed(this.#derive('datamover digest', null));
  }

  get encrypted(): boolean {
    return this.#master !== null;
  }

  /** 32 bytes: BLAKE3, keyed when encrypted. */
  digest(bytes: Uint8Array): Buffer {
    if (this.#hasher === null) return blake3(bytes);
    this.#hasher.reset();
    return this.#hasher.update(bytes).digestBuffer();
  }

  /** A hasher of its own for bytes that come in parts; keyed when encrypted. */
  hasher(): Blake3Hasher {
    if (this.#master === null) return new Blake3Hasher();
    return Blake3Hasher.newKeyed(this.#derive('datamover digest', null));
  }

  /** The frame as it is stored: as it is, or encrypted and SEAL_BYTES longer. */
  seal(frame: Uint8Array, place: FramePlace): Uint8Array {
    if (this.#master === null) return frame;
    const cipher = createCipheriv(CIPHER, this.#packKey(place), nonceOf(place.offset));
    cipher.setAAD(this.#authenticated(place));
    const sealed = cipher.update(frame);
    return Buffer.concat([sealed, cipher.final(), cipher.getAuthTag()]);
  }

  /**
   * Undoes `seal`. Throws `corrupt` for bytes that were not sealed for this place with this key.
   */
  open(stored: Uint8Array, place: FramePlace): Uint8Array {
    if (this.#master === null) return stored;
    const end = stored.length - SEAL_BYTES;
    if (end < 1) throw notSealed(place);
    const decipher = createDecipheriv(CIPHER, this.#packKey(place), nonceOf(place.offset));
    decipher.setAAD(this.#authenticated(place));
    decipher.setAuthTag(stored.subarray(end));
    try {
      return Buffer.concat([decipher.update(stored.subarray(0, end)), decipher.final()]);
    } catch {
      throw notSealed(place);
    }
  }

  /** The key that dataset records are sealed with; null when nothing is encrypted. */
  recordKey(): Buffer | null {
    return this.#master === null ? null : this.#derive('datamover record', null);
  }

  #packKey({ kind, pack }: FramePlace): Buffer {
    const known = this.#packKeys.get(pack);
    if (known !== undefined) return known;
    const info = Buffer.concat([Buffer.of(OBJECT_PACK_KINDS[kind]), Buffer.from(pack, 'hex')]);
    const key = this.#derive('datamover pack', info);
    this.#packKeys.set(pack, key);
    return key;
  }

  /**
   * HKDF-SHA256 of the master key; salt: repository id; info: the purpose, a zero byte, `context`.
   */
  #derive(purpose: string, context: Uint8Array | null): Buffer {
    if (this.#master === null) throw new DmError('internal', 'a key of a repository without keys');
    const info = Buffer.concat([Buffer.from(`${purpose}\0`), context ?? Buffer.alloc(0)]);
    return Buffer.from(hkdfSync('sha256', this.#master, this.#repository, info, KEY_BYTES));
  }

  #authenticated({ kind, pack, offset }: FramePlace): Buffer {
    const bytes = Buffer.alloc(41);
    this.#repository.copy(bytes);
    bytes[16] = OBJECT_PACK_KINDS[kind];
    bytes.write(pack, 17, 'hex');
    bytes.writeBigUInt64BE(BigInt(offset), 33);
    return bytes;
  }
}

/** 96 bits: the frame's offset in its pack. A pack's key is used for that pack only. */
function nonceOf(offset: number): Buffer {
  const nonce = Buffer.alloc(12);
  nonce.writeBigUInt64BE(BigInt(offset), 4);
  return nonce;
}

function notSealed({ kind, pack, offset }: FramePlace): DmError {
  return new DmError(
    'corrupt',
    `the frame at ${offset} of ${kind} pack ${pack} is not what was encrypted there; restore the pack from another copy of the repository`,
  );
}
