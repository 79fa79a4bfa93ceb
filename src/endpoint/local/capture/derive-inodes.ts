import type { Catalog } from '../../../catalog/catalog.js';
import type { MapReader } from '../../../catalog/map-reader.js';
import type { Mutation } from '../../../catalog/map-types.js';
import { decodeBinding, encodeBinding } from '../../../catalog/maps/bindings.js';
import { contentOf } from '../../../catalog/maps/content.js';
import { encodeGfidKey } from '../../../catalog/maps/gfid-key.js';
import { decodeInode, encodeInode } from '../../../catalog/maps/inodes.js';
import { decodeLinkKey, encodeLinkKey, LINK_VALUE, linksOf } from '../../../catalog/maps/links.js';
import { encodeSide } from '../../../catalog/maps/side.js';
import { type Gfid, ROOT_GFID } from '../../../model/ids.js';
import type { Inode } from '../../../model/inode.js';
import { compareBytes, equalBytes } from '../../../util/bytes.js';
import { type GfidNotes, type Name, nameKey } from './gfid-notes.js';
import { ALWAYS, type Failure, type Observation } from './scan-events.js';
import type { ScanNotes } from './scan-notes.js';
import type { ScanResult } from './scan-result.js';

export interface DeriveModules {
  readonly notes: ScanNotes;
  readonly catalog: Catalog;
  readonly bindings: MapReader;
  readonly result: ScanResult;
}

/** Turns all that was noted about one gfid into mutations of the maps that are keyed by gfid. */
export class InodeDeriver {
  readonly #modules: DeriveModules;
  readonly #stable: boolean;

  /** `stable` false: what has vanished may have moved unseen, and is kept. */
  constructor(options: { stable: boolean }, modules: DeriveModules) {
    this.#stable = options.stable;
    this.#modules = modules;
  }

  async derive(about: GfidNotes): Promise<void> {
    const { catalog } = this.#modules;
    const value = await catalog.encodedInode(about.gfid);
    const former = value === null ? null : decodeInode(value);
    if (former === null && about.observation === null) {
      await this.#dropped(about);
      return;
    }
    const formerNames = await this.#formerNames(about.gfid, former);
    const names = this.#namesNow(about, formerNames, former);
    if (names.size === 0) {
      if (former !== null) await this.#vanished(about, former);
      else this.#orphaned(about);
      return;
    }
    const inode = this.#inodeNow(former, about.observation, names, formerNames);
    const encoded = encodeInode(inode);
    const { result } = this.#modules;
    if (value === null || !equalBytes(value, encoded)) {
      result.inodes.add(encodeGfidKey(about.gfid), encoded);
    }
    this.#deriveLinks(about.gfid, inode, names, formerNames);
    if (about.observation !== null) await this.#bind(about.gfid, about.observation);
    if (inode.type === 'file') {
      result.bytesDelta += inode.size - (former?.size ?? 0n);
      if (inode.version !== former?.version) {
        result.changedFiles++;
        if (former !== null) await this.#removeLeaves(about.gfid);
      }
    }
    if (about.failure !== null) this.#exception(about.gfid, about.failure);
  }

