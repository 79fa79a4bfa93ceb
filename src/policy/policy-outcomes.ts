import type { PolicyId } from '../model/ids.js';
import type { Job } from '../model/job.js';
import type { PolicyPlace } from '../model/policy-place.js';
import type { StateDatabase, StateWrite } from '../state/database.js';
import { keys, ranges } from '../state/keys.js';
import { plainCodec, Records } from '../state/records.js';
import { placePath } from './place-path.js';

/** How the runs of a policy went; a plain value that can be stored as JSON. */
export interface PolicyOutcome {
  readonly policyId: PolicyId;
  /** The last job that ended, however it did. */
  readonly last: {
    readonly jobId: number;
    readonly state: Job['state'];
    readonly endedAtMs: number;
    readonly partial: boolean;
    readonly failedTotal: number;
    readonly warnings: number;
    readonly error: Job['error'];
  };
  /** The last job that finished; null before the first. */
  readonly success: {
    readonly jobId: number;
    readonly endedAtMs: number;
    /**
     * When the dataset that it made, copied, or found in place already was made
     * at its origin; null when not known.
     */
    readonly datasetCreatedAtMs: number | null;
    /** Where the dataset is, absent in those of older releases. */
    readonly place?: PolicyPlace;
  } | null;
}

/** What has succeeded says nothing of another place that the policy was given since. */
export function outcomeAt(
  { accountId, path }: PolicyPlace,
  outcome: PolicyOutcome | null,
): PolicyOutcome | null {
  const was = outcome?.success?.place;
  if (outcome === null || was === undefined) return outcome;
  const isThere = was.accountId === accountId && placePath(was.path).equals(placePath(path));
  return isThere ? outcome : { ...outcome, success: null };
}

/** What is known of each policy's runs, kept although its jobs are deleted. */
export class PolicyOutcomes {
  readonly #records: Records<number, PolicyOutcome>;

  constructor(modules: { database: StateDatabase }) {
    this.#records = new Records(
      { range: ranges.policyOutcome, key: keys.policyOutcome, codec: plainCodec<PolicyOutcome>() },
      modules,
    );
  }

  /** By policy. */
  async all(): Promise<ReadonlyMap<number, PolicyOutcome>> {
    const found = new Map<number, PolicyOutcome>();
    for await (const outcome of this.#records.list()) found.set(outcome.policyId, outcome);
    return found;
  }

  /** The change that belongs to the end of a job. Call while nothing else updates the state. */
  async atJobEnd(job: Job): Promise<readonly StateWrite[]> {
    const before = await this.#records.get(job.policyId);
    const endedAtMs = job.endedAtMs ?? 0;
    const { id: jobId, datasetCreatedAtMs } = job;
    const finished = job.state === 'finished';
    return [
      this.#records.put(job.policyId, {
        policyId: job.policyId,
        last: {
          jobId,
          state: job.state,
          endedAtMs,
          partial: job.partial,
          failedTotal: job.failedTotal,
          warnings: job.warnings.length,
          error: job.error,
        },
        success: finished
          ? {
              ...{ jobId, endedAtMs, datasetCreatedAtMs: datasetCreatedAtMs ?? null },
              ...(job.place !== undefined && { place: job.place }),
            }
          : (before?.success ?? null),
      }),
    ];
  }
}
