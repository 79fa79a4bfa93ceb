import type { Gfid } from '../../../model/ids.js';
import { SysError } from '../sys/errno.js';
import { statFd } from '../sys/stat.js';
import { SEEN_IN_NOTHING } from './directory-reads.js';
import type { DirectoryRecord } from './directory-record.js';
import { DirectoryStack } from './directory-stack.js';
import type { ScanNotes } from './scan-notes.js';
import type { Subdirectory } from './subdirectory.js';
import type { DirectoryRead, TreeWalk } from './tree-walk.js';

/** Passes over all directories before a tree is given up as never still. */
const MAX_PASSES = 6;
const NO_DEPTH = Number.MAX_SAFE_INTEGER;

/** A directory of the pass that was read again: subdirectories that the old list may still name. */
interface Level {
  readonly gfid: Gfid;
  readonly read: number;
  readonly pending: Map<string, Subdirectory> | null;
}

/**
 * Reads again every directory that has changed since it was read, until nothing known has vanished from
 * any of them: what moves during a walk from where it has not been to where it has been would else be lost.
 * False when the tree does not come to rest.
 */
export async function settle(
  baseFd: number,
  modules: { readonly walk: TreeWalk; readonly notes: ScanNotes },
): Promise<boolean> {
  for (let pass = 0; pass < MAX_PASSES; pass++) {
    const vanished = await new SettlePass(baseFd, modules).run();
    if (!vanished) return true;
  }
  return false;
}

class SettlePass {
  readonly #baseFd: number;
  readonly #walk: TreeWalk;
  readonly #notes: ScanNotes;
  readonly #levels: Level[] = [];
  /** Directories below this depth are no longer where they were. */
  #lostBelow = NO_DEPTH;
  #vanished = false;

  constructor(baseFd: number, modules: { walk: TreeWalk; notes: ScanNotes }) {
    this.#baseFd = baseFd;
    this.#walk = modules.walk;
    this.#notes = modules.notes;
  }

  /**
   * True when a directory was read again and lacks something known that it had before, or may have missed, or that may
   * be in another directory whenever this one is read.
   */
  async run(): Promise<boolean> {
    const removedBefore = this.#notes.removedDirectories.length;
    using stack = new DirectoryStack(this.#baseFd);
    using list = this.#walk.takeDirectories();
    for (const { name, record } of list.records()) {
      await this.#leaveTo(stack, record.depth);
      if (record.depth > this.#lostBelow) {
        this.#notes.reads.lose(record.gfid, record.read);
        continue;
      }
      this.#lostBelow = NO_DEPTH;
      if (!this.#isNamed(name, record) || !this.#enter(stack, name, record)) {
        this.#lostBelow = record.depth;
        this.#notes.reads.lose(record.gfid, record.read);
        continue;
      }
      await this.#check(stack, name, record);
    }
    await this.#leaveTo(stack, 0);
    return this.#vanished || this.#isDirectoryMissing(removedBefore);
  }

  /** Whether a directory that changed meanwhile lacks a directory that was found nowhere else. */
  #isDirectoryMissing(removedBefore: number): boolean {
    const removed = this.#notes.removedDirectories;
    for (let index = removedBefore; index < removed.length; index++) {
      const name = removed[index];
      if (name !== undefined && this.#notes.isMissing(name) && !name.replaced) return true;
    }
    return false;
  }

  /** False when the directory above was read again and has another one under the name, or none. */
  #isNamed(name: Buffer, { gfid }: DirectoryRecord): boolean {
    const pending = this.#levels.at(-1)?.pending ?? null;
    return pending === null || pending.get(name.toString('latin1'))?.gfid === gfid;
  }

  #enter(stack: DirectoryStack, name: Buffer, record: DirectoryRecord): boolean {
    if (record.depth === 0) return true;
    try {
      stack.push(name, record.ino);
      return true;
    } catch (error) {
      if (error instanceof SysError) return false;
      throw error;
    }
  }

  async #check(stack: DirectoryStack, name: Buffer, record: DirectoryRecord): Promise<void> {
    const parent = this.#levels.at(-1);
    const seenIn = parent?.read ?? SEEN_IN_NOTHING;
    parent?.pending?.delete(name.toString('latin1'));
    this.#notes.reads.confirm(record.read, seenIn);
    const valid = this.#notes.reads.isValid(record.gfid, record.read);
    if (valid && statFd(stack.fd).ctimeNs === record.ctimeNs) {
      this.#walk.record(name, record);
      this.#levels.push({ gfid: record.gfid, read: record.read, pending: null });
      return;
    }
    const { gfid, isNew, ino } = record;
    const target = { name, gfid, isNew, ino, seenIn };
    const again = await this.#readAgain(stack, target);
    if (again === null) {
      this.#walk.record(name, record);
      this.#levels.push({ gfid: record.gfid, read: record.read, pending: null });
      return;
    }
    const { removedSum } = again.record;
    const mayHaveMissed = removedSum !== 0n && !again.isSteady;
    if (removedSum !== record.removedSum || mayHaveMissed) this.#vanished = true;
    this.#walk.record(name, again.record);
    const pending = new Map(again.subdirectories.map((one) => [one.name.toString('latin1'), one]));
    this.#levels.push({ gfid: record.gfid, read: again.record.read, pending });
  }

  /** Null when it can no longer be read: what the earlier read found stands. */
  async #readAgain(stack: DirectoryStack, target: Subdirectory): Promise<DirectoryRead | null> {
    try {
      return await this.#walk.readDirectory(stack, target);
    } catch (error) {
      if (error instanceof SysError) return null;
      throw error;
    }
  }

  /** Comes back up to the parent of depth `depth`, entering on the way what the old list did not name. */
  async #leaveTo(stack: DirectoryStack, depth: number): Promise<void> {
    while (this.#levels.length > depth) {
      const level = this.#levels.pop();
      if (level?.pending !== undefined && level.pending !== null && level.pending.size > 0) {
        await this.#walk.walkBelow(stack, level, level.pending.values());
      }
      if (stack.depth > 0) stack.pop();
    }
  }
}
