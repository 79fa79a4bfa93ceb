import type { Job } from '../model/job.js';
import type { StateWrite } from '../state/database.js';
import type { PlannedRuns } from './planned-runs.js';
import type { PolicyStore } from './policy-store.js';

export interface JobEndModules {
  readonly store: Pick<PolicyStore, 'list' | 'records'>;
  readonly planned: Pick<PlannedRuns, 'afterParent'>;
  readonly now: () => number;
}

/**
 * What the end of a job changes of policies: a cancelled job disables its own, a finished COPY is
 * spent, and the children of what has finished are due. To be written in one batch with the job.
 */
export async function atJobEnd(
  job: Job,
  { store, planned, now }: JobEndModules,
): Promise<readonly StateWrite[]> {
  const { records } = store;
  const policy = await records.get(job.policyId);
  if (!policy) return [];
  if (job.state === 'cancelled') {
    const own = policy.own === null ? null : { ...policy.own, enabled: false };
    const off = { enabled: false, disabledByDm: true, runAgain: null };
    return [records.put(policy.id, { ...policy, ...off, own })];
  }
  if (job.state !== 'finished') return [];
  const writes: StateWrite[] = [];
  if (policy.rule.type === 'COPY') {
    writes.push(records.put(policy.id, { ...policy, spent: true, runAgain: null }));
  }
  for await (const child of store.list()) {
    if (child.parentId !== policy.id || !child.enabled || child.spent) continue;
    const plan = planned.afterParent(child, job.id, now());
    writes.push(records.put(child.id, { ...child, ...plan }));
  }
  return writes;
}
