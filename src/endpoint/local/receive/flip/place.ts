import {
  decodeEntryKey,
  decodeEntryValue,
  type EntryValue,
  encodeEntryKey,
} from '../../../../catalog/maps/entries.js';
import { decodeGfidKey } from '../../../../catalog/maps/gfid-key.js';
import { inodeType } from '../../../../catalog/maps/inodes.js';
import { decodeLinkKey } from '../../../../catalog/maps/links.js';
import { DmError } from '../../../../model/error.js';
import type { Gfid } from '../../../../model/ids.js';
import type { Inode } from '../../../../model/inode.js';
import { hasEntry, isFirstName } from '../../../receive/entry-names.js';
import type { DirectoryFinder } from '../../layout/directory-finder.js';
import { gfidName } from '../../layout/gfid-name.js';
import { linkAt, renameAt, unlinkAt } from '../../sys/create.js';
import { isErrno } from '../../sys/errno.js';
import { StatView } from '../../sys/stat.js';
import { failureOf } from '../receive-failure.js';
import { isTopmostNew } from '../receive-places.js';
import type { FilePlacer, StagedName } from '../staged-name.js';
import type { FlipContext } from './flip-context.js';
import { despiteProtection } from './protection.js';

const SOURCE = new StatView();
const TARGET = new StatView();
const TEMPORARY = Buffer.from('placing');

export interface PlaceModules {
  readonly coming: DirectoryFinder;
  /** Where new things were staged; its directories are those of `coming`. */
  readonly placer: FilePlacer;
}

interface Name {
  readonly parent: Gfid;
  readonly name: Uint8Array;
}

/**
 * Gives everything of the next tree its names: from staging, from `hold`, or as a further name of what is there.
 * A directory is looked for where it is at the moment, so that any order will do, cycles of names included.
 * May be done again.
 */
export class Placing {
  readonly #context: FlipContext;
  readonly #modules: PlaceModules;

  constructor(context: FlipContext, modules: PlaceModules) {
    this.#context = context;
    this.#modules = modules;
  }

  async run(): Promise<void> {
    if (this.#context.isFirst) return this.#placeLinks();
    for await (const { key, before, after } of this.#context.changes('entries')) {
      if (after === null) continue;
      const entry = decodeEntryValue(after);
      const former = before === null ? null : decodeEntryValue(before);
      if (former?.gfid === entry.gfid) continue;
      if (entry.type === 'dir') await this.#placeDirectory(decodeEntryKey(key), entry.gfid);
      else await this.#place(decodeEntryKey(key), entry.gfid, former);
    }
    await this.#replaceContents();
  }

  /** In a new tree everything has its first name already. */
  async #placeLinks(): Promise<void> {
    const { links } = this.#context.modules.trees.next;
    for await (const batch of links.range({}, this.#context.signal)) {
      for (const { key } of batch) {
        const { gfid, parent, name } = decodeLinkKey(key);
        await this.#place({ parent, name }, gfid, null);
      }
    }
  }

  async #placeDirectory({ parent, name }: Name, gfid: Gfid): Promise<void> {
    const { trees } = this.#context.modules;
    const isNew = (await trees.current.encodedInode(gfid)) === null;
    if (isNew && !(await isTopmostNew(gfid, trees))) return;
    const dirFd = isNew ? trees.staging.stageFd : trees.staging.holdFd;
    const source = { dirFd, name: gfidName(gfid) };
    await this.#put(gfid, source, { parent, name }, null, false);
  }

