import { expect } from 'chai';
import type { FailedEntry, Job, VerifyProgress } from '../../../src/cli/control-messages.js';
import { progressText } from '../../../src/cli/progress.js';
import { runLine, stream } from './cli-fixture.js';

function job(fields: Partial<Job>): Job {
  return {
    id: 7,
    state: 'running',
    type: 'DATASET_CREATION_JOB',
    policy_id: 1,
    policy_name: 'nightly',
    priority: 'NORMAL',
    source_dataset_id: 0,
    target_dataset_id: 0,
    created_at: '',
    started_at: '2025-05-29T10:40:00Z',
    ended_at: '',
    partial: false,
    retry: null,
    progress: { files_done: 1, files_total: 2, bytes_done: 10, bytes_total: 20, phase: 'sending' },
    statistics: null,
    failed_total: 0,
    failed_entries: [],
    warnings: [],
    error_code: '',
    error_message: '',
    new_tasks_account: '',
    expiration: null,
    ...fields,
  };
}

const whole = job({
  state: 'finished',
  ended_at: '2025-05-29T10:40:05Z',
  source_dataset_id: 3,
  progress: { files_done: 2, files_total: 2, bytes_done: 2048, bytes_total: 2048, phase: 'done' },
});
const runPolicy = async () => ({ job_id: 7, again: false });

/** Yields one message, then nothing until the signal aborts. */
function stuck(_request: unknown, signal?: AbortSignal, first = job({})): AsyncIterable<Job> {
  return (async function* () {
    yield first;
    await new Promise((_, reject) => {
      signal?.addEventListener('abort', () => reject(new Error('call cancelled')));
    });
  })();
}

describe('waiting for a job', () => {
  it('exits 0 when it finished whole', async () => {
    const outcome = await runLine(['policies', 'run', '1', '--wait'], {
      runPolicy,
      watchJob: () => stream(job({}), whole),
    });
    expect(outcome.stderr).to.equal('');
    expect(outcome.stdout).to.equal('job 7 finished, after 5 s, 2 entries, 2.0 KiB, dataset 3\n');
    expect(outcome.code).to.equal(0);
    const request = { ref: '1', adopt: false, accept_source: false };
    expect(outcome.calls[0]).to.deep.equal({ method: 'runPolicy', request });
    expect(outcome.calls[1]).to.deep.equal({ method: 'watchJob', request: { id: 7 } });
  });

  it('waits for the run that follows a job that is active already', async () => {
    const active = job({ state: 'failed', error_code: 'no_space', error_message: 'full' });
    const outcome = await runLine(['policies', 'run', '1', '--wait'], {
      runPolicy: async () => ({ job_id: 7, again: true }),
      watchJob: ({ id }) => stream(id === 7 ? active : { ...whole, id: 8 }),
      getNextJob: async () => ({ job_ids: [8] }),
    });
    expect(outcome.stdout).to.match(/^job 8 finished/);
    expect(outcome.code).to.equal(0);
    const none = await runLine(['policies', 'run', '1', '--wait'], {
      runPolicy: async () => ({ job_id: 7, again: true }),
      watchJob: () => stream(job({ state: 'cancelled' })),
      getNextJob: async () => ({ job_ids: [] }),
    });
    expect(none.stderr).to.match(/^dm: policy_disabled: policy "nightly" does not run again/);
    expect(none.code).to.equal(5);
  });

  it('passes --accept-source on and does not wait unasked', async () => {
    const outcome = await runLine(['policies', 'run', '1', '--accept-source'], {
      runPolicy,
    });
    expect(outcome.stdout).to.equal('7\n');
    const request = { ref: '1', adopt: false, accept_source: true };
    expect(outcome.calls).to.deep.equal([{ method: 'runPolicy', request }]);
    const json = await runLine(['policies', 'run', '1', '--format=json'], { runPolicy });
    expect(JSON.parse(json.stdout)).to.deep.equal({ job_id: 7 });
  });

  it('exits 6 when it finished partial', async () => {
    const outcome = await runLine(['jobs', 'wait', '7'], {
      watchJob: () => stream({ ...whole, partial: true, failed_total: 4 }),
    });
    expect(outcome.code).to.equal(6);
    expect(outcome.stderr).to.match(/^dm: partial: job 7 .* 4 entries; "dm jobs failures 7"/);
    const idle = await runLine(['jobs', 'wait', '7'], {
      watchJob: () => stream({ ...whole, partial: true, source_dataset_id: 3 }),
    });
    expect(idle.code).to.equal(6);
    expect(idle.stderr).to.match(/^dm: partial: job 7 .* found dataset 3 there already/);
  });

  it('exits 1 when it failed, naming why, whatever the exit code of the reason', async () => {
    const outcome = await runLine(['jobs', 'wait', '7', '--format=json'], {
      watchJob: () =>
        stream(job({ state: 'failed', error_code: 'target_owned', error_message: 'x is taken' })),
    });
    expect(outcome.code).to.equal(1);
    expect(outcome.stderr).to.match(/^dm: job_failed: job 7 .* failed: target_owned: x is taken\n/);
    expect(JSON.parse(outcome.stdout)).to.have.property('state', 'failed');
  });

  it('exits 1 when it was cancelled', async () => {
    const watchJob = () => stream(job({ state: 'cancelled' }));
    const outcome = await runLine(['jobs', 'wait', '7'], { watchJob });
    expect(outcome.code).to.equal(1);
    expect(outcome.stderr).to.match(/^dm: cancelled: job 7 of policy "nightly" was cancelled/);
  });

  it('exits 7 after --timeout', async () => {
    const outcome = await runLine(['jobs', 'wait', '7', '--timeout', '1'], { watchJob: stuck });
    expect(outcome.code).to.equal(7);
    expect(outcome.stderr).to.match(/^dm: wait_timeout: job 7 has not ended after 1 s and goes on/);
  });

  it('tells after --timeout that a paused job does not go on, and how it would', async () => {
    const watchJob = (request: unknown, signal?: AbortSignal) =>
      stuck(request, signal, job({ state: 'paused' }));
    const outcome = await runLine(['jobs', 'wait', '7', '--timeout', '1'], { watchJob });
    expect(outcome.code).to.equal(7);
    expect(outcome.stderr).to.match(
      /^dm: wait_timeout: job 7 .* paused; .* "dm jobs modify 7 --action resume"\n/,
    );
  });

  it('tells after --timeout what a job that tries again waits for', async () => {
    const retry = { count: 1, next_at: '2025-05-29T10:40:08Z', reason: 'beta is away' };
    const outcome = await runLine(['jobs', 'wait', '7', '--timeout', '1'], {
      watchJob: (request: unknown, signal?: AbortSignal) => stuck(request, signal, job({ retry })),
    });
    expect(outcome.stderr).to.match(/goes on, and tries again after "beta is away"; see /);
  });

  it('tells what an expiration removed, in the singular where there is one', async () => {
    const none = { expired: [], locked: [], expired_total: 1, freed_bytes: 2048, locked_total: 0 };
    const watch = (expiration: Job['expiration']) =>
      runLine(['jobs', 'wait', '7'], { watchJob: () => stream({ ...whole, expiration }) });
    expect((await watch(none)).stdout).to.equal(
      'job 7 finished, after 5 s, 1 dataset removed, 2.0 KiB freed, dataset 3\n',
    );
    expect((await watch({ ...none, expired_total: 0, locked_total: 2 })).stdout).to.match(
      /, 0 datasets removed, 2\.0 KiB freed, 2 locked, /,
    );
  });

  for (const command of ['wait', 'watch']) {
    it(`stops at Ctrl-C, and the job goes on: jobs ${command}`, async () => {
      const interrupt = new AbortController();
      const outcome = runLine(
        ['jobs', command, '7'],
        {
          watchJob: (request, signal) => {
            setImmediate(() => interrupt.abort());
            return stuck(request, signal);
          },
        },
        { signal: interrupt.signal },
      );
      const { code, stderr, calls } = await outcome;
      expect(stderr).to.match(/^dm: cancelled: stopped waiting for job 7, which goes on/);
      expect(code).to.equal(1);
      expect(calls.map((call) => call.method)).to.deep.equal(['watchJob']);
    });
  }

  it('watch prints each change', async () => {
    const watchJob = () => stream(job({}), whole);
    const { stdout } = await runLine(['jobs', 'watch', '7'], { watchJob });
    expect(stdout.split('\n')[0]).to.equal(
      'job 7 running: 1 of 2 files, 10 B of 20 B, 0 B/s, sending',
    );
    const json = await runLine(['jobs', 'watch', '7', '--format=json'], { watchJob });
    const states = json.stdout.trim().split('\n');
    expect(states.map((line) => Reflect.get(Object(JSON.parse(line)), 'state'))).to.deep.equal([
      'running',
      'finished',
    ]);
  });

  it('tells rate and remaining time', () => {
    const state = { files_done: 5, files_total: 0, bytes_done: 2048, bytes_total: 4096 };
    expect(progressText({ ...state, phase: 'scanning\x1b' }, 2)).to.equal(
      '5 files, 2.0 KiB of 4.0 KiB, 1.0 KiB/s, 2 s left, scanning\\x1b',
    );
  });
});

