import type { JobId } from '../model/ids.js';

export interface JobChanges extends Disposable {
  /** Resolves at the first change since the call before; rejects when the signal aborts. */
  next(): Promise<void>;
}

/** Tells whoever watches a job that it has changed; changes that come together are told once. */
export class JobWatchers {
  readonly #waiting = new Map<JobId, Set<() => void>>();

  changed(id: JobId): void {
    for (const wake of this.#waiting.get(id) ?? []) wake();
  }

  changes(id: JobId, signal: AbortSignal): JobChanges {
    let pending = false;
    let resolveNext: (() => void) | null = null;
    const wake = () => {
      pending = true;
      resolveNext?.();
    };
    const watchers = this.#waiting.get(id) ?? new Set();
    watchers.add(wake);
    this.#waiting.set(id, watchers);
    const forget = () => {
      watchers.delete(wake);
      if (watchers.size === 0 && this.#waiting.get(id) === watchers) this.#waiting.delete(id);
      resolveNext?.();
    };
    signal.addEventListener('abort', forget, { once: true });
    return {
      [Symbol.dispose]: () => {
        signal.removeEventListener('abort', forget);
        forget();
      },
      next: async () => {
        signal.throwIfAborted();
        if (!pending) {
          await new Promise<void>((resolve) => {
            resolveNext = resolve;
          });
        }
        resolveNext = null;
        pending = false;
        signal.throwIfAborted();
      },
    };
  }
}
