import type { Catalog } from '../../catalog/catalog.js';
import { diffMaps } from '../../catalog/diff-maps.js';
import type { MapChange } from '../../catalog/map-types.js';
import { decodeEntryKey, decodeEntryValue, entriesOf } from '../../catalog/maps/entries.js';
import { decodeGfidKey } from '../../catalog/maps/gfid-key.js';
import { decodeInode, inodeParent, inodeSize, inodeType } from '../../catalog/maps/inodes.js';
import { decodeLinkKey, encodeLinkKey, linksOf } from '../../catalog/maps/links.js';
import type { PageReader } from '../../catalog/page-reader.js';
import { checkName } from '../../model/entry-name.js';
import { DmError } from '../../model/error.js';
import { type Gfid, ROOT_GFID } from '../../model/ids.js';
import { Lru } from '../../util/lru.js';
import { hasEntry, isFirstName } from './entry-names.js';
import { checkInode, malformedCatalog } from './inode-check.js';

/** Directories known to be below the root. */
const REMEMBERED = 200_000;
const MAX_DEPTH = 65_536;

/**
 * Checks that a received catalog is a tree, given that the one it was made from is: every entry has an inode
 * of its type below a directory that is below the root, every inode has exactly the names that it says, and
 * every name is one. Reads what changed and its surroundings. Throws `protocol_error`.
 * Counts, too, how many bytes more its files hold than those of the one that it was made from.
 */
export class CatalogCheck {
  readonly #base: Catalog;
  readonly #next: Catalog;
  readonly #pages: PageReader;
  readonly #signal: AbortSignal;
  readonly #rooted = new Lru<Gfid, true>(REMEMBERED, () => 1);
  #counted: Gfid | null = null;
  #bytesDelta = 0n;

  constructor(base: Catalog, next: Catalog, pages: PageReader, signal: AbortSignal) {
    this.#base = base;
    this.#next = next;
    this.#pages = pages;
    this.#signal = signal;
  }

  async run(): Promise<{ readonly bytesDelta: bigint }> {
    try {
      await this.#check();
      return { bytesDelta: this.#bytesDelta };
    } catch (error) {
      // Records that do not even parse came from the peer, not from a bad disk.
      if (error instanceof DmError && error.code === 'corrupt') {
        throw malformedCatalog(error.message);
      }
      throw error;
    }
  }

  async #check(): Promise<void> {
    const root = await this.#next.inode(ROOT_GFID);
    if (root?.type !== 'dir') throw malformedCatalog('it has no root directory');
    for await (const changes of this.#changes('entries')) {
      for (const change of changes) await this.#checkEntry(change);
    }
    for await (const changes of this.#changes('inodes')) {
      for (const change of changes) await this.#checkInode(change);
    }
    for await (const changes of this.#changes('links')) {
      for (const change of changes) await this.#checkLink(change);
    }
  }

