import type { CopyObserver } from '../endpoint/copy-task.js';
import type { Policy } from '../model/policy.js';
import type { CopyMover } from './copy-mover.js';
import { type CopyChoice, copyOffer, type OpenCopy } from './copy-offer.js';

const NO_OBSERVER: CopyObserver = {
  phase: () => undefined,
  resumed: () => undefined,
  sent: () => undefined,
  applied: () => undefined,
  failed: () => undefined,
  wholeAgain: () => undefined,
  applying: () => undefined,
};

/**
 * Ends a copy that an earlier attempt of its job has brought to its record, but not to its
 * end: the target clears away what it worked with, and makes sure that the dataset is whole.
 * `target_changed` (transient) when it is not.
 */
export async function settleCopy(
  policy: Policy,
  copy: OpenCopy,
  choice: CopyChoice,
  mover: CopyMover,
  signal: AbortSignal,
): Promise<void> {
  const { dataset } = choice;
  const offer = copyOffer(policy, copy, choice, 1);
  await mover.move({ dataset, base: null, partial: 'allow', offer }, NO_OBSERVER, signal);
}
