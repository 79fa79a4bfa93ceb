import type { JobId } from '../model/ids.js';
import type { Policy } from '../model/policy.js';
import { DueTimes } from './schedule/due-times.js';
import { TimeZone } from './schedule/wall-time.js';

type Plan = Pick<Policy, 'nextRunAtMs' | 'dueAfterJob'>;
type Planned = Pick<Policy, 'schedule' | 'parentId'>;

/** Clocks that are kept right by the network are set back by less. */
const CORRECTION_MS = 60_000;
const NEVER: Plan = { nextRunAtMs: null, dueAfterJob: null };

/** When policies are due: what each event makes of the plan. The time is passed in. */
export class PlannedRuns {
  readonly #localTimeZone: string;
  /** Those that are in use: one costs more to make than all it is asked. */
  readonly #zones = new Map<string, TimeZone>();

  constructor(options: { readonly localTimeZone: string }) {
    this.#localTimeZone = options.localTimeZone;
  }

  /** Of a new policy. Throws `invalid_argument` for a schedule that cannot be read. */
  first(policy: Planned, nowMs: number): Plan {
    const times = this.#times(policy);
    return policy.parentId === null ? clock(times.first(nowMs)) : NEVER;
  }

  /**
   * After a modification: a plan stays unless what it follows from has
   * changed, or the policy was off.
   */
  afterChange(before: Policy, after: Policy, nowMs: number): Plan {
    const { nextRunAtMs, dueAfterJob } = before;
    const same =
      before.parentId === after.parentId &&
      JSON.stringify(before.schedule) === JSON.stringify(after.schedule);
    // A child that is due already goes on waiting for no more than its new start time.
    const isDueChild = before.enabled && after.parentId !== null && dueAfterJob !== null;
    if (!same && isDueChild && before.parentId === after.parentId) {
      return this.afterParent(after, dueAfterJob, nowMs);
    }
    if (!same) return this.#firstAgain(before, after, nowMs);
    if (before.enabled || !after.enabled) return { nextRunAtMs, dueAfterJob };
    // What was missed while it was off is not made up for, but a start time
    // that is still to come about is kept.
    if (after.parentId !== null) return NEVER;
    const once = after.schedule.recurrence.length === 0 && after.schedule.dateTimes.length === 0;
    return clock(once ? nextRunAtMs : this.#times(after).next(nowMs));
  }

  /** After a start at `nowMs`: what was due is done, however often it was. */
  afterStart(policy: Policy, nowMs: number): Plan {
    const { nextRunAtMs, dueAfterJob } = policy;
    if (nextRunAtMs === null || nextRunAtMs > nowMs) return { nextRunAtMs, dueAfterJob };
    return policy.parentId === null ? clock(this.#times(policy).next(nowMs)) : NEVER;
  }

  /** When a job of the parent has finished: at once, but not before the start time. */
  afterParent(child: Policy, job: JobId, nowMs: number): Plan & { readonly nextRunAtMs: number } {
    const { startMs } = this.#times(child);
    return { nextRunAtMs: Math.max(nowMs, startMs ?? 0), dueAfterJob: job };
  }

  /**
   * When the clock shows an earlier time than it did: nothing is put off to where the clock was, or dropped because it
   * was there. What ran just before a small correction is not due once more, nor is a date that ran when it came.
   */
  afterSetBack(policy: Policy, nowMs: number): Plan {
    const { nextRunAtMs, dueAfterJob, parentId, lastRunAtMs } = policy;
    if (dueAfterJob !== null) {
      const plan = this.afterParent(policy, dueAfterJob, nowMs);
      const atMs = Math.min(nextRunAtMs ?? plan.nextRunAtMs, plan.nextRunAtMs);
      return { nextRunAtMs: atMs, dueAfterJob };
    }
    if (parentId !== null) return { nextRunAtMs, dueAfterJob };
    const isSmall = lastRunAtMs !== null && lastRunAtMs - nowMs < CORRECTION_MS;
    const fromMs = isSmall ? Math.max(nowMs, lastRunAtMs) : nowMs;
    const times = this.#times(policy);
    const ranAtDate = lastRunAtMs !== null && times.hasDateWithin(CORRECTION_MS, lastRunAtMs);
    const found = [
      ...[
        times.nextRecurrence(fromMs),
        times.nextDate(ranAtDate ? Math.max(fromMs, lastRunAtMs) : fromMs),
      ],
      nextRunAtMs,
    ].filter((moment) => moment !== null);
    return found.length === 0 ? { nextRunAtMs, dueAfterJob } : clock(Math.min(...found));
  }

  /** As `first`, but a start time at which it has run already, and which is given as it was, is not due once more. */
  #firstAgain(before: Policy, after: Policy, nowMs: number): Plan {
    const { startMs } = this.#times(after);
    const isPast = startMs !== null && before.lastRunAtMs !== null && before.lastRunAtMs >= startMs;
    const isGivenAnew = before.schedule.startTime !== after.schedule.startTime;
    if (after.parentId !== null || isGivenAnew || !isPast) return this.first(after, nowMs);
    return clock(this.#times(after).next(nowMs));
  }

  #times({ schedule }: Planned): DueTimes {
    return new DueTimes(schedule, this.#zone(schedule.timeZone || this.#localTimeZone));
  }

  #zone(name: string): TimeZone {
    const zone = this.#zones.get(name) ?? new TimeZone(name);
    this.#zones.set(name, zone);
    return zone;
  }
}

function clock(nextRunAtMs: number | null): Plan {
  return { nextRunAtMs, dueAfterJob: null };
}