  #changes(map: 'entries' | 'inodes' | 'links'): AsyncGenerator<MapChange[], void> {
    const pages = this.#pages;
    const before = { pages, root: this.#base.roots[map] };
    const after = { pages, root: this.#next.roots[map] };
    return diffMaps({ before, after, signal: this.#signal });
  }

  async #checkEntry({ key, before, after }: MapChange): Promise<void> {
    const { parent, name } = decodeEntryKey(key);
    if (before !== null) await this.#checkFormerName(decodeEntryValue(before).gfid);
    if (after === null) return;
    checkName(name);
    const { gfid, type } = decodeEntryValue(after);
    const value = await this.#next.encodedInode(gfid);
    if (value === null || inodeType(value) !== type) {
      throw malformedCatalog(`an entry of directory ${parent} has no inode of its type`);
    }
    const holder = await this.#next.encodedInode(parent);
    if (holder === null || inodeType(holder) !== 'dir') {
      throw malformedCatalog(`${parent} has entries and is no directory`);
    }
    const isFirst = isFirstName(decodeInode(value), parent, name);
    const isFurther = type !== 'dir' && (await this.#isLink(gfid, parent, name));
    if (isFirst === isFurther) {
      throw malformedCatalog(`an entry of directory ${parent} is not a name of file ${gfid}`);
    }
  }

  /** An entry of this file is gone: if the file is not, it must not think that it still has it. */
  async #checkFormerName(gfid: Gfid): Promise<void> {
    const inode = await this.#next.inode(gfid);
    if (inode !== null) await this.#checkFirstName(gfid, inode.parent, inode.name);
  }

  async #checkFirstName(gfid: Gfid, parent: Gfid, name: Uint8Array): Promise<void> {
    const known = gfid !== ROOT_GFID && (await hasEntry(this.#next, parent, name, gfid));
    if (!known && gfid !== ROOT_GFID) throw malformedCatalog(`file ${gfid} is under no name`);
  }

  async #checkInode({ key, before, after }: MapChange): Promise<void> {
    const gfid = decodeGfidKey(key);
    this.#bytesDelta += bytesOf(after) - bytesOf(before);
    if (after === null) {
      await this.#checkRemoved(gfid);
      return;
    }
    const inode = decodeInode(after);
    checkInode(gfid, inode);
    if (before !== null && inodeType(before) !== inode.type) {
      throw malformedCatalog(`file ${gfid} has become another type of file`);
    }
    if (gfid === ROOT_GFID) {
      if (inode.type !== 'dir' || inode.name.length > 0 || inode.parent !== ROOT_GFID) {
        throw malformedCatalog('the root has a name or a parent');
      }
      return;
    }
    await this.#checkFirstName(gfid, inode.parent, inode.name);
    if (inode.type === 'dir') await this.#checkRooted(gfid);
    else await this.#checkNlink(gfid, inode.nlink);
  }

  /** Nothing may be left that names it or lies in it. */
  async #checkRemoved(gfid: Gfid): Promise<void> {
    for (const { parent, name } of await this.#base.namesOf(gfid)) {
      if (gfid === ROOT_GFID || (await hasEntry(this.#next, parent, name, gfid))) {
        throw malformedCatalog(`file ${gfid} has a name and no inode`);
      }
    }
    for await (const _ of this.#next.entries.range({ prefix: entriesOf(gfid) })) {
      throw malformedCatalog(`directory ${gfid} has entries and no inode`);
    }
  }

  async #checkNlink(gfid: Gfid, nlink: number): Promise<void> {
    // Once for each file in a row, or a file of many names would be counted for each of them.
    if (this.#counted === gfid) return;
    this.#counted = gfid;
    let names = 1;
    const { links } = this.#next;
    if (links.count > 0) {
      for await (const batch of links.range({ prefix: linksOf(gfid) }, this.#signal)) {
        names += batch.length;
      }
    }
    if (names !== nlink) throw malformedCatalog(`file ${gfid} has ${names} names, not ${nlink}`);
  }

  async #checkLink({ key, after }: MapChange): Promise<void> {
    const { gfid, parent, name } = decodeLinkKey(key);
    const inode = await this.#next.inode(gfid);
    if (after === null) {
      if (inode !== null && inode.type !== 'dir') await this.#checkNlink(gfid, inode.nlink);
      return;
    }
    if (inode === null || inode.type === 'dir' || isFirstName(inode, parent, name)) {
      throw malformedCatalog(`file ${gfid} cannot have a further name`);
    }
    if (!(await hasEntry(this.#next, parent, name, gfid))) {
      throw malformedCatalog(`a further name of file ${gfid} does not exist`);
    }
    await this.#checkNlink(gfid, inode.nlink);
  }

  async #isLink(gfid: Gfid, parent: Gfid, name: Uint8Array): Promise<boolean> {
    return (await this.#next.links.get(encodeLinkKey(gfid, parent, name))) !== null;
  }

  async #checkRooted(gfid: Gfid): Promise<void> {
    const passed: Gfid[] = [];
    let at = gfid;
    while (at !== ROOT_GFID && this.#rooted.get(at) === undefined) {
      const value = await this.#next.encodedInode(at);
      if (value === null || inodeType(value) !== 'dir' || passed.length > MAX_DEPTH) {
        throw malformedCatalog(`directory ${gfid} is not below the root`);
      }
      passed.push(at);
      at = inodeParent(value);
    }
    for (const one of passed) this.#rooted.set(one, true);
  }
}

function bytesOf(inode: Uint8Array | null): bigint {
  return inode !== null && inodeType(inode) === 'file' ? inodeSize(inode) : 0n;
}
