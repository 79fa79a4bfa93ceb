import { expect } from 'chai';
import { newJob } from '../../../src/job/new-job.js';
import type { JobId } from '../../../src/model/ids.js';
import type { Job } from '../../../src/model/job.js';
import {
  type CopyRule,
  PLAIN_COPY,
  type Policy,
  type RepeatCopyRule,
} from '../../../src/model/policy.js';
import type { PolicyBase } from '../../../src/policy/policy-bases.js';
import { PolicyLocks } from '../../../src/policy/policy-locks.js';
import type { PolicyStore } from '../../../src/policy/policy-store.js';
import { sampleDataset } from '../../support/datasets.js';
import { samplePolicy } from '../../support/policies.js';

const PLACES = {
  sourceAccountId: 'here',
  targetAccountId: 'there',
  newTasksAccountId: null,
  sourceBasePath: '/data/source',
  targetBasePath: '/copy',
  targetDatasetType: 'FILE',
  retention: { periodSeconds: null, reserve: 0 },
} as const;
const REPEAT_COPY: RepeatCopyRule = {
  ...PLACES,
  type: 'REPEAT_COPY',
  reconnect: false,
  onDrift: 'repair',
  rpoAlertSeconds: null,
};
const COPY: CopyRule = {
  ...PLACES,
  type: 'COPY',
  datasetNumber: 5,
  subpaths: [],
  createDatasetOnTarget: true,
  restore: PLAIN_COPY,
};

async function* listOf<T>(items: readonly T[]): AsyncIterable<T> {
  yield* items;
}

async function lockedBy(
  number: number,
  world: {
    policies: readonly Policy[];
    bases?: readonly PolicyBase[];
    jobs?: readonly Job[];
    ended?: readonly Job[];
  },
): Promise<readonly string[]> {
  const { policies, bases = [], jobs = [], ended = [] } = world;
  const locks = new PolicyLocks({
    store: { list: () => listOf(policies) } as unknown as PolicyStore,
    bases: { list: () => listOf(bases) },
    queue: () => ({
      unfinished: async () => [...jobs],
      find: async (id) => ended.find((job) => job.id === id) ?? null,
    }),
  });
  return (await locks.of('here'))(sampleDataset(number));
}

const jobOf = (id: number, policy: Policy, change: Partial<Job> = {}): Job => ({
  ...newJob(id as JobId, policy, {
    type: 'DATASET_CREATION_JOB',
    options: { adopt: false, acceptSource: false },
    createdAtMs: 0,
    parentJob: null,
  }),
  ...change,
});

describe('what policies and jobs need of datasets', () => {
  const basePath = Buffer.from('/data/source').toString('base64');
  const copies: Policy = { ...samplePolicy(2), rule: REPEAT_COPY };
  const sample = samplePolicy(1);
  const making = { ...sample, rule: { ...sample.rule, accountId: 'here' } } as Policy;

  it('is the base of the next increment, at the places of the copy', async () => {
    const base = { policyId: copies.id, datasetId: sampleDataset(3).id };
    const here = [{ accountId: 'here', basePath }];
    const world = { policies: [copies], bases: [{ ...base, places: here }] };
    expect(await lockedBy(3, world)).to.deep.equal([`policy 2 (${copies.name})`]);
    expect(await lockedBy(4, world)).to.deep.equal([]);
    const there = [{ accountId: 'there', basePath }];
    const elsewhere = { policies: [copies], bases: [{ ...base, places: there }] };
    expect(await lockedBy(3, elsewhere)).to.deep.equal([]);
    expect(await lockedBy(3, { ...world, policies: [] })).to.deep.equal([]);
  });

  it('is what a COPY is to move, until it has', async () => {
    const once: Policy = { ...samplePolicy(4), rule: COPY };
    expect(await lockedBy(5, { policies: [once] })).to.deep.equal([`policy 4 (${once.name})`]);
    expect(await lockedBy(5, { policies: [{ ...once, spent: true }] })).to.deep.equal([]);
    expect(await lockedBy(5, { policies: [{ ...once, enabled: false }] })).to.deep.equal([]);
  });

  it('is what a child is to go on with, before and after its job has begun', async () => {
    const made = jobOf(7, making, { state: 'finished', sourceDataset: 9 });
    const waiting = { ...copies, dueAfterJob: made.id };
    const world = { policies: [making, waiting], ended: [made] };
    expect(await lockedBy(9, world)).to.deep.equal([`policy 2 (${copies.name})`]);
    const begun = jobOf(8, copies, { parentJob: made.id });
    const running = { policies: [making, copies], ended: [made], jobs: [begun] };
    expect(await lockedBy(9, running)).to.deep.equal(['job 8']);
    const chosen = { ...begun, sourceDataset: 10 };
    expect(await lockedBy(10, { ...running, jobs: [chosen] })).to.deep.equal(['job 8']);
    expect(await lockedBy(9, { ...running, jobs: [chosen] })).to.deep.equal([]);
  });

  it('is not overlooked while a job that ends hands it on as the base of the next increment', async () => {
    const { id } = sampleDataset(6);
    const base = { policyId: copies.id, datasetId: id, places: [{ accountId: 'here', basePath }] };
    const job = jobOf(8, copies, { sourceDataset: 6 });
    // The job ends, its base saved before, as soon as anything was looked at.
    let hasEnded = false;
    const locks = new PolicyLocks({
      store: { list: () => listOf([copies]) } as unknown as PolicyStore,
      bases: {
        async *list() {
          const saved = hasEnded ? [base] : [];
          hasEnded = true;
          yield* saved;
        },
      },
      queue: () => ({
        unfinished: async () => {
          const found = hasEnded ? [] : [job];
          hasEnded = true;
          return found;
        },
        find: async () => null,
      }),
    });
    const lookup = await locks.of('here');
    expect(lookup(sampleDataset(6))).to.deep.equal(['job 8', `policy 2 (${copies.name})`]);
  });
});
