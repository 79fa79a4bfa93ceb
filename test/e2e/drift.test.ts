import { chmodSync, chownSync, cpSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import type { AgentProcess } from '../support/agent-process.js';
import { TestAgents } from '../support/e2e-agents.js';
import { sharedCertificates } from '../support/e2e-certificates.js';
import { dm, dmJson } from '../support/e2e-dm.js';
import {
  CopyPair,
  createPolicy,
  listDatasets,
  mustRun,
  repeatCopy,
  runPolicy,
} from '../support/e2e-policies.js';
import { noise } from '../support/e2e-trees.js';
import { differences } from '../support/walker.js';

/** Root that obeys permissions, so that a file can be unreadable for the agent. */
const OBEDIENT_ROOT = ['setpriv', '--bounding-set=-dac_override,-dac_read_search'];

describe('agents that are not what they were', function () {
  this.timeout(300_000);
  let agents: TestAgents;
  before(async () => {
    agents = await TestAgents.open({
      agents: [{ name: 'alpha', launcher: OBEDIENT_ROOT }, { name: 'beta' }, { name: 'gamma' }],
    });
  });
  after(() => agents?.[Symbol.asyncDispose]());

  const pairOf = async (name: string) => {
    const source = agents.root('alpha', name);
    const target = agents.root('beta', name);
    mkdirSync(source);
    writeFileSync(join(source, 'file'), noise(50_000, 1));
    writeFileSync(join(source, 'other'), noise(50_000, 2));
    const pair = await CopyPair.create(
      agents.agent('alpha'),
      { account: 'local', path: source },
      { account: 'beta', path: target },
    );
    await pair.sync();
    return { pair, source, target };
  };

  /** Stops the agent and puts its state of now back when the returned function is called. */
  const rememberState = async (agent: AgentProcess) => {
    const { stateDir } = agent.options;
    const copy = agents.scratch(`yesterday-${agent.options.name}`);
    await agent.kill('SIGTERM');
    cpSync(join(stateDir, 'db'), copy, { recursive: true });
    await agent.start();
    return async () => {
      await agent.kill('SIGKILL');
      renameSync(join(stateDir, 'db'), `${copy}-newer`);
      cpSync(copy, join(stateDir, 'db'), { recursive: true });
      await agent.start();
    };
  };

  for (const name of ['alpha', 'beta']) {
    it(`the state directory of yesterday, at ${name === 'alpha' ? 'the source' : 'the target'}: copies go on, whole`, async () => {
      const { pair, source, target } = await pairOf(`yesterday-${name}`);
      const restore = await rememberState(agents.agent(name));
      for (const seed of [3, 4]) {
        writeFileSync(join(source, 'file'), noise(50_000, seed));
        await pair.sync();
      }
      const seen = await listDatasets(pair.agent, source);
      await restore();
      const known = await listDatasets(pair.agent, source);
      expect(known.map((one) => one.dataset_global_id)).to.have.members(
        seen.map((one) => one.dataset_global_id),
      );
      writeFileSync(join(source, 'file'), noise(50_000, 5));
      const job = await pair.sync();
      expect(job.type).to.equal('DATASET_INCREMENTAL_COPY_JOB');
      expect(differences(source, target)).to.deep.equal([]);
      const ids = (await listDatasets(pair.agent, source)).map(({ id }) => id);
      expect(new Set(ids).size).to.equal(ids.length);
    });
  }

  it('a copy of an agent under another key is refused by the original, and the reverse', async () => {
    const alpha = agents.agent('alpha');
    const gamma = agents.agent('gamma');
    await alpha.kill('SIGTERM');
    await gamma.kill('SIGTERM');
    const state = join(gamma.options.stateDir, 'db');
    renameSync(state, agents.scratch('db-of-gamma'));
    cpSync(join(alpha.options.stateDir, 'db'), state, { recursive: true });
    await Promise.all([alpha.start(), gamma.start()]);
    const identity = await sharedCertificates.identity('clone');
    const words = [
      `--certificate-path=${identity}/identity.crt`,
      `--certificate-key-path=${identity}/identity.key`,
      '--name=clone-ID',
    ];
    const [old] = await dmJson<{ id: string }[]>(gamma, 'certificates', 'identity', 'list');
    await dmJson(gamma, 'certificates', 'identity', 'create', ...words);
    await dm(gamma, 'certificates', 'identity', 'delete', String(old?.id));
    for (const [from, to] of [
      [gamma, alpha],
      [alpha, gamma],
    ] as const) {
      const account = ['accounts', 'create', 'DM', '--name=the-other', `--uri=dm://${to.listen}`];
      const made = await dm(from, ...account);
      const pinged = made.code === 0 ? await dm(from, 'accounts', 'ping', 'the-other') : made;
      expect(pinged.code, pinged.stdout).to.not.equal(0);
      expect(pinged.stdout + pinged.stderr).to.contain('duplicate_system');
    }
    await gamma.kill('SIGTERM');
    renameSync(state, agents.scratch('db-of-the-clone'));
    renameSync(agents.scratch('db-of-gamma'), state);
    await gamma.start();
  });

  it('two policies on one target: the second tree is refused, the first goes on', async () => {
    const { pair, source, target } = await pairOf('two-policies');
    const other = agents.root('gamma', 'intruder');
    mkdirSync(other);
    writeFileSync(join(other, 'file'), 'of another tree');
    const intruder = await CopyPair.create(
      agents.agent('gamma'),
      { account: 'local', path: other },
      { account: 'beta', path: target },
    );
    await mustRun(intruder.agent, intruder.creation);
    const { code, job } = await runPolicy(intruder.agent, intruder.copy);
    expect(code).to.be.oneOf([1, 5]);
    expect(job?.error_code).to.equal('target_owned');
    expect(differences(source, target)).to.deep.equal([]);
    writeFileSync(join(source, 'file'), noise(50_000, 9));
    await pair.sync();
    expect(differences(source, target)).to.deep.equal([]);
  });

  it('a file that failed once and never changed again arrives later, down a cascade too', async () => {
    const { pair, source, target } = await pairOf('cascade');
    const last = agents.root('gamma', 'cascade');
    const on = await createPolicy(
      agents.agent('beta'),
      'REPEAT_COPY',
      repeatCopy({ account: 'local', path: target }, { account: 'gamma', path: last }),
    );
    await mustRun(agents.agent('beta'), on);
    const hidden = join(source, 'other');
    writeFileSync(hidden, noise(60_000, 7));
    chownSync(hidden, 1_234, 1_234);
    chmodSync(hidden, 0);
    for (const run of [
      () => runPolicy(pair.agent, pair.creation),
      () => runPolicy(pair.agent, pair.copy),
      () => runPolicy(agents.agent('beta'), on),
    ]) {
      expect((await run()).code).to.equal(6);
    }
    expect(differences(target, last)).to.deep.equal([]);
    chmodSync(hidden, 0o644);
    await pair.sync();
    await mustRun(agents.agent('beta'), on);
    expect(differences(source, target)).to.deep.equal([]);
    expect(differences(source, last)).to.deep.equal([]);
  });
});
