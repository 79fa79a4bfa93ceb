import type { OpenPlace } from '../engine/places.js';
import { DmError } from '../model/error.js';
import type { Log } from '../observe/log.js';
import type { LockRelease, LockReleases } from '../state/lock-releases.js';
import type { Clock } from '../util/clock.js';
import { Signal } from '../util/signal.js';

/** How often places that could not be told are tried again. */
const EVERY_MS = 600_000;

export interface LockReleaserModules {
  readonly releases: LockReleases;
  readonly places: {
    open(
      accountId: string,
      signal: AbortSignal,
    ): Promise<Pick<OpenPlace, 'locker'> & AsyncDisposable>;
  };
  readonly accountExists: (id: string) => Promise<boolean>;
  readonly clock: Clock;
  readonly log: Pick<Log, 'info' | 'error'>;
}

/**
 * Tells other places which of their datasets our policies need no more:
 * soon, or when they can be reached again, however late: a lock that lapses counts again when the peer hears of us.
 */
export class LockReleaser implements AsyncDisposable {
  readonly #modules: LockReleaserModules;
  readonly #stop = new AbortController();
  readonly #woken = new Signal();
  readonly #running: Promise<void>;

  constructor(modules: LockReleaserModules) {
    this.#modules = modules;
    this.#running = this.#run();
  }

  /** Call it when there may be something to tell. */
  wake(): void {
    this.#woken.tell();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    const { clock } = this.#modules;
    while (!signal.aborted) {
      const rest = new AbortController();
      const either = AbortSignal.any([signal, rest.signal]);
      const woken = this.#woken.next(either);
      await this.#pass();
      await Promise.race([woken, clock.delay(EVERY_MS, either).catch(() => undefined)]);
      rest.abort();
    }
  }

  /** One that fails does not keep the others from being told. */
  async #pass(): Promise<void> {
    const { releases, log } = this.#modules;
    const { signal } = this.#stop;
    try {
      for await (const release of releases.list()) {
        try {
          await this.#tell(release);
        } catch (error) {
          signal.throwIfAborted();
          const { accountId, holder } = release;
          log.error({ err: error, account: accountId, holder }, 'a lock could not be released');
        }
      }
    } catch (error) {
      if (!signal.aborted) log.error({ err: error }, 'locks of peers could not be looked at');
    }
  }

  async #tell(release: LockRelease): Promise<void> {
    const { releases, places, accountExists, log } = this.#modules;
    const { accountId, holder } = release;
    const { signal } = this.#stop;
    signal.throwIfAborted();
    if (!(await accountExists(accountId))) return await releases.done(release);
    try {
      await using place = await places.open(accountId, signal);
      await releases.release(release, async () => place.locker?.release(holder, signal));
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof DmError)) throw error;
      if (error.transient) return;
      log.info({ account: accountId, holder, code: error.code }, 'a lock is left to lapse');
    }
    await releases.done(release);
  }
}
