import { randomBytes } from 'node:crypto';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { openRecord, sealRecord } from '../../src/endpoint/local/layout/sealed-record.js';
import { newJob } from '../../src/job/new-job.js';
import { parseJobId } from '../../src/model/ids.js';
import { StateDatabase } from '../../src/state/database.js';
import { jobCodec } from '../../src/state/job-codec.js';
import { keys } from '../../src/state/keys.js';
import { ProcessMeter } from '../bench/process-meter.js';
import type { AgentProcess } from '../support/agent-process.js';
import { TestAgents } from '../support/e2e-agents.js';
import { dmJson } from '../support/e2e-dm.js';
import { createPolicy, creation, mustRun } from '../support/e2e-policies.js';
import { samplePolicy } from '../support/policies.js';

const POLICIES = 1_000;
const TREES = 100;
const DATASETS_PER_TREE = 100;
const JOBS = 10_000;
const HOUR_MS = 3_600_000;
/** On a machine that does other work, too. */
const BUSY = Number(process.env.DM_BUSY ?? 1);
const START_MS = 2_000 * BUSY;
const ANSWER_MS = 500 * BUSY;
/** What the last question leaves to do, garbage above all, is done by then. */
const SETTLE_SECONDS = 5;
const IDLE_SECONDS = 20;

const hex = (bytes: number) => randomBytes(bytes).toString('hex');

describe('an agent with a long history', function () {
  this.timeout(0);
  let agents: TestAgents;
  let agent: AgentProcess;

  before('make its state', async () => {
    agents = await TestAgents.open({ agents: [{ name: 'alpha', certified: false }] });
    agent = agents.agent('alpha');
    const tree = agents.root('alpha', 'tree-0');
    mkdirSync(tree);
    writeFileSync(join(tree, 'file'), 'x');
    await mustRun(agent, await createPolicy(agent, 'CREATION', creation('local', tree)));
    const [made] = await dmJson<{ account_id: string }[]>(agent, 'datasets', 'list');
    const account = made?.account_id ?? '';
    await agent.kill('SIGTERM');
    multiplyDatasets(agents);
    await fillDatabase(agents, account);
  });
  after(() => agents?.[Symbol.asyncDispose]());

  it('starts at once, answers at once, and does nothing when there is nothing to do', async () => {
    const starting = performance.now();
    await agent.start();
    const startMs = performance.now() - starting;
    // Datasets that nobody has listed yet are given their numbers.
    const numbering = await answer('datasets', 'list');
    expect(numbering.count).to.equal(TREES * DATASETS_PER_TREE);
    const policies = await answer('policies', 'list');
    expect(policies.count).to.equal(POLICIES);
    const datasets = await answer('datasets', 'list');
    const status = await answer('status');
    await agent.kill('SIGTERM');
    await agent.start();
    const firstStatus = await answer('status');
    await delay(SETTLE_SECONDS * 1_000);
    const meter = new ProcessMeter(agent.pid);
    await delay(IDLE_SECONDS * 1_000);
    const idle = meter.read();
    const figures = {
      start_ms: startMs,
      first_datasets_list_ms: numbering.ms,
      policies_list_ms: policies.ms,
      datasets_list_ms: datasets.ms,
      status_ms: status.ms,
      first_status_ms: firstStatus.ms,
      idle_cpu_percent: (idle.cpuSeconds / IDLE_SECONDS) * 100,
      rss_mib: idle.peakRssMiB,
    };
    for (const [name, value] of Object.entries(figures)) {
      process.stdout.write(`${name}: ${value.toFixed(1)}\n`);
    }
    expect(startMs).to.be.below(START_MS);
    for (const { ms } of [policies, datasets, status, firstStatus])
      expect(ms).to.be.below(ANSWER_MS);
    expect(figures.idle_cpu_percent).to.be.below(2 * BUSY);
  });

  async function answer(...words: string[]): Promise<{ ms: number; count: number }> {
    const asked = performance.now();
    const reply = await dmJson<unknown>(agent, ...words).catch((error: unknown) => {
      // Something may be late: then it says so and exits 1.
      if (words[0] === 'status') return null;
      throw error;
    });
    const ms = performance.now() - asked;
    return { ms, count: Array.isArray(reply) ? reply.length : 0 };
  }
});

/** Makes of one tree with one dataset many with many: they differ in ids, paths and times, and share their pages. */
function multiplyDatasets(agents: TestAgents): void {
  const trees = agents.root('alpha', '.datamover', 'trees');
  const [first = ''] = readdirSync(trees);
  const model = join(trees, first);
  const [record = ''] = readdirSync(join(model, 'datasets'));
  const readJson = (path: string) =>
    JSON.parse(openRecord(readFileSync(path, 'utf8'), path)) as Record<string, unknown>;
  const write = (path: string, value: object) =>
    writeFileSync(path, sealRecord(JSON.stringify(value)), { mode: 0o600 });
  const dataset = readJson(join(model, 'datasets', record));
  const tree = readJson(join(model, 'tree.json'));
  for (let index = 1; index <= TREES; index++) {
    const localTree = hex(8);
    const folder = join(trees, localTree);
    cpSync(model, folder, { recursive: true });
    rmSync(join(folder, 'datasets', record));
    const path = agents.root('alpha', `tree-${index}`);
    mkdirSync(path, { recursive: true });
    const ids = { tree: hex(16), basePath: Buffer.from(path).toString('base64') };
    let head = '';
    for (let number = 0; number < DATASETS_PER_TREE; number++) {
      head = hex(16);
      const createdAtMs = Number(dataset.createdAtMs) - (DATASETS_PER_TREE - number) * HOUR_MS;
      const one = { ...dataset, ...ids, originBasePath: ids.basePath, id: head, createdAtMs };
      write(join(folder, 'datasets', `${head}.json`), one);
    }
    write(join(folder, 'tree.json'), { ...tree, ...ids, localTree, head });
  }
  rmSync(model, { recursive: true });
}

async function fillDatabase(agents: TestAgents, account: string): Promise<void> {
  const { stateDir } = agents.agent('alpha').options;
  const database = await StateDatabase.open(join(stateDir, 'db'));
  const now = Date.now();
  const policies = Array.from({ length: POLICIES }, (_, index) => {
    const policy = samplePolicy(index + 1);
    const basePath = agents.root('alpha', `tree-${(index % TREES) + 1}`);
    const rule = { ...policy.rule, accountId: account, basePath };
    const schedule = { ...policy.schedule, recurrence: ['0 * * * *'] };
    const stored = { ...policy, rule, schedule, nextRunAtMs: now + HOUR_MS };
    return { put: keys.policy(policy.id), value: stored };
  });
  const run = {
    type: 'DATASET_CREATION_JOB',
    options: { adopt: false, acceptSource: false },
    createdAtMs: 1,
    parentJob: null,
  } as const;
  const jobs = Array.from({ length: JOBS }, (_, index) => {
    const id = parseJobId(100 + index);
    const job = newJob(id, samplePolicy((index % POLICIES) + 1), run);
    const endedAtMs = now - index;
    return [
      { put: keys.job(id), value: jobCodec.encode({ ...job, state: 'finished', endedAtMs }) },
      { put: keys.jobEnded(endedAtMs, id), value: id },
    ];
  });
  await database.write([...policies, ...jobs.flat()]);
  await database[Symbol.asyncDispose]();
}
