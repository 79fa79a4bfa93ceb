/**
 * An abort that crosses threads at once. A task works synchronously, so a posted message would reach it only
 * at its next event-loop turn; a shared flag is seen by the next look at `signal.aborted`.
 */
export class SharedAbort {
  readonly signal: AbortSignal;
  readonly #controller = new AbortController();

  constructor(memory: SharedArrayBuffer) {
    const flag = new Int32Array(memory);
    const { signal } = this.#controller;
    const own = Object.getOwnPropertyDescriptor(AbortSignal.prototype, 'aborted');
    const settled = (): boolean => own?.get?.call(signal) === true;
    const look = (): boolean => {
      if (!settled() && Atomics.load(flag, 0) !== 0) this.abort();
      return settled();
    };
    Object.defineProperty(signal, 'aborted', { get: look });
    Object.defineProperty(signal, 'throwIfAborted', {
      value: () => {
        if (look()) throw signal.reason;
      },
    });
    this.signal = signal;
  }

  /** Fires the signal's listeners, once. */
  abort(): void {
    this.#controller.abort();
  }
}

/** Memory for one abort flag, not set. */
export function newAbortFlag(): SharedArrayBuffer {
  return new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT);
}

export function setAbortFlag(memory: SharedArrayBuffer): void {
  Atomics.store(new Int32Array(memory), 0, 1);
}
