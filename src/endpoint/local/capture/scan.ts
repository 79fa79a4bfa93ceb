import type { Mutation } from '../../../catalog/map-types.js';
import { decodeEntryKey } from '../../../catalog/maps/entries.js';
import { InodeDeriver } from './derive-inodes.js';
import type { DirectoryReads } from './directory-reads.js';
import { groupByGfid } from './gfid-notes.js';
import { ScanNotes } from './scan-notes.js';
import { ScanResult } from './scan-result.js';
import type { ScanModules, ScanOptions } from './scan-types.js';
import { settle } from './settle.js';
import { TreeWalk, type WalkScope } from './tree-walk.js';
import { removeVanishedDirectories } from './vanished-directories.js';

const READ_BYTES = 4;

/**
 * One comparison of a tree with what is known of it: `walk`, then (with content on the list) the capture of the listed
 * files, which notes an observation or a failure for each, then `derive`. A target that looks for drift does
 * the same with `content: 'observe'` and captures nothing. Always dispose it: it has temporary files.
 */
export class Scan implements Disposable {
  readonly notes: ScanNotes;
  readonly #options: ScanOptions;
  readonly #modules: ScanModules;
  readonly #walk: TreeWalk;
  readonly #result: ScanResult;
  #stable = true;

  constructor(options: ScanOptions, modules: ScanModules) {
    this.#options = options;
    this.#modules = modules;
    this.notes = new ScanNotes(options.scratch);
    this.#walk = new TreeWalk(options, { ...modules, notes: this.notes });
    this.#result = new ScanResult(options.scratch);
  }

  /** Entries at the top of the tree that belong to it; null when that directory is known to be as it was. */
  get topEntries(): number | null {
    return this.#walk.topEntries;
  }

  get entriesSeen(): number {
    return this.#walk.entriesSeen;
  }

  /** Where leaf digests of captured contents go. */
  get result(): ScanResult {
    return this.#result;
  }

  /** Looks at everything in `scope` once, and at what changes meanwhile again. */
  async walk(scope: WalkScope): Promise<void> {
    await this.#walk.walk(scope);
    await this.settle();
  }

  /** Looks again at what has changed since. */
  async settle(): Promise<void> {
    if (this.#options.isSnapshot) return;
    this.#stable = await settle(this.#options.baseFd, { walk: this.#walk, notes: this.notes });
  }

  /** The mutations of all maps but entries; to be called once, after everything was noted. */
  async derive(): Promise<ScanResult> {
    const { previous } = this.#modules;
    const { notes } = this;
    await removeVanishedDirectories(notes, previous.catalog, this.#stable);
    const { catalog, bindings } = previous;
    const modules = { notes, catalog, bindings, result: this.#result };
    const deriver = new InodeDeriver({ stable: this.#stable }, modules);
    const events = notes.events.sorted(this.#options.signal);
    for await (const about of groupByGfid(events, notes.reads)) await deriver.derive(about);
    // Their memory is worth more to what comes next.
    notes.events[Symbol.dispose]();
    return this.#result;
  }

  /** The mutations of the map entries; after `derive`, once. */
  entries(): AsyncIterable<Mutation[]> {
    return validEntries(this.notes.entries.sorted(this.#options.signal), this.notes.reads);
  }

  [Symbol.dispose](): void {
    this.notes[Symbol.dispose]();
    this.#walk[Symbol.dispose]();
    this.#result[Symbol.dispose]();
  }
}

async function* validEntries(
  sorted: AsyncIterable<Mutation[]>,
  reads: DirectoryReads,
): AsyncGenerator<Mutation[], void> {
  for await (const batch of sorted) {
    const valid: Mutation[] = [];
    for (const { key, value } of batch) {
      if (value === null) continue;
      const read = Buffer.from(value.buffer, value.byteOffset, READ_BYTES).readUInt32BE(0);
      if (!reads.isValid(decodeEntryKey(key).parent, read)) continue;
      valid.push({ key, value: value.length === READ_BYTES ? null : value.subarray(READ_BYTES) });
    }
    if (valid.length > 0) yield valid;
  }
}
