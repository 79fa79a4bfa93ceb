import { MessageChannel } from 'node:worker_threads';

/** Nobody listens: what is sent there is freed. */
const { port1: nowhere } = new MessageChannel();
nowhere.close();

/**
 * Frees the whole memory that `bytes` lie in at once; every view of it is empty then. For large buffers that come and go
 * quickly: the garbage collector lets 64 MiB of them gather in each thread before it looks, and looks often. Small
 * ones, which may lie in Node's pool, are left to it.
 */
export function freeMemory(bytes: Uint8Array): void {
  const { buffer } = bytes;
  if (buffer instanceof ArrayBuffer && buffer.byteLength > Buffer.poolSize) {
    nowhere.postMessage(null, [buffer]);
  }
}
