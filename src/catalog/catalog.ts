import { DmError } from '../model/error.js';
import { type DigestHex, type Gfid, ROOT_GFID } from '../model/ids.js';
import type { FileType, Inode, SideTimes } from '../model/inode.js';
import { andThen, type MaybePromise } from '../util/maybe-promise.js';
import type { CatalogRoots } from './catalog-roots.js';
import { MapReader } from './map-reader.js';
import type { EntryValue } from './maps/entries.js';
import { decodeEntryKey, decodeEntryValue, encodeEntryKey, entriesOf } from './maps/entries.js';
import { decodeException, type ExceptionRecord } from './maps/exceptions.js';
import { encodeGfidKey } from './maps/gfid-key.js';
import { decodeInode, inodeParent } from './maps/inodes.js';
import { decodeLinkKey, linksOf } from './maps/links.js';
import { decodeSide } from './maps/side.js';
import type { PageReader } from './page-reader.js';
import { rootDigest } from './root-digest.js';

export interface ListedEntry {
  /** A view: copy what is kept. */
  readonly name: Uint8Array;
  readonly gfid: Gfid;
  readonly type: FileType;
}

export interface InodeName {
  readonly parent: Gfid;
  readonly name: Uint8Array;
}

/** Deeper than any path that Linux can name; a longer chain of parents is a cycle. */
const MAX_DEPTH = 65536;

/**
 * One dataset's tree, for reading. Errors: `corrupt` for pages and
 * records that do not fit together.
 */
export class Catalog {
  readonly roots: CatalogRoots;
  readonly entries: MapReader;
  readonly inodes: MapReader;
  readonly links: MapReader;
  readonly content: MapReader;
  readonly side: MapReader;
  readonly exceptions: MapReader;

  constructor(roots: CatalogRoots, modules: { pages: PageReader }) {
    this.roots = roots;
    this.entries = new MapReader(modules.pages, roots.entries);
    this.inodes = new MapReader(modules.pages, roots.inodes);
    this.links = new MapReader(modules.pages, roots.links);
    this.content = new MapReader(modules.pages, roots.content);
    this.side = new MapReader(modules.pages, roots.side);
    this.exceptions = new MapReader(modules.pages, roots.exceptions);
  }

  get rootDigest(): DigestHex {
    return rootDigest(this.roots);
  }

  /** Null when no leaf was hashed. */
  get contentDigest(): DigestHex | null {
    return this.roots.content?.digest ?? null;
  }

  lookup(parent: Gfid, name: Uint8Array): MaybePromise<EntryValue | null> {
    return andThen(this.entries.get(encodeEntryKey(parent, name)), (value) =>
      value === null ? null : decodeEntryValue(value),
    );
  }

  inode(gfid: Gfid): MaybePromise<Inode | null> {
    return andThen(this.encodedInode(gfid), (value) =>
      value === null ? null : decodeInode(value),
    );
  }

  /** For the quick readers of single fields in maps/inodes.ts. */
  encodedInode(gfid: Gfid): MaybePromise<Uint8Array | null> {
    return this.inodes.get(encodeGfidKey(gfid));
  }

  sideTimes(gfid: Gfid): MaybePromise<SideTimes | null> {
    return andThen(this.side.get(encodeGfidKey(gfid)), (value) =>
      value === null ? null : decodeSide(value),
    );
  }

  exception(gfid: Gfid): MaybePromise<ExceptionRecord | null> {
    return andThen(this.exceptions.get(encodeGfidKey(gfid)), (value) =>
      value === null ? null : decodeException(value),
    );
  }

  /** The entries of a directory in the order of their names' bytes, behind `after` when given. */
  async *list(
    parent: Gfid,
    options: { after?: Uint8Array; signal?: AbortSignal } = {},
  ): AsyncGenerator<ListedEntry[], void> {
    const { after, signal } = options;
    const bound = after === undefined ? {} : { after: encodeEntryKey(parent, after) };
    const range = { prefix: entriesOf(parent), ...bound };
    for await (const batch of this.entries.range(range, signal)) {
      yield batch.map(({ key, value }) => ({
        name: decodeEntryKey(key).name,
        ...decodeEntryValue(value),
      }));
    }
  }

  /** Every name of an inode, the first one first. Empty when there is no such inode. */
  async namesOf(gfid: Gfid): Promise<InodeName[]> {
    const inode = await this.inode(gfid);
    if (inode === null) return [];
    const names: InodeName[] = [{ parent: inode.parent, name: inode.name }];
    if (inode.nlink > 1 && inode.type !== 'dir') {
      for await (const batch of this.links.range({ prefix: linksOf(gfid) })) {
        for (const { key } of batch) names.push(decodeLinkKey(key));
      }
    }
    return names;
  }

  /**
   * Names from the root down to the inode's first name; empty for the
   * root; null when there is no such inode.
   */
  async pathOf(gfid: Gfid): Promise<Uint8Array[] | null> {
    const path: Uint8Array[] = [];
    let at = gfid;
    while (at !== ROOT_GFID) {
      const value = await this.encodedInode(at);
      if (value === null && at === gfid) return null;
      if (value === null || path.length >= MAX_DEPTH) {
        throw new DmError('corrupt', `catalog: file id ${gfid} is not below the root; restore it`);
      }
      path.push(decodeInode(value).name);
      at = inodeParent(value);
    }
    return path.reverse();
  }

  /** What a path from the root names, without following symlinks; null when there is nothing. */
  async resolvePath(components: readonly Uint8Array[]): Promise<EntryValue | null> {
    let found: EntryValue = { gfid: ROOT_GFID, type: 'dir' };
    for (const name of components) {
      const next = await this.lookup(found.gfid, name);
      if (next === null) return null;
      found = next;
    }
    return found;
  }
}
