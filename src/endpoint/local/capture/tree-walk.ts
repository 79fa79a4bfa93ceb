import { type Gfid, ROOT_GFID } from '../../../model/ids.js';
import { SysError } from '../sys/errno.js';
import { statFd } from '../sys/stat.js';
import type { ChangedDirectory } from './changed-tree.js';
import { DirectoryListing } from './directory-listing.js';
import { SEEN_IN_NOTHING } from './directory-reads.js';
import { type DirectoryRecord, decodeDirectory, encodeDirectory } from './directory-record.js';
import { DirectoryStack } from './directory-stack.js';
import { type EntryOutcome, EntryScanner } from './entry-scanner.js';
import { FormerEntries, type FormerEntry } from './former-entries.js';
import { MutationSpill } from './mutation-spill.js';
import { revisit } from './revisit.js';
import { ALWAYS } from './scan-events.js';
import type { ScanNotes } from './scan-notes.js';
import type { ScanModules, ScannedDirectory, ScanOptions } from './scan-types.js';
import type { Subdirectory } from './subdirectory.js';

const MASK_64 = (1n << 64n) - 1n;

/** Where to look: everywhere, or where something is known to have changed. */
export type WalkScope = ChangedDirectory | 'everything';
const NOTHING_BELOW: WalkScope = { isChanged: false, names: new Map(), children: new Map() };

/** A directory on the way down, with what is still to be entered below it. */
interface Frame {
  readonly gfid: Gfid;
  readonly read: number;
  readonly subdirectories: Iterator<Subdirectory>;
  readonly scope: WalkScope;
}

/** What one read of a directory found. */
export interface DirectoryRead {
  readonly record: DirectoryRecord;
  readonly subdirectories: Subdirectory[];
  /** False when the directory changed while it was listed: an entry that was renamed just then may be missing under both names. */
  readonly isSteady: boolean;
}

/**
 * Walks a tree by directory descriptors and compares each directory with the entries that the previous catalog
 * has for the same gfid, both in name order. Notes what differs; says nothing about what is as it was.
 */
export class TreeWalk implements Disposable {
  readonly #options: ScanOptions;
  readonly #modules: ScanModules & { notes: ScanNotes };
  readonly #scanner: EntryScanner;
  /** Of the directory that is being read. */
  readonly #listing = new DirectoryListing();
  #directories: MutationSpill;
  #lists = 0;
  /** Entries at the top of the tree that belong to it; null while that directory has not been read. */
  topEntries: number | null = null;

  constructor(options: ScanOptions, modules: ScanModules & { notes: ScanNotes }) {
    this.#options = options;
    this.#modules = modules;
    this.#scanner = new EntryScanner(options, modules);
    this.#directories = this.#newList();
  }

  get entriesSeen(): number {
    return this.#scanner.entriesSeen;
  }

  /** Looks at everything in `scope` once; what it notes does not depend on that, as long as nothing else has changed. */
  async walk(scope: WalkScope): Promise<void> {
    using stack = new DirectoryStack(this.#options.baseFd);
    const name = Buffer.alloc(0);
    const { ino } = statFd(stack.fd);
    const base = { name, gfid: ROOT_GFID, isNew: false, ino, seenIn: SEEN_IN_NOTHING };
    await this.#walkFrom(stack, await this.#visit(stack, base, scope));
  }

  /** Walks `subdirectories` of the directory the stack is in. */
  async walkBelow(
    stack: DirectoryStack,
    directory: { readonly gfid: Gfid; readonly read: number },
    subdirectories: Iterable<Subdirectory>,
  ): Promise<void> {
    const rest = subdirectories[Symbol.iterator]();
    await this.#walkFrom(stack, { ...directory, subdirectories: rest, scope: 'everything' });
  }

  async #walkFrom(stack: DirectoryStack, first: Frame): Promise<void> {
    const top = stack.depth;
    const frames = [first];
    for (let frame = frames.at(-1); frame !== undefined; frame = frames.at(-1)) {
      const next = frame.subdirectories.next();
      if (next.done === true) {
        frames.pop();
        if (stack.depth > top) stack.pop();
        continue;
      }
      const entered = await this.#enter(stack, frame, next.value);
      if (entered !== null) frames.push(entered);
    }
  }

