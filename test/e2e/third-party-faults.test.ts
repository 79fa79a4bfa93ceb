import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { expect } from 'chai';
import type { AgentProcess } from '../support/agent-process.js';
import type { DelayingProxy } from '../support/delaying-proxy.js';
import { TestAgents } from '../support/e2e-agents.js';
import { dm, dmJson } from '../support/e2e-dm.js';
import {
  createPolicy,
  creation,
  freshName,
  type JobView,
  mustRun,
  repeatCopy,
  viewJob,
} from '../support/e2e-policies.js';
import { noise } from '../support/e2e-trees.js';
import { until } from '../support/e2e-until.js';
import { makeWorkAccounts, WORKER_ACCESS } from '../support/e2e-work.js';
import { differences } from '../support/walker.js';

const MIB = 1_048_576;
const TREE_MIB = 24;
/** Of the wire, in bytes a second: a copy is under way when it is met. */
const SLOW = 8 * MIB;

describe('work at another agent, when things go wrong', function () {
  this.timeout(300_000);
  let agents: TestAgents;
  let asker: AgentProcess;
  /** Between everybody and the target; slow from the begin of a copy until it is waited for. */
  let proxy: DelayingProxy;

  before('start four agents', async () => {
    agents = await TestAgents.open({
      agents: [
        { name: 'asker' },
        { name: 'worker', extra: [WORKER_ACCESS] },
        { name: 'source' },
        { name: 'target' },
      ],
      accounts: false,
    });
    asker = agents.agent('asker');
    proxy = await makeWorkAccounts(agents, { bytesPerSecond: SLOW, maxQueuedBytes: MIB });
    mkdirSync(tree());
    for (let part = 0; part < TREE_MIB; part++) {
      writeFileSync(`${tree()}/part-${part}`, noise(MIB, part));
    }
    await mustRun(asker, await createPolicy(asker, 'CREATION', creation('source', tree())));
  });
  after('stop them', async () => {
    await agents?.[Symbol.asyncDispose]();
    await proxy?.[Symbol.asyncDispose]();
  });

  const tree = () => agents.root('source', 'tree');
  const view = (job: number) => viewJob(asker, job);
  const wireBytes = () => proxy.bytes.up + proxy.bytes.down;
  const logged = (msg: string) =>
    readFileSync(agents.scratch('worker.log'), 'utf8').split(`"msg":"${msg}"`).length - 1;
  /** A copy of the tree that is under way. */
  const begun = async (): Promise<{ job: number; path: string; policy: number }> => {
    const path = agents.root('target', freshName('copy'));
    const places = repeatCopy({ account: 'source', path: tree() }, { account: 'target', path });
    const flags = { ...places, 'repeat-copy-base-new-tasks-account': 'worker' };
    const policy = await createPolicy(asker, 'REPEAT_COPY', flags);
    proxy.limit(SLOW);
    const before = wireBytes();
    const { job_id: job } = await dmJson<{ job_id: number }>(
      asker,
      'policies',
      'run',
      String(policy),
    );
    await until('the copy is under way', () => wireBytes() - before > 4 * MIB);
    return { job, path, policy };
  };
  const finished = async ({ job, path }: { job: number; path: string }): Promise<JobView> => {
    proxy.limit(Number.POSITIVE_INFINITY);
    await asker.ok('jobs', 'wait', String(job), '--timeout=120');
    expect(differences(tree(), path)).to.deep.equal([]);
    return view(job);
  };

  for (const victims of [['worker'], ['asker'], ['source'], ['target'], ['asker', 'worker']]) {
    it(`finishes by itself when ${victims.join(' and ')} is killed and comes back`, async () => {
      const before = wireBytes();
      const copy = await begun();
      await Promise.all(victims.map((name) => agents.agent(name).kill('SIGKILL')));
      await Promise.all(victims.map((name) => agents.agent(name).start()));
      const job = await finished(copy);
      expect(job.statistics.files).to.equal(TREE_MIB);
      // It went on from what had arrived; what was in flight may have been sent twice.
      expect(wireBytes() - before).to.be.below(1.9 * TREE_MIB * MIB);
    });
  }

  it('waits for a worker that is away, and says so', async () => {
    const copy = await begun();
    await agents.agent('worker').kill('SIGTERM');
    await until('the job says what it waits for', async () => {
      const { retry } = await view(copy.job);
      return (retry?.count ?? 0) > 1;
    });
    const { state, retry } = await view(copy.job);
    expect(state).to.equal('running');
    expect(retry?.reason).to.contain(agents.agent('worker').listen);
    await agents.agent('worker').start();
    await finished(copy);
  });

  it('names the place that the worker cannot reach', async () => {
    const copy = await begun();
    proxy.isDown = true;
    proxy.cut();
    try {
      await until('the job says what it waits for', async () => {
        const { retry } = await view(copy.job);
        return (retry?.count ?? 0) > 0;
      });
      expect((await view(copy.job)).retry?.reason).to.contain(proxy.address);
    } finally {
      proxy.isDown = false;
    }
    await finished(copy);
  });

  it('stops at the worker when the asker pauses the job, and goes on when it resumes', async () => {
    const stopped = logged('copy for a peer was not finished');
    const copy = await begun();
    await dmJson(asker, 'jobs', 'modify', String(copy.job), '--action=pause');
    await until('paused', async () => (await view(copy.job)).state === 'paused');
    await until('the worker has stopped', () => {
      return logged('copy for a peer was not finished') === stopped + 1;
    });
    await dmJson(asker, 'jobs', 'modify', String(copy.job), '--action=resume');
    const { statistics } = await finished(copy);
    expect(statistics.files).to.equal(TREE_MIB);
  });

  it('stops at the worker when the asker cancels the job, and leaves the target as it was', async () => {
    const stopped = logged('copy for a peer was not finished');
    const copy = await begun();
    await dmJson(asker, 'jobs', 'modify', String(copy.job), '--action=cancel');
    await until('cancelled', async () => (await view(copy.job)).state === 'cancelled');
    await until('the worker has stopped', () => {
      return logged('copy for a peer was not finished') === stopped + 1;
    });
    expect(readdirSync(agents.root('target'))).to.not.include(copy.path.split('/').at(-1));
    const { stdout } = await dm(asker, '--format=json', 'policies', 'view', String(copy.policy));
    expect((JSON.parse(stdout) as { disabled_by_dm: boolean }).disabled_by_dm).to.equal(true);
  });

  it('ends with what has arrived when the asker completes the job', async () => {
    const copy = await begun();
    await until(
      'some files have arrived',
      async () => (await view(copy.job)).progress.files_done > 2,
    );
    await dmJson(asker, 'jobs', 'modify', String(copy.job), '--action=complete-partial');
    const { code } = await dm(asker, 'jobs', 'wait', String(copy.job), '--timeout=120');
    expect(code).to.equal(6);
    const job = await view(copy.job);
    expect(job.failed_total).to.be.within(1, TREE_MIB - 1);
    expect(readdirSync(copy.path).length).to.be.within(1, TREE_MIB);
  });

  it('ends when the worker may no longer work for the asker', async () => {
    const words = ['certificates', 'identity', 'view', 'asker-ID'];
    const { spki_sha256 } = await dmJson<{ spki_sha256: string }>(asker, ...words);
    const worker = agents.agent('worker');
    const copy = await begun();
    const grant = [`--identity=spki:${spki_sha256}`, `--root=${agents.root('worker')}`];
    const { id } = await dmJson<{ id: string }>(
      worker,
      'grants',
      'create',
      ...grant,
      '--allow=read',
    );
    await until('failed', async () => (await view(copy.job)).state === 'failed', 15_000);
    expect((await view(copy.job)).error_code).to.equal('refused');
    await dm(worker, 'grants', 'delete', id);
    await dmJson(worker, 'peer-access', 'reset');
  });

  it('ends at the place that revokes the worker, or the asker', async () => {
    for (const name of ['worker', 'asker']) {
      const words = ['certificates', 'identity', 'view', `${name}-ID`];
      const { fingerprint_sha256 } = await dmJson<{ fingerprint_sha256: string }>(
        agents.agent(name),
        ...words,
      );
      const copy = await begun();
      const target = agents.agent('target');
      await target.ok('certificates', 'revoke', fingerprint_sha256);
      await until(
        `the copy ends without the ${name}`,
        async () => {
          const { state, retry } = await view(copy.job);
          return state === 'failed' || (retry?.count ?? 0) > 0;
        },
        15_000,
      );
      await dmJson(asker, 'jobs', 'modify', String(copy.job), '--action=cancel').catch(() => null);
      await target.ok('certificates', 'revoke', fingerprint_sha256, '--undo');
    }
  });
});
