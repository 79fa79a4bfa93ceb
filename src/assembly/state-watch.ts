import { asDmError, type DmError } from '../model/error.js';
import type { Log } from '../observe/log.js';
import type { StateDatabase } from '../state/database.js';
import type { Clock } from '../util/clock.js';

const LOOK_EVERY_MS = 10_000;

/** Logs when the state directory is gone under the agent, and when it is there again. */
export class StateWatch implements Disposable {
  readonly #modules: { database: Pick<StateDatabase, 'check'>; clock: Clock; log: Log };
  readonly #stop = new AbortController();
  #lost = false;

  constructor(modules: { database: Pick<StateDatabase, 'check'>; clock: Clock; log: Log }) {
    this.#modules = modules;
    void this.#watch();
  }

  [Symbol.dispose](): void {
    this.#stop.abort();
  }

  async #watch(): Promise<void> {
    const { clock } = this.#modules;
    const { signal } = this.#stop;
    while (!signal.aborted) {
      try {
        await clock.delay(LOOK_EVERY_MS, signal);
      } catch {
        return;
      }
      const found = await stateLoss(this.#modules.database);
      if (!signal.aborted) this.#tell(found);
    }
  }

  #tell(error: DmError | null): void {
    const { log } = this.#modules;
    if (error !== null && !this.#lost) log.error({ code: error.code }, error.message);
    if (error === null && this.#lost) log.info({}, 'the state is there again');
    this.#lost = error !== null;
  }
}

/** What is wrong with the place of the state now; null for nothing. */
export async function stateLoss(database: Pick<StateDatabase, 'check'>): Promise<DmError | null> {
  try {
    await database.check();
    return null;
  } catch (error) {
    return asDmError(error, 'looking at the state');
  }
}
