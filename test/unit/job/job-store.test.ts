import { expect } from 'chai';
import { JobStore } from '../../../src/job/job-store.js';
import { newJob } from '../../../src/job/new-job.js';
import { parseGfid, parseJobId } from '../../../src/model/ids.js';
import type { Job } from '../../../src/model/job.js';
import { StateDatabase } from '../../../src/state/database.js';
import { jobCodec } from '../../../src/state/job-codec.js';
import { keys } from '../../../src/state/keys.js';
import { samplePolicy } from '../../support/policies.js';
import { TempDirectory } from '../../support/temp-directory.js';

const MANY = 10_000;

function ended(id: number, endedAtMs: number): Job {
  const run = {
    type: 'DATASET_CREATION_JOB',
    options: { adopt: false, acceptSource: false },
    createdAtMs: 1,
    parentJob: null,
  } as const;
  return { ...newJob(parseJobId(id), samplePolicy(1), run), state: 'finished', endedAtMs };
}

describe('the history of jobs', () => {
  let directory: TempDirectory;
  let database: StateDatabase;
  let store: JobStore;
  beforeEach(async () => {
    directory = new TempDirectory();
    database = await StateDatabase.open(directory.join('state'));
    store = new JobStore({ database });
  });
  afterEach(async () => {
    await database[Symbol.asyncDispose]();
    directory[Symbol.dispose]();
  });

  const idsOf = async (jobs: AsyncIterable<Job>): Promise<number[]> => {
    const ids: number[] = [];
    for await (const { id } of jobs) ids.push(id);
    return ids;
  };

  it('tells open jobs from ended ones, and lists those that ended since, the last one first', async () => {
    for (const [id, at] of [
      [1, 3_000],
      [2, 1_000],
      [3, 2_000],
    ] as const) {
      await store.save({ ...ended(id, at), state: 'running', endedAtMs: null });
      if (id !== 3) await store.save(ended(id, at));
    }
    expect(await idsOf(store.open())).to.deep.equal([3]);
    expect(await idsOf(store.ended(0))).to.deep.equal([1, 2]);
    expect(await idsOf(store.ended(1_001))).to.deep.equal([1]);
  });

  it('forgets a job with what it could not do', async () => {
    const job = ended(1, 1_000);
    await store.save(job);
    const failure = { gfid: parseGfid(2n), path: Buffer.from('a'), code: 'io_error', message: 'x' };
    await store.addFailures(job.id, [failure]);
    await store.delete(job);
    expect(await store.get(job.id)).to.equal(null);
    expect(await idsOf(store.ended(0))).to.deep.equal([]);
    for await (const _ of store.failures(job.id)) expect.fail('a failure was left');
  });

  it('keeps the jobs that ended last, and finds few of many at once', async () => {
    const writes = Array.from({ length: MANY }, (_, index) => ended(index + 1, index + 1)).flatMap(
      (job) => [
        { put: keys.job(job.id), value: jobCodec.encode(job) },
        { put: keys.jobEnded(job.endedAtMs ?? 0, job.id), value: job.id },
      ],
    );
    await database.write(writes);
    const before = performance.now();
    expect(await idsOf(store.open())).to.deep.equal([]);
    expect(await idsOf(store.ended(MANY - 9))).to.have.length(10);
    // Reading them all takes many times this, also on a machine that is busy otherwise.
    expect(performance.now() - before).to.be.lessThan(500);
    await store.prune(3);
    expect(await idsOf(store.ended(0))).to.deep.equal([MANY, MANY - 1, MANY - 2]);
    expect(await store.get(1)).to.equal(null);
  });
});
