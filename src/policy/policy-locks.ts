import type { JobQueue } from '../job/job-queue.js';
import type { DatasetInfo } from '../model/dataset.js';
import type { JobId } from '../model/ids.js';
import type { Job } from '../model/job.js';
import type { Policy } from '../model/policy.js';
import type { PolicyBases } from './policy-bases.js';
import type { PolicyStore } from './policy-store.js';

/** Who needs a dataset of one place, for people. */
export type LockLookup = (
  dataset: Pick<DatasetInfo, 'id' | 'number' | 'basePath'>,
) => readonly string[];

export interface PolicyLocksModules {
  readonly store: Pick<PolicyStore, 'list' | 'records'>;
  readonly bases: Pick<PolicyBases, 'list'>;
  readonly queue: () => Pick<JobQueue, 'unfinished' | 'find'>;
}

/**
 * What policies and jobs of this agent need of the datasets of a place: the base of the
 * next increment, the dataset that a COPY is to move, the one that a child is to go on
 * with, and what a job that has not ended works on.
 */
export class PolicyLocks {
  readonly #modules: PolicyLocksModules;

  constructor(modules: PolicyLocksModules) {
    this.#modules = modules;
  }

  /**
   * As it is now. Read in the order in which a need is handed on, from a waiting child to its job
   * and from there to the base of the next increment: then what ends meanwhile is found further on.
   */
  async of(accountId: string): Promise<LockLookup> {
    const { store, bases, queue } = this.#modules;
    const locks = new Map<string, string[]>();
    const add = (key: string, who: string): void => {
      const others = locks.get(key) ?? [];
      if (!others.includes(who)) locks.set(key, [...others, who]);
    };
    const policies = new Map<number, Policy>();
    for await (const policy of store.list()) policies.set(policy.id, policy);
    const addMade = async (job: JobId | null, who: string): Promise<void> => {
      const ended = job === null ? null : await queue().find(job);
      const number = ended === null ? null : madeAt(ended, policies.get(ended.policyId), accountId);
      if (number !== null) add(`number ${number}`, who);
    };
    for (const policy of policies.values()) {
      const { rule, enabled, spent } = policy;
      if (!enabled || spent) continue;
      if (rule.type === 'COPY' && rule.sourceAccountId === accountId) {
        add(`number ${rule.datasetNumber}`, nameOf(policy));
      }
      if ('sourceAccountId' in rule) await addMade(policy.dueAfterJob, nameOf(policy));
    }
    for (const job of await queue().unfinished()) {
      const rule = policies.get(job.policyId)?.rule;
      if (rule === undefined || !('sourceAccountId' in rule)) continue;
      const { sourceDataset, parentJob } = job;
      if (sourceDataset === null) await addMade(parentJob ?? null, `job ${job.id}`);
      else if (rule.sourceAccountId === accountId) add(`number ${sourceDataset}`, `job ${job.id}`);
    }
    for await (const { policyId, datasetId, places } of bases.list()) {
      const policy = policies.get(policyId);
      if (policy === undefined) continue;
      for (const place of places) {
        if (place.accountId === accountId) add(`${place.basePath} ${datasetId}`, nameOf(policy));
      }
    }
    return ({ id, number, basePath }) => [
      ...(locks.get(`number ${number}`) ?? []),
      ...(locks.get(`${Buffer.from(basePath).toString('base64')} ${id}`) ?? []),
    ];
  }
}

/** Number of the dataset that a job brought to a place. */
function madeAt(job: Job, policy: Policy | undefined, accountId: string): number | null {
  switch (policy?.rule.type) {
    case 'CREATION':
      return policy.rule.accountId === accountId ? job.sourceDataset : null;
    case 'COPY':
    case 'REPEAT_COPY':
      return policy.rule.targetAccountId === accountId ? job.targetDataset : null;
    default:
      return null;
  }
}

function nameOf({ id, name }: Policy): string {
  return `policy ${id} (${name})`;
}
