import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { TestAgents } from '../support/e2e-agents.js';
import { dm } from '../support/e2e-dm.js';
import { createPolicy, creation, mustRun, repeatCopy, runPolicy } from '../support/e2e-policies.js';

interface Status {
  readonly well: boolean;
  readonly problems: readonly { kind: string; object: string; remedy: string }[];
  readonly notes: readonly { kind: string; object: string }[];
  readonly policies: readonly { id: number; newest_dataset_at: string; age_seconds: number }[];
  readonly trees: readonly {
    path: string;
    role: string;
    copied_to: string[];
    never_copied_to: string[];
    datasets: number;
  }[];
  readonly roots: readonly { free_bytes: number }[];
}

describe('dm status', function () {
  this.timeout(120_000);
  let agents: TestAgents;

  before('start agents', async () => {
    agents = await TestAgents.open({ agents: [{ name: 'alpha' }, { name: 'beta' }] });
  });
  after('stop the agents', () => agents?.[Symbol.asyncDispose]());

  const status = async (name: string): Promise<Status & { exit: number }> => {
    const { code, stdout } = await dm(agents.agent(name), '--format=json', 'status');
    return { ...(JSON.parse(stdout) as Status), exit: code };
  };

  it('tells what is protected, how old the copies are, and what failed', async () => {
    const alpha = agents.agent('alpha');
    expect(await status('alpha')).to.deep.include({ well: true, exit: 0, problems: [], trees: [] });

    const path = agents.root('alpha', 'tree');
    mkdirSync(path);
    writeFileSync(join(path, 'file'), 'content');
    const make = await createPolicy(alpha, 'CREATION', creation('local', path));
    await mustRun(alpha, make);
    const alone = await status('alpha');
    expect(alone.notes.map(({ kind, object }) => [kind, object])).to.deep.equal([
      ['not_copied', path],
    ]);
    expect(alone.exit).to.equal(0);

    const to = { account: 'beta', path: agents.root('beta', 'copy') };
    const push = await createPolicy(
      alpha,
      'REPEAT_COPY',
      repeatCopy({ account: 'local', path }, to),
    );
    await mustRun(alpha, push);
    const copied = await status('alpha');
    expect(copied.notes).to.deep.equal([]);
    expect(copied.trees.map(({ copied_to, role }) => [role, copied_to])).to.deep.equal([
      ['origin', [`beta:${to.path}`]],
    ]);
    for (const policy of copied.policies) {
      expect(Date.parse(policy.newest_dataset_at)).to.be.closeTo(Date.now(), 30_000);
      expect(policy.age_seconds).to.be.below(30);
    }
    const there = await status('beta');
    expect(there.trees.map(({ path: at, role, datasets }) => [at, role, datasets])).to.deep.equal([
      [to.path, 'received', 1],
    ]);
    expect(there.roots[0]?.free_bytes).to.be.above(0);

    mkdirSync(agents.root('beta', 'taken'));
    writeFileSync(agents.root('beta', 'taken', 'mine'), 'mine');
    const taken = { account: 'beta', path: agents.root('beta', 'taken') };
    const flags = repeatCopy({ account: 'local', path }, taken);
    const bad = await createPolicy(alpha, 'REPEAT_COPY', flags);
    await runPolicy(alpha, bad);
    const failed = await status('alpha');
    expect(failed.exit).to.equal(1);
    const places = [to, taken].map((target) => `beta:${target.path}`);
    expect(failed.trees[0]).to.deep.include({
      copied_to: places,
      never_copied_to: places.slice(1),
    });
    expect(failed.problems.map(({ kind, remedy }) => [kind, remedy])).to.deep.equal([
      ['job_failed', `mend what it says, then dm policies run ${bad}`],
    ]);

    const { stdout, stderr } = await dm(alpha, 'status');
    expect(stdout).to.contain(`${places[1]} (never)`).and.not.contain(`${places[0]} (never)`);
    expect(stdout).to.match(/^Late or failed:\n {2}policy [0-9]+ .*target_not_empty/);
    expect(stdout).to.match(/^POLICY +AT +NEWEST COPY/m);
    expect(stderr).to.match(/^dm: not_well: 1 thing is late or failed/);
  });
});
