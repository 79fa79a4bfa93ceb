import { decodeEntryKey, decodeEntryValue } from '../../catalog/maps/entries.js';
import { decodeGfidKey } from '../../catalog/maps/gfid-key.js';
import { decodeInode } from '../../catalog/maps/inodes.js';
import { decodeLinkKey } from '../../catalog/maps/links.js';
import { DmError } from '../../model/error.js';
import { type Gfid, ROOT_GFID } from '../../model/ids.js';
import { StructureRecords } from '../receive/structure-receiver.js';
import type { ChangesRequest, DatasetReader } from '../source.js';

/** Directories that are remembered; two datasets that differ in more are compared whole. */
const MAX_DIRECTORIES = 1_000_000;

/** Where two datasets of one tree differ. */
export interface ChangedDirectories {
  /**
   * True when nothing in the directory, at any depth, differs, if it stands at one path in both.
   */
  isSame(directory: Gfid): boolean;
  /** True when it stands at one path in one dataset, and at another one or nowhere in the other. */
  isElsewhere(directory: Gfid): boolean;
}

/**
 * Compares two datasets by the pages in which their maps differ, so that nobody has to walk through
 * what is the same. Null when they are of different trees or differ in too much for that.
 */
export async function changedDirectories(
  before: DatasetReader,
  after: DatasetReader,
  signal: AbortSignal,
): Promise<ChangedDirectories | null> {
  if (before.info.tree !== after.info.tree) return null;
  const found = new Directories(after, signal);
  const { id, rootDigest } = before.info;
  const request = { base: { id, rootDigest }, subpaths: [], lanes: 1, resume: null };
  if (rootDigest === after.info.rootDigest) return found;
  const payloads = structureOf(after, request, signal);
  try {
    await found.read(new StructureRecords(payloads));
  } finally {
    // What comes behind the names tells nothing more.
    await payloads.return();
  }
  return found.isTooMany ? null : found;
}

async function* structureOf(
  reader: DatasetReader,
  request: ChangesRequest,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void> {
  const changes = reader.changes({ ...request, structureOnly: true }, signal);
  for await (const { phase, payload } of changes) if (phase === 'structure') yield payload;
}

class Directories implements ChangedDirectories {
  readonly #after: DatasetReader;
  readonly #signal: AbortSignal;
  /** Something in them differs, directly or further below. */
  readonly #changed = new Set<Gfid>();
  readonly #elsewhere = new Set<Gfid>();

  constructor(after: DatasetReader, signal: AbortSignal) {
    this.#after = after;
    this.#signal = signal;
  }

  get isTooMany(): boolean {
    return this.#changed.size + this.#elsewhere.size > MAX_DIRECTORIES;
  }

  isSame(directory: Gfid): boolean {
    return !this.#changed.has(directory);
  }

  isElsewhere(directory: Gfid): boolean {
    return this.#elsewhere.has(directory);
  }

  async read(records: StructureRecords): Promise<void> {
    for await (const batch of records.of('entries')) {
      for (const { key, value } of batch) {
        await this.#add(decodeEntryKey(key).parent);
        const entry = value === null ? null : decodeEntryValue(value);
        if (entry?.type === 'dir') this.#elsewhere.add(entry.gfid);
      }
      if (this.isTooMany) return;
    }
    for await (const batch of records.of('inodes')) {
      for (const { key, value } of batch) await this.#addInode(decodeGfidKey(key), value);
      if (this.isTooMany) return;
    }
    for await (const batch of records.of('links')) {
      for (const { key } of batch) await this.#add(decodeLinkKey(key).parent);
      if (this.isTooMany) return;
    }
  }

  async #addInode(gfid: Gfid, value: Uint8Array | null): Promise<void> {
    if (value === null) {
      // Of files it says nothing; what was a directory is gone with all that was in it.
      this.#elsewhere.add(gfid);
      return;
    }
    const { parent, nlink, type } = decodeInode(value);
    await this.#add(parent);
    if (nlink === 1 || type === 'dir') return;
    const { names } = await this.#after.details(gfid, this.#signal);
    for (const name of names) await this.#add(name.parent);
  }

  /** The directory and all above it. What is above one that is gone is changed by that. */
  async #add(directory: Gfid): Promise<void> {
    for (let at = directory; !this.#changed.has(at); ) {
      this.#changed.add(at);
      if (at === ROOT_GFID || this.isTooMany) return;
      const parent = await this.#parentOf(at);
      if (parent === null) return;
      at = parent;
    }
  }

  async #parentOf(directory: Gfid): Promise<Gfid | null> {
    try {
      const { names } = await this.#after.details(directory, this.#signal);
      return names[0]?.parent ?? null;
    } catch (error) {
      if (error instanceof DmError && error.code === 'not_found') return null;
      throw error;
    }
  }
}
