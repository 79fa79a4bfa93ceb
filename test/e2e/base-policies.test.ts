import { mkdirSync, writeFileSync } from 'node:fs';
import { expect } from 'chai';
import { TestAgents } from '../support/e2e-agents.js';
import { dm, dmJson } from '../support/e2e-dm.js';
import { flagWords, freshName, listDatasets, mustRun, runPolicy } from '../support/e2e-policies.js';

interface Source {
  readonly field: string;
  readonly source: string;
  readonly base_policy: string;
}

interface PolicyView {
  readonly priority: string;
  readonly enabled: boolean;
  readonly next_run_at: string;
  readonly creation_policy: { readonly base_path: string };
  readonly value_sources: readonly Source[];
}

describe('base policies', () => {
  let agents: TestAgents;

  before(async () => {
    agents = await TestAgents.open({ agents: [{ name: 'alpha', certified: false }] });
    for (const tree of ['one', 'two', 'own']) {
      mkdirSync(agents.root('alpha', tree));
      writeFileSync(agents.root('alpha', tree, 'file'), tree);
    }
  });
  after(() => agents[Symbol.asyncDispose]());

  const ok = async (...words: string[]): Promise<void> => {
    const { code, stderr } = await dm(agents.agent('alpha'), ...words);
    expect(code, stderr).to.equal(0);
  };
  const refused = async (...words: string[]): Promise<string> => {
    const { code, stderr } = await dm(agents.agent('alpha'), ...words);
    expect(code, words.join(' ')).to.not.equal(0);
    return stderr;
  };
  const view = (policy: string) =>
    dmJson<PolicyView>(agents.agent('alpha'), 'policies', 'view', policy);
  const datasets = async (tree: string) =>
    (await listDatasets(agents.agent('alpha'), agents.root('alpha', tree))).length;

  async function baseAndChild(flags: Parameters<typeof flagWords>[0]): Promise<[string, string]> {
    const [base, child] = [freshName('base'), freshName('child')];
    await ok('base-policies', 'create', base, ...flagWords(flags));
    const own = [`--base-policy-id=${base}`, '--creation-dataset-reserve=3'];
    await ok('policies', 'create', child, 'LOW', 'true', 'CREATION', ...own);
    return [base, child];
  }

  it('decide what they list, say so, and reach the next run of their policies when changed', async () => {
    const alpha = agents.agent('alpha');
    const [base, child] = await baseAndChild({
      'override-list': ['PRIORITY', 'SOURCE_BASE_PATH', 'SCHEDULE'],
      priority: 'HIGH',
      'source-base-path': agents.root('alpha', 'one'),
      recurrence: '0 0 1 1 *',
    });
    const shown = await view(child);
    expect(shown.priority).to.equal('HIGH');
    expect(shown.creation_policy.base_path).to.equal(agents.root('alpha', 'one'));
    expect(shown.next_run_at).to.match(/-01-01T/);
    const sourceOf = (field: string) => shown.value_sources.find((one) => one.field === field);
    expect(sourceOf('priority')).to.include({ source: 'base_policy', base_policy: base });
    expect(sourceOf('creation_policy.base_path')).to.include({ source: 'base_policy' });
    expect(sourceOf('creation_policy.retention')).to.include({ source: 'policy', base_policy: '' });

    await mustRun(alpha, child);
    expect(await datasets('one')).to.equal(1);
    const second = `--source-base-path=${agents.root('alpha', 'two')}`;
    await ok('base-policies', 'modify', base, second, '--priority=NORMAL');
    const job = await mustRun(alpha, child);
    expect(await datasets('two')).to.equal(1);
    expect(job).to.include({ priority: 'NORMAL' });

    const { stdout } = await dm(alpha, 'config', 'export');
    writeFileSync(agents.scratch('config.yaml'), stdout);
    expect(stdout).to.contain(`base-policy-id: ${base}`);
    const again = await dm(
      alpha,
      'config',
      'apply',
      '-f',
      agents.scratch('config.yaml'),
      '--prune',
    );
    expect(again).to.deep.equal({ code: 0, stdout: '', stderr: '' });
  });

  it('cannot be deleted while policies name them, nor changed into what those cannot run', async () => {
    const [base, child] = await baseAndChild({
      'override-list': 'SOURCE_BASE_PATH',
      'source-base-path': agents.root('alpha', 'one'),
    });
    expect(await refused('base-policies', 'delete', base)).to.match(
      new RegExp(`^dm: in_use: .*${child}.*--base-policy-id`),
    );
    const outside = await refused('base-policies', 'modify', base, '--source-base-path=/etc');
    expect(outside).to.match(new RegExp(`^dm: path_outside_roots: .*${child}`));
    expect((await view(child)).creation_policy.base_path).to.equal(agents.root('alpha', 'one'));
    // Without the base policy it would have no path at all.
    expect(await refused('policies', 'modify', child, '--base-policy-id=0')).to.match(/absolute/);
    const own = `--creation-base-path=${agents.root('alpha', 'own')}`;
    await ok('policies', 'modify', child, own, '--base-policy-id=0');
    expect((await view(child)).creation_policy.base_path).to.equal(agents.root('alpha', 'own'));
    await ok('base-policies', 'delete', base);
    const gone = await refused('policies', 'modify', child, `--base-policy-id=${base}`);
    expect(gone).to.match(/^dm: not_found: /);
  });

  it('disable their policies, and are refused when they decide nothing', async () => {
    const [base, child] = await baseAndChild({
      'override-list': ['ENABLED', 'SOURCE_BASE_PATH'],
      'source-base-path': agents.root('alpha', 'one'),
      enabled: false,
    });
    const { code, stderr } = await runPolicy(agents.agent('alpha'), child);
    expect(code).to.equal(5);
    expect(stderr).to.match(/^dm: policy_disabled: .*dm base-policies modify/);
    await ok('base-policies', 'modify', base, '--enabled=true');
    await mustRun(agents.agent('alpha'), child);
    expect(await refused('base-policies', 'create', 'empty')).to.match(/override-list/);
    const pathless = ['create', 'pathless', '--override-list=TARGET_BASE_PATH'];
    expect(await refused('base-policies', ...pathless)).to.match(/give --target-base-path/);
  });
});
