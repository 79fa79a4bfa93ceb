import type { ServerHttp2Session } from 'node:http2';

/**
 * Bytes in flight that a receiver allows, per stream and per connection. At 10 ms each way the 64
 * KiB that HTTP/2 begins with carry 2 MB/s, 16 MiB carry all that one core can encrypt.
 */
export const WINDOW_BYTES = 16 * 1_048_576;
const MIN_WINDOW_BYTES = 8_192;

/**
 * Bytes in flight that a receiver allows at a rate: what is under way
 * when it slows down comes all the same.
 */
export function windowAt(bytesPerSecond: number | null): number {
  if (bytesPerSecond === null) return WINDOW_BYTES;
  return Math.min(WINDOW_BYTES, Math.max(MIN_WINDOW_BYTES, Math.floor(bytesPerSecond / 20)));
}

/** The option by which a grpc-js client sets both windows of its connection. */
export function clientWindow(window: number): { 'grpc-node.flow_control_window': number } {
  return { 'grpc-node.flow_control_window': window };
}

/**
 * The same for a server, where grpc-js ignores that option: the setting is the window
 * of each stream, the local window size that of the connection as a whole. Both are
 * needed; call it once when a session begins.
 */
export function applyServerWindow(session: ServerHttp2Session, window: number): void {
  session.settings({ initialWindowSize: window });
  // A peer that has left ten settings without an answer is disconnected by the line above.
  if (!session.destroyed) session.setLocalWindowSize(window);
}
