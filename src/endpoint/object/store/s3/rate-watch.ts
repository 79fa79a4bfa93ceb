import type { Readable } from 'node:stream';
import type { Clock } from '../../../../util/clock.js';
import type { StoreTiming } from '../retry.js';

export interface RateWatchModules {
  readonly clock: Clock;
  readonly timing: StoreTiming;
}

/** The chunks of a body; it fails when, while it was waited for, it came slower than the lowest rate. */
export async function* watchRate(
  body: Readable,
  { clock, timing }: RateWatchModules,
): AsyncIterable<Uint8Array> {
  const enough = (timing.minBytesPerSecond * timing.rateWindowMs) / 1_000;
  const done = new AbortController();
  let received = 0;
  let waited = 0;
  let waitingSince: number | null = null;
  // The clock may have been set meanwhile: a window at most has passed, and no time is taken back.
  const waitedSince = (sinceMs: number) =>
    Math.min(Math.max(0, clock.now() - sinceMs), timing.rateWindowMs);

  const watch = async () => {
    for (;;) {
      await clock.delay(timing.rateWindowMs, done.signal);
      if (waitingSince !== null) {
        waited += waitedSince(waitingSince);
        waitingSince = clock.now();
      }
      // A reader that takes its time is not the store's fault: only waiting counts.
      if (waited >= timing.rateWindowMs * 0.9 && received < enough) {
        body.destroy(new Error(`${received} bytes in ${waited} ms`));
      }
      if (waited >= timing.rateWindowMs * 0.9) {
        waited = 0;
        received = 0;
      }
    }
  };
  const watching = watch().catch(() => undefined);
  try {
    waitingSince = clock.now();
    for await (const chunk of body) {
      waited += waitedSince(waitingSince);
      waitingSince = null;
      received += chunk.length;
      yield chunk;
      waitingSince = clock.now();
    }
  } finally {
    done.abort();
    await watching;
  }
}
