import type { DmError } from '../model/error.js';
import type { PolicyId } from '../model/ids.js';
import type { Job } from '../model/job.js';
import type { Policy } from '../model/policy.js';

/** Something that an operator should know, with what to do about it. */
export interface Finding {
  readonly kind: string;
  readonly object: string;
  readonly message: string;
  readonly remedy: string;
}

export interface Findings {
  /** Late or failed. */
  readonly problems: readonly Finding[];
  /** What will need attention, or may be meant so. */
  readonly notes: readonly Finding[];
}

/** What is looked at. Paths are as people see them, times are milliseconds since 1970. */
export interface Observed {
  readonly nowMs: number;
  readonly minFreePercent: number;
  /** What is wrong with the clock; null when it can be trusted. */
  readonly clockSuspicion: string | null;
  readonly policies: readonly {
    readonly policy: Pick<Policy, 'id' | 'name' | 'enabled' | 'disabledByDm' | 'parentId'> & {
      readonly rule: Pick<Policy['rule'], 'type'>;
    };
    /** Its newest copy is older than it should be. */
    readonly rpoExceeded?: boolean;
    readonly last:
      | (Pick<Job, 'state' | 'partial' | 'failedTotal' | 'error'> & {
          readonly jobId: number;
        })
      | null;
  }[];
  readonly jobs: readonly Pick<Job, 'id' | 'policyName' | 'state' | 'retry'>[];
  readonly certificates: readonly {
    readonly kind: 'ca' | 'identity' | 'crl';
    readonly name: string;
    readonly expiresAtMs: number;
    readonly superseded: boolean;
  }[];
  readonly trees: readonly {
    readonly path: string;
    readonly role: 'origin' | 'received';
    readonly released: boolean;
    readonly datasets: number;
    readonly copiedTo: readonly string[];
    readonly unentered: readonly string[];
    readonly overdue: number;
  }[];
  readonly roots: readonly {
    readonly path: string;
    readonly freeBytes: bigint;
    readonly totalBytes: bigint;
  }[];
}

/** The finding of an agent whose state directory is gone. */
export function stateLost({ data }: DmError): Finding {
  return {
    kind: 'state_lost',
    object: `state ${String(data.path)}`,
    message: `is gone while the agent runs (${String(data.reason)}): no job can start or succeed`,
    remedy:
      'stop the agent, mount the disk or restore the state (dm state import, dm state rebuild), and start it again',
  };
}

const DAY_MS = 86_400_000;
const EXPIRING_MS = 30 * DAY_MS;
/** Attempts after which waiting is more than a hiccup. */
const MANY_RETRIES = 3;
/** Paths named in one finding. */
const MAX_NAMED = 3;

/**
 * What is late or failed, and what is worth knowing; the same input always
 * gives the same findings, in the same order.
 */
export function findingsOf(observed: Observed): Findings {
  const problems: Finding[] = [];
  const notes: Finding[] = [];
  if (observed.clockSuspicion !== null) {
    problems.push({
      kind: 'clock_suspect',
      object: 'clock of this host',
      message: `${observed.clockSuspicion}; nothing expires`,
      remedy: 'set the clock right, then dm state accept-clock',
    });
  }
  const disabled = new Map(
    observed.policies
      .filter(({ policy }) => !policy.enabled)
      .map(({ policy: { id, name } }) => [id, name]),
  );
  for (const one of observed.policies) {
    policyFindings(one, problems, notes);
    parentFindings(one.policy, disabled, notes);
  }
  for (const job of observed.jobs) jobFindings(job, problems, notes);
  for (const one of observed.certificates) certificateFindings(one, observed, problems, notes);
  for (const tree of observed.trees) treeFindings(tree, notes);
  for (const root of observed.roots) rootFindings(root, observed.minFreePercent, problems);
  return { problems, notes };
}

function policyFindings(
  { policy, last, rpoExceeded }: Observed['policies'][number],
  problems: Finding[],
  notes: Finding[],
): void {
  const object = `policy ${policy.id} (${policy.name})`;
  if (policy.disabledByDm) {
    problems.push({
      kind: 'policy_stopped',
      object,
      message: 'is disabled since a job of it was cancelled',
      remedy: `dm policies modify ${policy.id} --enabled=true`,
    });
  } else if (!policy.enabled) return;
  if (rpoExceeded === true) {
    problems.push({
      kind: 'rpo_exceeded',
      object,
      message: 'its newest copy is older than --repeat-copy-rpo-alert says',
      remedy: `see dm jobs list, then dm policies run ${policy.id}`,
    });
  }
  if (last === null) return;
  if (last.state === 'failed') {
    const { code = 'job_failed', message = 'it failed' } = last.error ?? {};
    problems.push({
      kind: 'job_failed',
      object,
      message: `job ${last.jobId} failed: ${code}: ${message}`,
      remedy: `mend what it says, then dm policies run ${policy.id}${orGiveUp(policy)}`,
    });
  } else if (last.state === 'finished' && last.partial) {
    notes.push({
      kind: 'job_partial',
      object,
      message: `job ${last.jobId} finished without ${last.failedTotal} entries`,
      remedy: `dm jobs failures ${last.jobId}`,
    });
  }
}

