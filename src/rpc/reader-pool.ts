import type { DatasetReader, DatasetRef, Source } from '../endpoint/source.js';

const MAX_READERS = 16;
const IDLE_MS = 60_000;

interface Slot {
  readonly reader: Promise<DatasetReader>;
  users: number;
  lastUsed: number;
  /** Not to be found any more: closed when its last user leaves. */
  dropped: boolean;
}

export interface HeldReader extends AsyncDisposable {
  readonly reader: DatasetReader;
}

/**
 * The readers that one connection has open here: its calls name datasets, and a dataset that is
 * browsed must neither be opened anew for each name nor be deleted between two calls.
 */
export class ReaderPool {
  readonly #slots = new Map<string, Slot>();
  readonly #closed = new AbortController();
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  /**
   * The reader of a dataset, shared with other calls; it stays open
   * until a minute after it was let go.
   */
  async hold(source: Source, ref: DatasetRef): Promise<HeldReader> {
    const slot = this.#slots.get(keyOf(ref)) ?? this.#open(source, ref);
    // Before anything is waited for: another call may want the same reader, or make room.
    slot.users++;
    const release = async () => {
      slot.users--;
      slot.lastUsed = this.#now();
      if (slot.dropped && slot.users === 0) await closeReader(slot);
    };
    try {
      if (this.#slots.size > MAX_READERS) await this.#drop(({ users }) => users === 0);
      return { reader: await slot.reader, [Symbol.asyncDispose]: release };
    } catch (error) {
      await release();
      throw error;
    }
  }

  /** Closes readers that were not used for a minute. */
  async sweep(): Promise<void> {
    const before = this.#now() - IDLE_MS;
    await this.#drop((slot) => slot.users === 0 && slot.lastUsed < before);
  }

  /**
   * Forgets all readers: what the caller may read has changed. Those in
   * use are closed by their last user.
   */
  async forget(): Promise<void> {
    await this.#drop(() => true);
  }

  /** Forgets all readers and stops those that are being opened. */
  async close(): Promise<void> {
    this.#closed.abort();
    await this.#drop(() => true);
  }

  #open(source: Source, ref: DatasetRef): Slot {
    const key = keyOf(ref);
    // Not the signal of the call: the reader is shared with later ones.
    const reader = source.open(ref, this.#closed.signal);
    const slot: Slot = { reader, users: 0, lastUsed: this.#now(), dropped: false };
    this.#slots.set(key, slot);
    reader.catch(() => {
      if (this.#slots.get(key) === slot) this.#slots.delete(key);
    });
    return slot;
  }

  async #drop(which: (slot: Slot) => boolean): Promise<void> {
    const dropped = [...this.#slots].filter(([, slot]) => which(slot));
    for (const [key, slot] of dropped) {
      this.#slots.delete(key);
      slot.dropped = true;
    }
    // As it is now: one whose last user leaves while others are being closed is closed by that user.
    const unused = dropped.filter(([, { users }]) => users === 0);
    for (const [, slot] of unused) await closeReader(slot);
  }
}

/** A reader that never opened has nothing to close; whoever asked for it was told why. */
async function closeReader(slot: Slot): Promise<void> {
  const [opened] = await Promise.allSettled([slot.reader]);
  if (opened.status === 'fulfilled') await opened.value[Symbol.asyncDispose]();
}

function keyOf(ref: DatasetRef): string {
  if ('number' in ref) return `#${ref.number}`;
  return `${ref.id}@${Buffer.from(ref.basePath ?? []).toString('hex')}`;
}
