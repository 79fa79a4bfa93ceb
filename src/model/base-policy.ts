import type { BasePolicyId } from './ids.js';
import type { Priority, RetentionRule } from './policy.js';
import type { Schedule } from './schedule.js';

/** What a base policy may decide for the policies that name it. */
export const OVERRIDES = [
  'ENABLED',
  'PRIORITY',
  'SCHEDULE',
  'BRIEFCASE',
  'SOURCE_ACCOUNT_ID',
  'TARGET_ACCOUNT_ID',
  'BASE_ACCOUNT_ID',
  'TASK_ACCOUNT_ID',
  'SUBPATHS',
  'SOURCE_BASE_PATH',
  'TARGET_BASE_PATH',
  'SRC_DATASET_RETENTION',
  'TGT_DATASET_RETENTION',
] as const;
export type Override = (typeof OVERRIDES)[number];

/**
 * A template: of its values those on the list take the place of the same
 * ones of every policy that names it.
 */
export interface BasePolicy {
  readonly id: BasePolicyId;
  readonly name: string;
  readonly overrides: readonly Override[];
  readonly enabled: boolean;
  readonly priority: Priority;
  readonly schedule: Schedule;
  readonly briefcase: string;
  /** Accounts by id. */
  readonly baseAccountId: string;
  readonly newTasksAccountId: string;
  readonly sourceAccountId: string;
  readonly targetAccountId: string;
  /** "" for none. */
  readonly sourceBasePath: string;
  readonly targetBasePath: string;
  readonly subpaths: readonly string[];
  /** Of datasets that are made, and of copies. */
  readonly sourceRetention: RetentionRule;
  readonly targetRetention: RetentionRule;
}