/** What runs after a policy that is disabled does not run, and no job fails. */
function parentFindings(
  { id, name, enabled, parentId }: Observed['policies'][number]['policy'],
  disabled: ReadonlyMap<PolicyId, string>,
  notes: Finding[],
): void {
  const parent = parentId === null ? undefined : disabled.get(parentId);
  if (!enabled || parent === undefined) return;
  notes.push({
    kind: 'parent_disabled',
    object: `policy ${id} (${name})`,
    message: `runs after policy ${parentId} (${parent}), which is disabled`,
    remedy: `dm policies modify ${parentId} --enabled=true`,
  });
}

/** A COPY is made for one run, which may not be wanted any more. */
function orGiveUp({ id, rule }: Observed['policies'][number]['policy']): string {
  return rule.type === 'COPY' ? `, or dm policies delete ${id}` : '';
}

function jobFindings(job: Observed['jobs'][number], problems: Finding[], notes: Finding[]): void {
  const object = `job ${job.id} (${job.policyName})`;
  if (job.state === 'paused') {
    notes.push({
      kind: 'job_paused',
      object,
      message: 'is paused',
      remedy: `dm jobs modify ${job.id} --action=resume`,
    });
  }
  // What goes on is told by its age when it is late.
  if (job.retry.count < MANY_RETRIES || job.retry.nextAtMs === null) return;
  problems.push({
    kind: 'job_waiting',
    object,
    message: `has failed ${job.retry.count} times and tries again: ${job.retry.reason}`,
    remedy: 'mend what it says; the job goes on by itself',
  });
}

function certificateFindings(
  { kind, name, expiresAtMs, superseded }: Observed['certificates'][number],
  { nowMs }: Observed,
  problems: Finding[],
  notes: Finding[],
): void {
  if (superseded) return;
  const what = kind === 'crl' ? 'revocation list' : `${kind} certificate`;
  const finding = {
    object: `${what} ${name}`,
    remedy:
      kind === 'crl'
        ? 'install the next one: dm certificates crl create'
        : `install a new one beside it: dm certificates ${kind} create`,
  };
  const days = Math.floor((expiresAtMs - nowMs) / DAY_MS);
  if (expiresAtMs <= nowMs) {
    const ends = kind === 'crl' ? '; all peers of its CA are refused' : '';
    problems.push({ ...finding, kind: 'certificate_expired', message: `has expired${ends}` });
  } else if (expiresAtMs - nowMs <= EXPIRING_MS) {
    const message = `expires in ${days} days`;
    notes.push({ ...finding, kind: 'certificate_expiring', message });
  }
}

function treeFindings(tree: Observed['trees'][number], notes: Finding[]): void {
  const object = tree.path;
  if (tree.role === 'origin' && tree.datasets > 0 && tree.copiedTo.length === 0) {
    notes.push({
      kind: 'not_copied',
      object,
      message: 'has datasets here, and no enabled policy of this agent copies them anywhere',
      remedy: 'dm protect it, unless another agent pulls it',
    });
  }
  if (tree.released) {
    notes.push({
      kind: 'released',
      object,
      message: 'was given to its users here; copies into it are refused',
      remedy: 'when it is to be received again: dm targets reclaim',
    });
  }
  if (tree.overdue > 0) {
    notes.push({
      kind: 'expiry_overdue',
      object,
      message: `${tree.overdue} datasets are kept although their retention is over`,
      remedy:
        'make an EXPIRATION policy of the local account, or see the last job of the one there is',
    });
  }
  if (tree.unentered.length > 0) {
    notes.push({
      kind: 'unentered',
      object,
      message: `the newest dataset leaves out ${tree.unentered.length} mount points or subvolumes: ${someOf(tree.unentered)}`,
      remedy: 'make datasets of them on their own, if they matter',
    });
  }
}

function rootFindings(
  { path, freeBytes, totalBytes }: Observed['roots'][number],
  minFreePercent: number,
  problems: Finding[],
): void {
  if (freeBytes * 100n >= totalBytes * BigInt(minFreePercent)) return;
  problems.push({
    kind: 'root_full',
    object: `root ${path}`,
    message: `has ${freeBytes} of ${totalBytes} bytes free, less than the ${minFreePercent} % to be kept (--min-free)`,
    remedy: 'free space, or delete datasets',
  });
}

function someOf(paths: readonly string[]): string {
  const named = paths.slice(0, MAX_NAMED).join(', ');
  return paths.length > MAX_NAMED ? `${named}, …` : named;
}