  /** Goes into a directory and looks at it. Null, and the stack as it was, when that is not possible. */
  async #enter(stack: DirectoryStack, parent: Frame, target: Subdirectory): Promise<Frame | null> {
    const depth = stack.depth;
    try {
      stack.push(target.name, target.ino);
      return await this.#visit(stack, target, scopeBelow(parent.scope, target.name));
    } catch (error) {
      if (!(error instanceof SysError)) throw error;
      const path = stack.depth > depth ? stack.path : stack.pathOf(target.name);
      while (stack.depth > depth) stack.pop();
      // One that has just gone is found out about when its parent is read again.
      if (['ENOENT', 'ENOTDIR', 'ELOOP', 'ESTALE'].includes(error.code)) return null;
      const above = { gfid: parent.gfid, read: parent.read, fd: stack.fd };
      this.#scanner.unreadableDirectory(above, target, path, error);
      return null;
    }
  }

  /** Looks at the directory the stack is in, as far as `scope` says. */
  async #visit(stack: DirectoryStack, target: Subdirectory, scope: WalkScope): Promise<Frame> {
    const { gfid, name, isNew } = target;
    if (scope !== 'everything' && !scope.isChanged && !isNew) {
      const directory = { gfid, read: ALWAYS, fd: stack.fd, components: stack.components };
      const { catalog } = this.#modules.previous;
      const found = await revisit(directory, scope, { scanner: this.#scanner, catalog });
      if (found !== null) return { gfid, read: ALWAYS, subdirectories: found.values(), scope };
    }
    const { record, subdirectories } = await this.readDirectory(stack, target);
    this.record(name, record);
    const entered =
      scope === 'everything'
        ? subdirectories
        : subdirectories.filter(
            (one) => one.isNew || scope.children.has(one.name.toString('latin1')),
          );
    return { gfid, read: record.read, subdirectories: entered.values(), scope };
  }

  /** Reads the directory the stack is in and notes what differs. Throws a SysError when it cannot be read. */
  async readDirectory(stack: DirectoryStack, target: Subdirectory): Promise<DirectoryRead> {
    this.#options.signal.throwIfAborted();
    const fd = stack.fd;
    const stat = statFd(fd);
    const listing = this.#listing;
    listing.read(fd);
    const isSteady = statFd(fd).ctimeNs === stat.ctimeNs;
    const { gfid, isNew, seenIn } = target;
    const read = this.#modules.notes.reads.begin(gfid, seenIn);
    await this.#scanner.directory(fd, gfid, stat);
    const directory = { gfid, read, fd, components: stack.components };
    const merged = await this.#merge(listing, directory, isNew);
    listing.trim();
    const { ino, ctimeNs } = stat;
    const record = {
      depth: stack.depth,
      gfid,
      isNew,
      read,
      ino,
      ctimeNs,
      removedSum: merged.removedSum,
    };
    return { record, subdirectories: merged.subdirectories, isSteady };
  }

  record(name: Uint8Array, record: DirectoryRecord): void {
    this.#directories.add(name, encodeDirectory(record));
  }

  /** The directories read so far, in walk order; a new list is begun. The caller disposes it. */
  takeDirectories(): {
    records(): Generator<{ name: Buffer; record: DirectoryRecord }>;
    [Symbol.dispose](): void;
  } {
    const list = this.#directories;
    this.#directories = this.#newList();
    return {
      *records() {
        for (const batch of list.read()) {
          for (const { key, value } of batch) {
            yield { name: Buffer.from(key), record: decodeDirectory(value ?? Buffer.alloc(0)) };
          }
        }
      },
      [Symbol.dispose]: () => list[Symbol.dispose](),
    };
  }

  [Symbol.dispose](): void {
    this.#directories[Symbol.dispose]();
  }

  /** Both sides in name order, side by side. */
  async #merge(
    listing: DirectoryListing,
    directory: ScannedDirectory,
    isNew: boolean,
  ): Promise<{ subdirectories: Subdirectory[]; removedSum: bigint }> {
    const result = { subdirectories: [] as Subdirectory[], removedSum: 0n, present: 0 };
    const former = isNew
      ? null
      : await FormerEntries.open(this.#modules.previous.catalog, directory.gfid);
    let index = 0;
    for (;;) {
      const name = index < listing.count ? listing.name(index) : null;
      const known = former === null || former.atEnd ? null : former;
      if (name === null && known === null) break;
      const order = name === null ? 1 : known === null ? -1 : -known.compareName(name);
      if (name !== null && order <= 0) {
        const match = order === 0 ? known : null;
        const looked = this.#scanner.entry(directory, name, listing.type(index), match);
        const outcome = looked instanceof Promise ? await looked : looked;
        if (outcome === 'kept') result.present++;
        else this.#note(directory, name, match?.entry() ?? null, outcome, result);
        index++;
        const told = this.#scanner.progress();
        if (told !== undefined) await told;
      } else if (known !== null) {
        const gone = known.entry();
        this.#note(directory, gone.name, gone, 'absent', result);
      }
      if (order >= 0) {
        const pending = known?.next();
        if (pending !== undefined) await pending;
      }
    }
    if (directory.gfid === ROOT_GFID) this.topEntries = result.present;
    return result;
  }

  #note(
    directory: ScannedDirectory,
    name: Uint8Array,
    former: FormerEntry | null,
    outcome: Exclude<EntryOutcome, 'kept'>,
    result: { subdirectories: Subdirectory[]; removedSum: bigint; present: number },
  ): void {
    const { notes } = this.#modules;
    if (outcome !== 'absent') result.present++;
    const found = outcome === 'absent' ? null : outcome;
    if (former !== null && former.gfid !== found?.gfid) {
      notes.removed(name, directory, former, found !== null);
      result.removedSum = (result.removedSum + former.gfid) & MASK_64;
    }
    if (found === null) return;
    if (former?.gfid !== found.gfid) notes.added(name, directory, found);
    if (found.type === 'dir') {
      const { gfid, isNew, ino } = found;
      const seenIn = directory.read;
      result.subdirectories.push({ name: Buffer.from(name), gfid, isNew, ino, seenIn });
    }
  }

  #newList(): MutationSpill {
    return new MutationSpill(`${this.#options.scratch}/directories-${this.#lists++}`);
  }
}

function scopeBelow(scope: WalkScope, name: Buffer): WalkScope {
  if (scope === 'everything') return scope;
  return scope.children.get(name.toString('latin1')) ?? NOTHING_BELOW;
}
