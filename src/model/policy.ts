import type { DatasetType } from './dataset.js';
import type { BasePolicyId, JobId, PolicyId } from './ids.js';
import type { RunOptions } from './run-options.js';
import type { Schedule } from './schedule.js';

export type PolicyType = 'CREATION' | 'COPY' | 'REPEAT_COPY' | 'EXPIRATION';
export type Priority = 'LOW' | 'NORMAL' | 'HIGH';

export interface RetentionRule {
  /** Seconds from the commit; null keeps for ever. */
  readonly periodSeconds: number | null;
  /** How many of the newest datasets of the tree are never expired. */
  readonly reserve: number;
}

export interface CreationRule {
  readonly type: 'CREATION';
  readonly accountId: string;
  readonly basePath: string;
  readonly retention: RetentionRule;
  readonly excludes: readonly string[];
  readonly snapshot: 'auto' | 'none';
  readonly crossSubvolumes: boolean;
  /** Programs of the agent's hooks directory, with arguments; "" for none. */
  readonly preCommand: string;
  readonly postCommand: string;
}

/** Where a copy goes from and to; accounts by id. */
export interface CopyPlaces {
  readonly sourceAccountId: string;
  readonly targetAccountId: string;
  /** The agent that does the work; null, and an account of this agent itself, is this one. */
  readonly newTasksAccountId: string | null;
  readonly targetBasePath: string;
  /** What is made at the target: files, or a backup in a repository of an object account. */
  readonly targetDatasetType: DatasetType;
  readonly retention: RetentionRule;
}

/** How a COPY to this agent deals with what lies at its target. */
export interface RestoreRule {
  readonly existing: ExistingFiles;
  /** The target may be the base path of a CREATION. */
  readonly inPlace: boolean;
  /** False leaves owners, modes, times and attributes out. */
  readonly metadata: boolean;
  /** Read the source bucket as it was then; null for now. */
  readonly sourceAsOfMs: number | null;
}

export const EXISTING_FILES = ['fail', 'skip', 'changed', 'overwrite'] as const;
export type ExistingFiles = (typeof EXISTING_FILES)[number];

export const PLAIN_COPY: RestoreRule = {
  existing: 'fail',
  inPlace: false,
  metadata: true,
  sourceAsOfMs: null,
};

export interface CopyRule extends CopyPlaces {
  readonly type: 'COPY';
  /** Number of the dataset at the source. */
  readonly datasetNumber: number;
  readonly sourceBasePath: string;
  readonly subpaths: readonly string[];
  readonly createDatasetOnTarget: boolean;
  readonly restore: RestoreRule;
}

export interface RepeatCopyRule extends CopyPlaces {
  readonly type: 'REPEAT_COPY';
  readonly sourceBasePath: string;
  readonly reconnect: boolean;
  readonly onDrift: 'repair' | 'fail';
  /**
   * The newest dataset at the target should not be older than so many seconds; null for no alert.
   */
  readonly rpoAlertSeconds: number | null;
}

/** Removes the datasets at a place whose retention there is over. */
export interface ExpirationRule {
  readonly type: 'EXPIRATION';
  readonly accountId: string;
}

export type CopyingRule = CopyRule | RepeatCopyRule;
export type PolicyRule = CreationRule | CopyingRule | ExpirationRule;

/** What a base policy may decide. */
export type OwnValues = Pick<Policy, 'enabled' | 'priority' | 'schedule' | 'briefcase' | 'rule'>;

/** A policy as it runs. */
export interface Policy {
  readonly id: PolicyId;
  readonly name: string;
  readonly priority: Priority;
  readonly enabled: boolean;
  readonly briefcase: string;
  /** Whether a run that had to leave entries out still counts as finished. */
  readonly partial: 'allow' | 'fail';
  /** "" for no limit, "N" entries or "P%" of the entries of the target's last dataset. */
  readonly maxDelete: string;
  /** Set when a job of the policy was cancelled. */
  readonly disabledByDm: boolean;
  /** A COPY whose job has finished. */
  readonly spent: boolean;
  readonly lastJob: JobId | null;
  readonly lastRunAtMs: number | null;
  readonly rule: PolicyRule;
  readonly schedule: Schedule;
  /** It runs when a job of this policy has finished, and never by a clock of its own. */
  readonly parentId: PolicyId | null;
  readonly basePolicyId: BasePolicyId | null;
  /** With a base policy: the values that were given to the policy itself. */
  readonly own: OwnValues | null;
  /**
   * When it is due; past while a run must wait for the active job, null when nothing is planned.
   */
  readonly nextRunAtMs: number | null;
  /** Job of the parent whose end made it due; null when a clock did. */
  readonly dueAfterJob: JobId | null;
  /** A run that was asked for while a job was active, and comes after it; null for none. */
  readonly runAgain: RunOptions | null;
}
