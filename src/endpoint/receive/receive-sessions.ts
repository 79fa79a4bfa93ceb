import { normalAbsolute } from '../../model/absolute-path.js';
import { DmError } from '../../model/error.js';
import { KeyedMutex } from '../../util/keyed-mutex.js';

/** A session that can be stopped by a newer one. */
export interface StoppableSession {
  /** Resolves when nothing of it runs any more. */
  stop(reason: DmError): Promise<void>;
}

/** The sessions that are open on this host, one for each target path. All targets of an agent share one object. */
export class ReceiveSessions {
  readonly #open = new Map<string, StoppableSession>();
  readonly #mutex = new KeyedMutex();

  /** Runs `work` while no other session begins or ends, and no dataset is made or deleted, at the path. */
  async exclusively<T>(path: Uint8Array, work: () => Promise<T>): Promise<T> {
    return this.#mutex.run(keyOf(path), work);
  }

  /** Stops the session at the path, if there is one. */
  async supersede(path: Uint8Array): Promise<void> {
    const older = this.#open.get(keyOf(path));
    if (older === undefined) return;
    this.#open.delete(keyOf(path));
    const shown = Buffer.from(path).toString();
    await older.stop(
      new DmError('session_superseded', `a newer copy to ${shown} has begun and goes on with it`),
    );
  }

  add(path: Uint8Array, session: StoppableSession): void {
    this.#open.set(keyOf(path), session);
  }

  remove(path: Uint8Array, session: StoppableSession): void {
    if (this.#open.get(keyOf(path)) === session) this.#open.delete(keyOf(path));
  }
}

function keyOf(path: Uint8Array): string {
  return normalAbsolute(path).toString('latin1');
}
