import type { JobQueue } from '../job/job-queue.js';
import type { JobId, PolicyId } from '../model/ids.js';
import type { Job } from '../model/job.js';
import type { Signal } from '../util/signal.js';
import type { PolicyStore } from './policy-store.js';

export interface FollowingJobsModules {
  readonly store: Pick<PolicyStore, 'list' | 'records'>;
  readonly queue: () => Pick<JobQueue, 'find'>;
  /** Told when a job has started, or no longer will. */
  readonly starts: Pick<Signal, 'next'>;
}

/** The jobs that a job leads to, for those who wait for them. */
export class FollowingJobs {
  readonly #modules: FollowingJobsModules;

  constructor(modules: FollowingJobsModules) {
    this.#modules = modules;
  }

  /**
   * The jobs that the end of `job` started, in the order of their policies; waits until all of them
   * are there. A child that is disabled, or was meanwhile, has none.
   */
  async ofChildren(job: Job, signal: AbortSignal): Promise<JobId[]> {
    const found: JobId[] = [];
    for await (const { id, parentId } of this.#modules.store.list()) {
      if (parentId !== job.policyId) continue;
      const child = await this.#ofChild(id, job, signal);
      if (child !== null) found.push(child);
    }
    return found;
  }

  /**
   * The next job of the same policy, by a run that was asked for while `job` was active; waits until it is there.
   * Null when none comes: the policy was disabled, say.
   */
  async after(job: Job, signal: AbortSignal): Promise<JobId | null> {
    for (;;) {
      signal.throwIfAborted();
      const changed = this.#modules.starts.next(signal);
      const policy = await this.#modules.store.records.get(job.policyId);
      if (!policy) return null;
      if (policy.lastJob !== null && policy.lastJob > job.id) return policy.lastJob;
      if (policy.runAgain === null) return null;
      await changed;
    }
  }

  async #ofChild(id: PolicyId, parent: Job, signal: AbortSignal): Promise<JobId | null> {
    const { store, queue, starts } = this.#modules;
    for (;;) {
      signal.throwIfAborted();
      const changed = starts.next(signal);
      const policy = await store.records.get(id);
      if (!policy) return null;
      const last = policy.lastJob === null ? null : await queue().find(policy.lastJob);
      if (last !== null && (last.parentJob ?? 0) >= parent.id) return last.id;
      if (!policy.enabled || policy.spent || policy.dueAfterJob === null) return null;
      await changed;
    }
  }
}
