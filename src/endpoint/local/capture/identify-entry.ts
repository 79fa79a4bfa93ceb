import { type Binding, decodeBinding } from '../../../catalog/maps/bindings.js';
import type { EntryValue } from '../../../catalog/maps/entries.js';
import { encodeGfidKey } from '../../../catalog/maps/gfid-key.js';
import { decodeInoValue, encodeInoKey } from '../../../catalog/maps/inode-index.js';
import { inodeType } from '../../../catalog/maps/inodes.js';
import type { Gfid } from '../../../model/ids.js';
import type { GfidMint } from '../layout/gfid-mint.js';
import { agrees, agreesEncoded, sameInode } from '../layout/inode-binding.js';
import type { FileStat, StatView } from '../sys/stat.js';
import type { ScanPrevious } from './scan-types.js';
import { U64Map } from './u64-map.js';

export interface Identity {
  readonly gfid: Gfid;
  /** Not in the previous catalog. */
  readonly isNew: boolean;
  /** Nothing has happened to the inode since it was bound. */
  readonly unchanged: boolean;
  readonly binding: Binding | null;
}

/** Says which gfid an inode has: by its name's former gfid, by its inode number, or a new one. */
export class EntryIdentifier {
  readonly #previous: ScanPrevious;
  readonly #mint: GfidMint;
  /** Inode number -> gfid of new directories and of new files with several names. */
  readonly #minted = new U64Map();

  constructor(previous: ScanPrevious, mint: GfidMint) {
    this.#previous = previous;
    this.#mint = mint;
  }

  /** The entry is certainly as it was bound under the gfid that `gfidKey` is; false when that is not known at once. */
  isAsBound(gfidKey: Uint8Array, view: StatView): boolean {
    const { bindings, suspects } = this.#previous;
    if (suspects.size > 0) return false;
    const binding = bindings.get(gfidKey);
    if (binding === null || binding instanceof Promise) return false;
    return agreesEncoded(binding, view);
  }

  async identify(stat: FileStat, former: EntryValue | null): Promise<Identity> {
    if (former !== null) {
      const known = await this.known(former.gfid, stat, former.type === stat.type);
      if (known !== null) return known;
    }
    const value = await this.#previous.inodeIndex.get(encodeInoKey(stat.ino));
    if (value !== null) {
      const gfid = decodeInoValue(value);
      const inode = await this.#previous.catalog.encodedInode(gfid);
      if (inode !== null && inodeType(inode) === stat.type) {
        const known = await this.known(gfid, stat, false);
        if (known !== null) return known;
      }
    }
    return { gfid: this.#mintFor(stat), isNew: true, unchanged: false, binding: null };
  }

  /** The identity as `gfid`, or null when the inode is another one. `adopt`: take it when nothing is bound. */
  async known(gfid: Gfid, stat: FileStat, adopt: boolean): Promise<Identity | null> {
    const binding = await this.binding(gfid);
    if (binding === null) {
      return adopt ? { gfid, isNew: false, unchanged: false, binding } : null;
    }
    if (!sameInode(binding, stat)) return null;
    const unchanged = agrees(binding, stat) && !this.#previous.suspects.has(gfid);
    return { gfid, isNew: false, unchanged, binding };
  }

  async binding(gfid: Gfid): Promise<Binding | null> {
    const found = this.#previous.bindings.get(encodeGfidKey(gfid));
    const value = found instanceof Promise ? await found : found;
    return value === null ? null : decodeBinding(value);
  }

  /** A gfid that no entry will have, for something new that cannot be read. */
  mint(): Gfid {
    return this.#mint.next();
  }

  #mintFor(stat: FileStat): Gfid {
    const severalNames = stat.type === 'dir' || stat.nlink > 1;
    const minted = severalNames ? this.#minted.get(stat.ino) : undefined;
    if (minted !== undefined) return minted as Gfid;
    const gfid = this.#mint.next();
    if (severalNames) this.#minted.set(stat.ino, gfid);
    return gfid;
  }
}