  /** New, and could not be captured: it is not part of the dataset, whose directory lacks it. */
  async #dropped({ failure, added }: GfidNotes): Promise<void> {
    const { notes, catalog } = this.#modules;
    if (failure !== null && notes.reads.isValid(failure.parent, failure.read)) {
      this.#exception(failure.parent, failure);
    }
    for (const { parent, name, directory } of added) {
      // A former owner of the name has been dealt with when the capture of a file failed.
      const isFree = failure === null || directory || (await catalog.lookup(parent, name)) === null;
      if (isFree) notes.entry(parent, name, ALWAYS, null);
    }
  }

  async #formerNames(gfid: Gfid, former: Inode | null): Promise<Map<string, Name>> {
    const names = new Map<string, Name>();
    if (former === null) return names;
    const first = { parent: former.parent, name: former.name };
    names.set(nameKey(first), first);
    if (former.nlink === 1 || former.type === 'dir') return names;
    for await (const batch of this.#modules.catalog.links.range({ prefix: linksOf(gfid) })) {
      for (const { key } of batch) {
        const name = decodeLinkKey(key);
        names.set(nameKey(name), name);
      }
    }
    return names;
  }

  #namesNow(
    about: GfidNotes,
    formerNames: ReadonlyMap<string, Name>,
    former: Inode | null,
  ): Map<string, Name> {
    const names = new Map(formerNames);
    if (about.gfid === ROOT_GFID) {
      const root = { parent: ROOT_GFID, name: Buffer.alloc(0) };
      return names.set(nameKey(root), root);
    }
    for (const name of about.removed) names.delete(nameKey(name));
    for (const name of about.added) names.set(nameKey(name), name);
    const type = about.observation?.inode.type ?? former?.type;
    if (names.size === 0 && type !== undefined) {
      const kept = this.#keptName(about);
      if (kept === null) return names;
      names.set(nameKey(kept), kept);
      this.#modules.notes.entry(kept.parent, kept.name, ALWAYS, { gfid: about.gfid, type });
    }
    const single = type === 'dir' || about.observation?.nlink === 1;
    if (single && names.size > 1) this.#keepOne(names, about);
    return names;
  }

  /** The name that something keeps although it was not seen under any. */
  #keptName(about: GfidNotes): Name | null {
    if (about.fallback !== null) return about.fallback;
    if (this.#stable) return null;
    const free = about.removed.find((name) => !name.replaced && name.read !== ALWAYS) ?? null;
    if (free !== null && about.failure === null) {
      about.failure = {
        parent: free.parent,
        read: free.read,
        code: 'source_changing',
        path: free.name,
        message: 'it vanished while the tree kept changing, and is kept until a quieter scan',
      };
    }
    return free;
  }

  /** Seen where it is now; the other names are from directories that could not be read again. */
  #keepOne(names: Map<string, Name>, about: GfidNotes): void {
    const kept = about.added.at(-1) ?? [...names.values()][0];
    if (kept === undefined) return;
    for (const [key, name] of names) {
      if (key === nameKey(kept)) continue;
      names.delete(key);
      this.#modules.notes.entry(name.parent, name.name, ALWAYS, null);
    }
  }

  /** The first name stays the first as long as it is there; else the least one is. */
  #inodeNow(
    former: Inode | null,
    observation: Observation | null,
    names: ReadonlyMap<string, Name>,
    formerNames: ReadonlyMap<string, Name>,
  ): Inode {
    const formerFirst = [...formerNames.values()][0];
    const sorted = [...names.values()].sort(compareNames);
    const first =
      formerFirst !== undefined && names.has(nameKey(formerFirst)) ? formerFirst : sorted[0];
    const seen = observation?.inode ?? former;
    if (seen === null || first === undefined) throw new RangeError('an inode without a name');
    return {
      ...seen,
      // The origin's birth time travels with the inode; a copy was born later.
      btimeNs: former === null ? seen.btimeNs : former.btimeNs,
      parent: first.parent,
      name: first.name,
      nlink: names.size,
    };
  }

  #deriveLinks(
    gfid: Gfid,
    inode: Inode,
    names: ReadonlyMap<string, Name>,
    formerNames: ReadonlyMap<string, Name>,
  ): void {
    const first = nameKey(inode);
    const [formerFirst, ...formerLinks] = [...formerNames.keys()];
    if (names.size <= 1 && formerLinks.length === 0) return;
    const mutations: Mutation[] = [];
    for (const [key, { parent, name }] of names) {
      if (key === first || formerLinks.includes(key)) continue;
      mutations.push({ key: encodeLinkKey(gfid, parent, name), value: LINK_VALUE });
    }
    for (const [key, { parent, name }] of formerNames) {
      if (key === formerFirst || (names.has(key) && key !== first)) continue;
      mutations.push({ key: encodeLinkKey(gfid, parent, name), value: null });
    }
    mutations.sort((a, b) => compareBytes(a.key, b.key));
    for (const { key, value } of mutations) this.#modules.result.links.add(key, value);
  }

  async #bind(gfid: Gfid, { binding, side }: Observation): Promise<void> {
    const { result, bindings } = this.#modules;
    const key = encodeGfidKey(gfid);
    result.bindings.add(key, encodeBinding(binding));
    result.side.add(key, encodeSide(side));
    const value = await bindings.get(key);
    const formerIno = value === null ? null : decodeBinding(value).ino;
    if (formerIno === binding.ino) return;
    if (formerIno !== null) result.releaseInode(formerIno);
    result.bindInode(binding.ino, gfid);
  }

  async #vanished({ gfid }: GfidNotes, former: Inode): Promise<void> {
    const { result, bindings, catalog } = this.#modules;
    const key = encodeGfidKey(gfid);
    result.removed++;
    result.inodes.add(key, null);
    result.side.add(key, null);
    result.bindings.add(key, null);
    if (former.nlink > 1 && former.type !== 'dir') {
      for await (const batch of catalog.links.range({ prefix: linksOf(gfid) })) {
        for (const link of batch) result.links.add(link.key, null);
      }
    }
    const value = await bindings.get(key);
    if (value !== null) result.releaseInode(decodeBinding(value).ino);
    if (former.type !== 'file') return;
    result.bytesDelta -= former.size;
    await this.#removeLeaves(gfid);
  }

  #orphaned({ gfid, observation }: GfidNotes): void {
    const version = observation?.inode.version ?? 0n;
    if (version !== 0n) this.#modules.result.orphans.set(gfid, version);
  }

  async #removeLeaves(gfid: Gfid): Promise<void> {
    const { catalog, result } = this.#modules;
    for await (const batch of catalog.content.range({ prefix: contentOf(gfid) })) {
      for (const { key } of batch) result.removeLeaf(key);
    }
  }

  #exception(gfid: Gfid, failure: Failure): void {
    const { result } = this.#modules;
    const message = Buffer.concat([failure.path, Buffer.from(`: ${failure.message}`)]);
    result.addException(gfid, { code: failure.code, message });
    const { code, message: text } = failure;
    result.addFailure({ path: Buffer.from(failure.path), code, message: text });
  }
}

function compareNames(a: Name, b: Name): number {
  if (a.parent !== b.parent) return a.parent < b.parent ? -1 : 1;
  return compareBytes(a.name, b.name);
}