  async #place(place: Name, gfid: Gfid, former: EntryValue | null): Promise<void> {
    const { trees } = this.#context.modules;
    const after = await trees.next.encodedInode(gfid);
    const inode = await trees.next.inode(gfid);
    if (after === null || inode === null) return;
    const before = await trees.current.encodedInode(gfid);
    const isFresh = this.#context.isFresh(gfid, before, after);
    if (!isFresh && before === null) {
      await this.#leaveFormer(place, former);
      return;
    }
    const source = isFresh
      ? await this.#stagedName(gfid, inode, place)
      : await this.#survivor(gfid, place, inode);
    if (source !== null) await this.#put(gfid, source, place, former, inode.nlink > 1);
  }

  /** Null when the name is there already. */
  async #stagedName(gfid: Gfid, inode: Inode, { parent, name }: Name): Promise<StagedName | null> {
    if (!(await this.#modules.placer.isNewDirectory(inode.parent))) {
      return { dirFd: this.#context.modules.trees.staging.stageFd, name: gfidName(gfid) };
    }
    if (isFirstName(inode, parent, name)) return null;
    const dirFd = await this.#modules.coming.find(inode.parent);
    return dirFd === null ? null : { dirFd, name: inode.name };
  }

  /** Where an inode that lives on is: in `hold`, or under a name that it keeps. */
  async #survivor(gfid: Gfid, place: Name, inode: Inode): Promise<StagedName | null> {
    const { current, next, staging } = this.#context.modules.trees;
    const name = gfidName(gfid);
    if (SOURCE.findAt(staging.holdFd, name)) return { dirFd: staging.holdFd, name };
    if (inode.nlink === 1) return null;
    for (const other of await next.namesOf(gfid)) {
      if (!(await hasEntry(current, other.parent, other.name, gfid))) continue;
      if (other.parent === place.parent && Buffer.compare(other.name, place.name) === 0) continue;
      const dirFd = await this.#modules.coming.find(other.parent);
      if (dirFd !== null) return { dirFd, name: other.name };
    }
    return null;
  }

  /** Files whose content changed get their new inode under the names that they keep. */
  async #replaceContents(): Promise<void> {
    const { current, next } = this.#context.modules.trees;
    for await (const { key, before, after } of this.#context.changes('inodes')) {
      if (before === null || after === null || inodeType(after) === 'dir') continue;
      const gfid = decodeGfidKey(key);
      if (this.#context.isFresh(gfid, before, after)) await this.#replaceAllNames(gfid);
    }
    for (const gfid of this.#context.options.cured) {
      const inode = await next.encodedInode(gfid);
      const before = await current.encodedInode(gfid);
      if (inode !== null && before !== null) await this.#replaceAllNames(gfid);
    }
  }

  async #replaceAllNames(gfid: Gfid): Promise<void> {
    const { current, next } = this.#context.modules.trees;
    for (const { parent, name } of await next.namesOf(gfid)) {
      const value = await current.entries.get(encodeEntryKey(parent, name));
      const former = value === null ? null : decodeEntryValue(value);
      if (former?.gfid === gfid) await this.#place({ parent, name }, gfid, former);
    }
  }

  /** What the new file would have replaced stays, for the new one could not be had; unless it lives on elsewhere. */
  async #leaveFormer({ parent, name }: Name, former: EntryValue | null): Promise<void> {
    const { next } = this.#context.modules.trees;
    if (former === null || former.type === 'dir') return;
    if ((await next.encodedInode(former.gfid)) === null) return;
    const dirFd = await this.#modules.coming.find(parent);
    if (dirFd === null || !TARGET.findAt(dirFd, name)) return;
    if (!(await this.#context.isBound(former.gfid, TARGET))) return;
    this.#context.modules.step('place');
    despiteProtection([{ dirFd, name }], () => unlinkAt(dirFd, name));
  }

  async #put(
    gfid: Gfid,
    source: StagedName,
    place: Name,
    former: EntryValue | null,
    severalNames: boolean,
  ): Promise<void> {
    const dirFd = await this.#modules.coming.find(place.parent);
    if (dirFd === null) {
      throw new DmError(
        'target_changed',
        'a directory of the target was removed while the copy was put in place; run it again',
      );
    }
    // Gone from its source: it is in place already.
    if (!SOURCE.findAt(source.dirFd, source.name)) return;
    const { ino } = SOURCE;
    let replaces = TARGET.findAt(dirFd, place.name);
    if (replaces && TARGET.ino === ino) return;
    const isKnown = former !== null && former.type !== 'dir' && TARGET.type !== 'dir';
    if (replaces && !(isKnown && (await this.#context.isBound(former.gfid, TARGET)))) {
      this.#context.displace(gfid, dirFd, place.name);
      replaces = false;
    }
    this.#context.modules.step('place');
    const target = { dirFd, name: place.name };
    try {
      despiteProtection([target, source], () => {
        if (!severalNames) renameAt(source.dirFd, source.name, dirFd, place.name, mode(replaces));
        else if (!replaces) linkAt(source.dirFd, source.name, dirFd, place.name);
        else this.#linkOver(source, target);
      });
    } catch (error) {
      if (!isErrno(error, 'EPERM', 'EACCES', 'EMLINK')) throw error;
      this.#context.modules.onFailure(failureOf(gfid, error, place.name));
    }
  }

  /** As rename does, but the source keeps its name. */
  #linkOver(source: StagedName, target: StagedName): void {
    const { holdFd } = this.#context.modules.trees.staging;
    if (TARGET.findAt(holdFd, TEMPORARY)) unlinkAt(holdFd, TEMPORARY);
    linkAt(source.dirFd, source.name, holdFd, TEMPORARY);
    renameAt(holdFd, TEMPORARY, target.dirFd, target.name);
  }
}

function mode(replaces: boolean): 'replace' | 'keep' {
  return replaces ? 'replace' : 'keep';
}