describe('datasets verify', () => {
  const bad: FailedEntry = {
    path: 'a\\x0ab',
    path_base64: '',
    code: 'corrupt',
    message: 'block 3',
  };
  const step = (fields: Partial<VerifyProgress>): VerifyProgress => ({
    files_done: 2,
    files_total: 2,
    bytes_done: 30,
    bytes_total: 30,
    bad: [],
    done: false,
    bad_total: 0,
    digests_made: 0,
    ...fields,
  });

  it('exits 0 when all is well', async () => {
    const verifyDataset = () => stream(step({}), step({ done: true, digests_made: 2 }));
    const outcome = await runLine(
      ['datasets', 'verify', '3', '--account-id', 'second', '--from-here'],
      { verifyDataset },
    );
    expect(outcome.code).to.equal(0);
    expect(outcome.stdout).to.match(/^2 files, 30 B read, 0 bad; digests made for 2 files/);
    const request = { account: 'second', dataset: '3', from_here: true, quick: false };
    expect(outcome.calls).to.deep.equal([{ method: 'verifyDataset', request }]);
  });

  it('names each bad path and exits 1', async () => {
    const verifyDataset = () => stream(step({ bad: [bad] }), step({ done: true, bad_total: 1 }));
    const outcome = await runLine(['datasets', 'verify', '3'], { verifyDataset });
    expect(outcome.code).to.equal(1);
    expect(outcome.stdout).to.match(/^a\\x0ab: corrupt: block 3\n/);
    expect(outcome.stderr).to.match(/^dm: corrupt: dataset 3 has 1 bad entries/);
    const json = await runLine(['datasets', 'verify', '3', '--format=json'], { verifyDataset });
    expect(JSON.parse(json.stdout)).to.deep.include({ bad: [bad], bad_total: 1 });
  });

  it('does not take a stream that broke off for a success', async () => {
    const outcome = await runLine(['datasets', 'verify', '3'], {
      verifyDataset: () => stream(step({})),
    });
    expect(outcome.code).to.equal(1);
    expect(outcome.stderr).to.match(/stopped verifying dataset 3/);
  });
});
