import { setMaxListeners } from 'node:events';

/**
 * Runs `stop` when the signal aborts, until disposed. One signal may stop any number of things:
 * Node's warning about many listeners is off for it. Dispose of it always: Node keeps a signal of `AbortSignal.any` that has
 * a listener, and all that the listener reaches, for ever, also when it has aborted.
 */
export function onAbort(signal: AbortSignal, stop: () => void): Disposable {
  setMaxListeners(0, signal);
  signal.addEventListener('abort', stop, { once: true });
  return { [Symbol.dispose]: () => signal.removeEventListener('abort', stop) };
}
