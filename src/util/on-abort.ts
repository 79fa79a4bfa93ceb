import { setMaxListeners } from 'node:events';

/**
 * Runs `stop` when the signal aborts, until disposed. One signal may stop any number of things:
 * Node's warning about many listeners is off for it.
 */
export function onAbort(signal: AbortSignal, stop: () => void): Disposable {
  setMaxListeners(0, signal);
  signal.addEventListener('abort', stop, { once: true });
  return { [Symbol.dispose]: () => signal.removeEventListener('abort', stop) };
}
