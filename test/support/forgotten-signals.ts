import { setTimeout as delay } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

const LOOKS = 50;
const BETWEEN_MS = 20;

/**
 * How many of the signals that `AbortSignal.any` made during the work are still held by something when the collector
 * has had every chance.
 */
export async function heldSignals(
  work: () => Promise<void>,
): Promise<{ readonly made: number; readonly held: number }> {
  const { any } = AbortSignal;
  const made: WeakRef<AbortSignal>[] = [];
  AbortSignal.any = (signals) => {
    const signal = any.call(AbortSignal, signals);
    made.push(new WeakRef(signal));
    return signal;
  };
  try {
    await work();
  } finally {
    AbortSignal.any = any;
  }
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const held = () => made.filter((reference) => reference.deref() !== undefined).length;
  for (let look = 0; look < LOOKS && held() > 0; look++) {
    // What a reference was asked for is kept until the turn has ended.
    await delay(BETWEEN_MS);
    collect();
  }
  return { made: made.length, held: held() };
}
