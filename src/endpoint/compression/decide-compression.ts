/**
 * The link is what holds the stream up when both of its ends wait for this share
 * of the time; below the second it is not.
 */
const BOUND = 0.5;
const FREE = 0.2;
/**
 * Compressing is begun on links slower than this part of the compressor, and
 * given up on those faster than the second.
 */
const SLOW = 0.5;
const FAST = 0.8;
/** Bytes a second of the compressor, until it has run. */
const ASSUMED_RATE = 200_000_000;
/** How long it must look so. */
const TURN_ON_MS = 1_000;
const TURN_OFF_MS = 2_000;
/**
 * Each time that compressing was given up in vain it is kept up twice
 * as long the next time, up to this.
 */
const MOST_PATIENCE_MS = 60_000;

export interface CompressionState {
  readonly on: boolean;
  /** When that changed last; milliseconds, monotonic. Minus infinity when it never did. */
  readonly changedAtMs: number;
  /** For how long it has looked as if it should change. */
  readonly forMs: number;
  /** For how long it must look so before compressing is given up. */
  readonly patienceMs: number;
}

/** What was seen of the way to a peer in a stretch of time, all streams together. */
export interface LinkInterval {
  /** Its end, on the clock of CompressionState. */
  readonly atMs: number;
  readonly elapsedMs: number;
  /** Bytes put on the wire. */
  readonly sentBytes: number;
  /**
   * How long a stream stood still because of the link: the sender waited to send, the
   * receiver for what to do, and both had time.
   */
  readonly boundMs: number;
  /** Bytes a second that the compressor takes; null when it has not run. */
  readonly compressorRate: number | null;
}

export const INITIAL_COMPRESSION: CompressionState = {
  on: false,
  changedAtMs: Number.NEGATIVE_INFINITY,
  forMs: 0,
  patienceMs: TURN_OFF_MS,
};

/**
 * Whether the streams to a peer are to be compressed, from what was and what was seen
 * since: on where the link is the bottleneck and slower than the compressor. While it is on
 * and the link is not the bottleneck nobody knows how fast that is; so it is turned off to
 * see, less often each time that this proves wrong.
 */
export function decideCompression(before: CompressionState, seen: LinkInterval): CompressionState {
  const bound = seen.boundMs / seen.elapsedMs;
  const linkRate = (seen.sentBytes * 1_000) / seen.elapsedMs;
  const compressorRate = seen.compressorRate ?? ASSUMED_RATE;
  const should = before.on
    ? bound < FREE || linkRate > FAST * compressorRate
    : bound >= BOUND && linkRate < SLOW * compressorRate;
  const forMs = should ? before.forMs + seen.elapsedMs : 0;
  if (forMs < (before.on ? before.patienceMs : TURN_ON_MS)) return { ...before, forMs };
  if (before.on) return { ...before, on: false, forMs: 0, changedAtMs: seen.atMs };
  const offMs = seen.atMs - before.changedAtMs;
  const patienceMs =
    offMs < 2 * before.patienceMs ? Math.min(2 * before.patienceMs, MOST_PATIENCE_MS) : TURN_OFF_MS;
  return { on: true, forMs: 0, changedAtMs: seen.atMs, patienceMs };
}
