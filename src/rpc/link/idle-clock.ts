import { type EventLoopUtilization, performance } from 'node:perf_hooks';

/** Time, and how much of it this thread had nothing to do. */
export interface IdleClock {
  /** Milliseconds, monotonic. */
  now(): number;
  /** A meter of its own: each call tells the idle share, 0 to 1, since the one before. */
  idleShares(): () => number;
}

export const THREAD_CLOCK: IdleClock = {
  now: () => performance.now(),
  idleShares: () => {
    let before: EventLoopUtilization = performance.eventLoopUtilization();
    return () => {
      const now = performance.eventLoopUtilization();
      const { utilization } = performance.eventLoopUtilization(now, before);
      before = now;
      return 1 - utilization;
    };
  },
};
