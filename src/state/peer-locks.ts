import { DmError } from '../model/error.js';
import { type DatasetId, parseDatasetId } from '../model/ids.js';
import type { StateDatabase } from './database.js';
import { keys, ranges } from './keys.js';
import { plainCodec, Records } from './records.js';

/** A dataset that a peer needs here, for the next increment of a policy of its own. */
export interface PeerLock {
  readonly owner: string;
  /** The peer's name for what needs it: it has one dataset at a time. */
  readonly holder: string;
  readonly id: DatasetId;
  /** Base64. */
  readonly basePath: string;
}

/** A lock lapses when its peer has not been heard of for so long. */
const LAPSE_MS = 30 * 24 * 3_600_000;
const MAX_LOCKS = 256;
/** How exactly the last contact is kept over restarts. */
const CONTACT_EVERY_MS = 3_600_000;

/** The locks that peers hold on datasets of this place, and when each was last heard of. */
export class PeerLocks {
  readonly #database: StateDatabase;
  readonly #now: () => number;
  readonly #records: Records<{ owner: string; holder: string }, PeerLock>;
  readonly #locks = new Map<string, PeerLock>();
  readonly #contacts = new Map<string, { atMs: number; savedAtMs: number }>();

  private constructor(modules: { database: StateDatabase; now: () => number }) {
    this.#database = modules.database;
    this.#now = modules.now;
    this.#records = new Records(
      { range: ranges.peerLock, key: keys.peerLock, codec: plainCodec<PeerLock>() },
      modules,
    );
  }

  static async open(modules: { database: StateDatabase; now: () => number }): Promise<PeerLocks> {
    const locks = new PeerLocks(modules);
    for await (const lock of locks.#records.list()) locks.#locks.set(keys.peerLock(lock), lock);
    for await (const [key, at] of modules.database.entries(ranges.peerContact)) {
      const atMs = Number(at);
      locks.#contacts.set(key.slice(ranges.peerContact.length), { atMs, savedAtMs: atMs });
    }
    return locks;
  }

  /**
   * Puts the lock of a holder on this dataset, and takes it from the one it
   * was on. `quota_exceeded` for too many.
   */
  async hold(lock: Omit<PeerLock, 'id'> & { readonly id: string }): Promise<void> {
    const { owner, holder, basePath } = lock;
    const own = [...this.#locks.values()].filter((other) => other.owner === owner);
    if (own.length >= MAX_LOCKS && !own.some((other) => other.holder === holder)) {
      throw new DmError(
        'quota_exceeded',
        `${MAX_LOCKS} datasets are locked here for this peer already; release some`,
      );
    }
    const record = { owner, holder, basePath, id: parseDatasetId(lock.id) };
    const key = keys.peerLock(record);
    const before = this.#locks.get(key);
    // Counted before anything is waited for: others ask at the same time.
    this.#locks.set(key, record);
    try {
      await this.#records.save({ owner, holder }, record);
    } catch (error) {
      if (before === undefined) this.#locks.delete(key);
      else this.#locks.set(key, before);
      throw error;
    }
    await this.heardOf(owner);
  }

  /** Takes the lock of a holder away, if it has one. */
  async release(lock: Pick<PeerLock, 'owner' | 'holder'>): Promise<void> {
    if (!this.#locks.delete(keys.peerLock(lock))) return;
    await this.#database.write([this.#records.remove(lock)]);
  }

  /** A call of the peer was served. */
  async heardOf(owner: string): Promise<void> {
    const atMs = this.#now();
    const savedAtMs = this.#contacts.get(owner)?.savedAtMs ?? Number.NEGATIVE_INFINITY;
    const isSaved = Math.abs(atMs - savedAtMs) < CONTACT_EVERY_MS;
    this.#contacts.set(owner, { atMs, savedAtMs: isSaved ? savedAtMs : atMs });
    if (!isSaved) await this.#database.write([{ put: keys.peerContact(owner), value: atMs }]);
  }

  /** Whether a peer holds locks here: only then its contacts matter. */
  holdsAny(owner: string): boolean {
    return [...this.#locks.values()].some((lock) => lock.owner === owner);
  }

  /** Who needs the dataset, for people; lapsed locks do not count. */
  lockedBy(id: DatasetId, basePath: Uint8Array): string[] {
    return this.#of(id, basePath)
      .filter(({ owner }) => !this.#hasLapsed(owner))
      .map(({ owner, holder }) => `peer ${owner} ${holder}`);
  }

  /** Takes away every lock on the dataset; returns whose they were. */
  async unlock(id: DatasetId, basePath: Uint8Array): Promise<string[]> {
    const locks = this.#of(id, basePath);
    await this.#database.write(locks.map((lock) => this.#records.remove(lock)));
    for (const lock of locks) this.#locks.delete(keys.peerLock(lock));
    return locks.map(({ owner, holder }) => `peer ${owner} ${holder}`);
  }

  #of(id: DatasetId, basePath: Uint8Array): PeerLock[] {
    const path = Buffer.from(basePath).toString('base64');
    return [...this.#locks.values()].filter((lock) => lock.id === id && lock.basePath === path);
  }

  #hasLapsed(owner: string): boolean {
    const last = this.#contacts.get(owner)?.atMs;
    return last === undefined || this.#now() - last > LAPSE_MS;
  }
}
