import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  mkdirSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { newJob } from '../../src/job/new-job.js';
import { parseJobId } from '../../src/model/ids.js';
import { StateDatabase } from '../../src/state/database.js';
import { jobCodec } from '../../src/state/job-codec.js';
import { keys } from '../../src/state/keys.js';
import { TestAgents } from '../support/e2e-agents.js';
import { dm, dmJson } from '../support/e2e-dm.js';
import { CopyPair, viewJob } from '../support/e2e-policies.js';
import { noise, patch } from '../support/e2e-trees.js';
import { samplePolicy } from '../support/policies.js';

const MANY = 10_000;

/** How much longer things may take while other tests' processes end. */
const BUSY = 2;

describe('what ended jobs did', function () {
  this.timeout(120_000);
  let agents: TestAgents;
  before(async () => {
    agents = await TestAgents.open({ agents: [{ name: 'here' }, { name: 'there' }] });
  });
  after(() => agents?.[Symbol.asyncDispose]());

  it('is told in figures, first copy and increment', async () => {
    const here = agents.agent('here');
    const data = agents.root('here', 'data');
    mkdirSync(join(data, 'd', 'e'), { recursive: true });
    for (const [name, size] of [
      ['small', 100],
      ['middle', 100_000],
      ['large', 2_000_000],
    ] as const) {
      writeFileSync(join(data, 'd', name), noise(size, size));
    }
    execFileSync('bash', ['-ec', 'ln d/small hard; ln -s d link; mkfifo pipe'], { cwd: data });
    const from = { account: 'local', path: data };
    const pair = await CopyPair.create(here, from, {
      account: 'there',
      path: agents.root('there', 'copy'),
    });
    const first = await dmJson<object>(here, 'reports', 'view', String((await pair.sync()).id));
    expect(first).to.include({
      job_state: 'finished',
      files: 3,
      files_created: 3,
      files_updated: 0,
      files_linked: 1,
      softlinks: 1,
      fifos: 1,
      files_to_8k: 1,
      files_to_1m: 1,
      files_to_100m: 1,
      bytes_of_files: 2_100_100,
      source_dataset_id: 1,
      base_dataset_id: 0,
    });
    truncateSync(join(data, 'd', 'large'), 1_500_000);
    appendFileSync(join(data, 'd', 'small'), 'more');
    renameSync(join(data, 'd', 'e'), join(data, 'moved'));
    const job = await pair.sync();
    const [last] = await dmJson<object[]>(here, 'reports', 'list', `--policy=${pair.copy}`);
    expect(last).to.include({
      job_id: job.id,
      job_type: 'DATASET_INCREMENTAL_COPY_JOB',
      source_dataset_id: 2,
      base_dataset_id: 1,
      files_created: 0,
      files_updated: 2,
      dirs_moved: 1,
      bytes_truncated: 500_000,
      entries_deleted: 0,
    });
    rmSync(join(data, 'moved'), { recursive: true });
    const third = await dmJson<object>(here, 'reports', 'view', String((await pair.sync()).id));
    expect(third).to.include({ dirs_deleted: 1, files: 0 });
    expect((await dm(here, 'reports', 'view', '4711')).code).to.equal(3);
    const listed = async (...filter: string[]) =>
      (await dmJson<{ policy_id: number }[]>(here, 'jobs', 'list', ...filter)).map(
        ({ policy_id }) => policy_id,
      );
    expect(await listed(`--policy=${pair.copy}`)).to.deep.equal(Array(3).fill(pair.copy));
    expect(await listed(`--policy=${pair.copy}`, '--state=failed')).to.deep.equal([]);
    expect(await listed('--state=failed', '--state=finished')).to.have.length(6);
    expect((await dm(here, 'jobs', 'list', '--state=done')).code).to.equal(2);
  });

  it('counts changed bytes in blocks and not in files, and what datasets bring when they are made', async () => {
    const here = agents.agent('here');
    const data = agents.root('here', 'counted');
    mkdirSync(join(data, 'd'), { recursive: true });
    writeFileSync(join(data, 'd', 'large'), noise(1_000_000, 1));
    execFileSync('bash', ['-ec', 'ln d/large hard; ln -s d link; mkfifo pipe'], { cwd: data });
    const from = { account: 'local', path: data };
    const to = { account: 'there', path: agents.root('there', 'counted') };
    const pair = await CopyPair.create(here, from, to);
    const made = async () => {
      const { job_id } = await dmJson<{ job_id: number }>(
        here,
        ...['policies', 'last-job', String(pair.creation)],
      );
      return (await viewJob(here, job_id)).statistics;
    };
    const whole = { files: 1, dirs: 2, symlinks: 1, hardlinks: 1, special: 1, deleted: 0 };
    const first = await pair.sync();
    expect(first.statistics).to.include({ ...whole, bytes_changed: 1_000_000 });
    expect(first.statistics.bytes_read).to.be.at.least(1_000_000);
    expect(await made()).to.include({ ...whole, bytes_changed: 1_000_000 });
    patch(join(data, 'd', 'large'), 500_000, noise(10, 2));
    rmSync(join(data, 'pipe'));
    renameSync(join(data, 'link'), join(data, 'renamed'));
    const { statistics } = await pair.sync();
    expect(statistics).to.include({ files: 1, dirs: 0, deleted: 1, moved: 1, bytes_changed: 4096 });
    expect(statistics.bytes_read).to.be.at.least(4096);
    expect(await made()).to.include({ files: 1, dirs: 0, special: 0, deleted: 1, moved: 1 });
  });

  it('costs nothing at the next start, and little to list', async () => {
    const here = agents.agent('here');
    await here.kill('SIGTERM');
    const database = await StateDatabase.open(join(here.options.stateDir, 'db'));
    const run = {
      type: 'DATASET_CREATION_JOB',
      options: { adopt: false, acceptSource: false },
      createdAtMs: 1,
      parentJob: null,
    } as const;
    const now = Date.now();
    await database.write(
      Array.from({ length: MANY }, (_, index) => {
        const id = parseJobId(100 + index);
        const job = { ...newJob(id, samplePolicy(1), run), state: 'finished' as const };
        const endedAtMs = now - index;
        return [
          { put: keys.job(id), value: jobCodec.encode({ ...job, endedAtMs }) },
          { put: keys.jobEnded(endedAtMs, id), value: id },
        ];
      }).flat(),
    );
    await database[Symbol.asyncDispose]();
    const begun = performance.now();
    await here.start();
    expect(performance.now() - begun).to.be.lessThan(2_000 * BUSY);
    await dm(here, 'jobs', 'list');
    const asked = performance.now();
    const jobs = await dmJson<unknown[]>(here, 'jobs', 'list');
    expect(performance.now() - asked).to.be.lessThan(500 * BUSY);
    expect(jobs).to.have.length(1_000);
  });
});
