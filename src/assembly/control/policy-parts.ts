import { DmError } from '../../model/error.js';
import { LOOPBACK_ACCOUNT_ID } from '../../model/ids.js';
import type { Priority, RetentionRule } from '../../model/policy.js';
import { NO_SCHEDULE, type Schedule } from '../../model/schedule.js';
import type {
  RetentionView,
  RetentionView__Output,
} from '../../rpc/generated/control/datamover/v1/RetentionView.js';
import type {
  Schedule as ScheduleMessage,
  Schedule__Output as ScheduleMessage__Output,
} from '../../rpc/generated/control/datamover/v1/Schedule.js';

// What policies and base policies have in common, as messages.

const PRIORITIES: readonly Priority[] = ['LOW', 'NORMAL', 'HIGH'];

/** Turns the account a user named into its id. */
export type ResolveAccount = (ref: string) => Promise<string>;

/** Policies live on the agent they are made on. */
export async function requireLocal(
  ref: string,
  flag: string,
  resolve: ResolveAccount,
): Promise<void> {
  if ((await resolve(ref)) === (await resolve('local'))) return;
  throw new DmError(
    'not_supported',
    `${flag} "${ref}" is not local: a policy lives on the agent it is made on, for no peer may make or see policies of another; make the policy on that agent, or have its work done there with --copy-base-new-tasks-account or --repeat-copy-base-new-tasks-account`,
  );
}

/** Who does the work of a policy; null is this agent. */
export async function tasksAccount(ref: string, resolve: ResolveAccount): Promise<string | null> {
  if (ref === '') return null;
  const id = await resolve(ref);
  return id === (await resolve('local')) || id === LOOPBACK_ACCOUNT_ID ? null : id;
}

export function scheduleFromMessage(message: ScheduleMessage__Output | null): Schedule {
  if (message === null) return NO_SCHEDULE;
  const given = (texts: readonly string[]) => texts.filter((text) => text !== '');
  return {
    startTime: message.start_time,
    recurrence: given(message.recurrence),
    dateTimes: given(message.date_times),
    timeZone: message.time_zone,
  };
}

export function scheduleView(schedule: Schedule): ScheduleMessage {
  return {
    start_time: schedule.startTime,
    recurrence: [...schedule.recurrence],
    date_times: [...schedule.dateTimes],
    time_zone: schedule.timeZone,
  };
}

export function retention(message: RetentionView__Output | null): RetentionRule {
  const action = message?.dataset_expiry_action || 'DELETE';
  if (action !== 'DELETE')
    throw new DmError(
      'invalid_argument',
      `dataset expiry action "${action}" is unknown; DELETE is the only one`,
    );
  return {
    periodSeconds: message?.dataset_retention_period ?? null,
    reserve: message?.dataset_reserve ?? 0,
  };
}

export function retentionView(rule: RetentionRule): RetentionView {
  return {
    ...(rule.periodSeconds === null ? {} : { dataset_retention_period: rule.periodSeconds }),
    dataset_reserve: rule.reserve,
    dataset_expiry_action: 'DELETE',
  };
}

export function parsePriority(text: string): Priority {
  const priority = PRIORITIES.find((known) => known === text);
  if (!priority)
    throw new DmError('invalid_argument', `priority "${text}" must be LOW, NORMAL or HIGH`);
  return priority;
}
