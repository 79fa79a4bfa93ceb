/** Lanes are made durable after so many bytes of all of them, or so many milliseconds, whichever is first. */
const SYNC_BYTES = 1024 * 1024 * 1024;
const SYNC_MS = 10_000;

/** How far a lane is: everything up to its token is in its log. */
export interface LaneMark {
  readonly token: Uint8Array;
  /** Bytes of the log. */
  readonly log: number;
}

export interface LaneDurabilityModules {
  /** Syncs the file system that the lanes write to. */
  sync(): Promise<void>;
  /** Told the lengths of the logs that a sync has made durable, by lane. */
  save(logs: ReadonlyMap<number, number>): void;
  /** Milliseconds, only ever growing. */
  readonly now: () => number;
}

/**
 * Makes what the lanes of a session have applied durable from time to time, all of them by one sync, while they go on:
 * a sync takes seconds where much was written.
 */
export class LaneDurability {
  readonly #modules: LaneDurabilityModules;
  readonly #applied = new Map<number, LaneMark>();
  /** Marks that are durable and that the source has not been told of. */
  readonly #durable = new Map<number, Uint8Array>();
  #bytes = 0;
  #since: number;
  #running: Promise<void> | null = null;
  #failure: { readonly error: unknown } | null = null;

  constructor(modules: LaneDurabilityModules) {
    this.#modules = modules;
    this.#since = modules.now();
  }

  /**
   * Notes that a lane has applied `bytes` more. Returns the last of its tokens that has become durable since the last
   * call, or null. Throws what a sync has failed with.
   */
  applied(lane: number, mark: LaneMark, bytes: number): Uint8Array | null {
    this.requireSynced();
    this.#applied.set(lane, mark);
    this.#bytes += bytes;
    if (this.#running === null && this.#isDue()) this.#running = this.#sync();
    const durable = this.#durable.get(lane) ?? null;
    this.#durable.delete(lane);
    return durable;
  }

  /** Waits for a sync that is under way: afterwards nothing is saved any more. Never fails. */
  async settled(): Promise<void> {
    await this.#running;
  }

  /** Throws what a sync has failed with: the kernel tells of a failed write once only. */
  requireSynced(): void {
    if (this.#failure !== null) throw this.#failure.error;
  }

  #isDue(): boolean {
    return this.#bytes >= SYNC_BYTES || this.#modules.now() - this.#since >= SYNC_MS;
  }

  /** Never fails. */
  async #sync(): Promise<void> {
    const marks = new Map(this.#applied);
    this.#bytes = 0;
    try {
      await this.#modules.sync();
      this.#modules.save(new Map([...marks].map(([lane, { log }]) => [lane, log])));
      for (const [lane, { token }] of marks) this.#durable.set(lane, token);
    } catch (error) {
      this.#failure = { error };
    } finally {
      this.#since = this.#modules.now();
      this.#running = null;
    }
  }
}
