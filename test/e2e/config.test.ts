import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { expect } from 'chai';
import type { AgentProcess } from '../support/agent-process.js';
import { TestAgents } from '../support/e2e-agents.js';
import { sharedCertificates } from '../support/e2e-certificates.js';
import { dm } from '../support/e2e-dm.js';
import { createPolicy, creation, repeatCopy } from '../support/e2e-policies.js';

describe('dm config', function () {
  this.timeout(120_000);
  let agents: TestAgents;

  before('start agents', async () => {
    agents = await TestAgents.open({
      agents: [{ name: 'alpha' }, { name: 'beta' }, { name: 'blank', certified: false }],
    });
    for (const name of ['alpha', 'blank']) mkdirSync(agents.root(name, 'tree'));
  });
  after('stop the agents', () => agents?.[Symbol.asyncDispose]());

  const exported = async (agent: AgentProcess): Promise<string> => {
    const { code, stdout, stderr } = await dm(agent, 'config', 'export');
    expect(code, stderr).to.equal(0);
    return stdout;
  };
  const file = (text: string): string => {
    const path = agents.scratch('agent.yaml');
    writeFileSync(path, text);
    return path;
  };

  it('carries the setup of one agent to another, and does nothing the second time', async () => {
    const alpha = agents.agent('alpha');
    const tree = agents.root('alpha', 'tree');
    await createPolicy(alpha, 'CREATION', {
      ...creation('local', tree),
      'creation-exclude': ['*.tmp', 'a b'],
      'creation-dataset-retention-period': 3600,
    });
    const to = { account: 'beta', path: agents.root('beta', 'copy') };
    await createPolicy(alpha, 'REPEAT_COPY', repeatCopy({ account: 'local', path: tree }, to));
    const identity = await sharedCertificates.identity('alpha');
    const grant = ['--identity=CN=beta', '--ca=test-CA', `--root=${tree}`, '--allow=read'];
    expect((await dm(alpha, 'grants', 'create', ...grant)).code).to.equal(0);

    const revoked = `spki:${'ab'.repeat(32)}`;
    expect((await dm(alpha, 'certificates', 'revoke', revoked)).code).to.equal(0);

    const text = await exported(alpha);
    const key = readFileSync(`${identity}/identity.key`, 'utf8').split('\n')[1] ?? '';
    expect(text).to.not.contain(key);
    const same = await dm(alpha, 'config', 'apply', '-f', file(text), '--prune');
    expect(same).to.deep.equal({ code: 0, stdout: '', stderr: '' });

    const blank = agents.agent('blank');
    const filled = text
      .replace('certificate-path: ""', `certificate-path: ${await sharedCertificates.ca()}`)
      .replace('certificate-path: ""', `certificate-path: ${identity}/identity.crt`)
      .replace('certificate-key-path: ""', `certificate-key-path: ${identity}/identity.key`)
      .replaceAll(agents.root('alpha'), agents.root('blank'));
    const dry = await dm(blank, 'config', 'apply', '-f', file(filled), '--dry-run');
    expect(
      dry.stdout
        .split('\n')
        .slice(0, 4)
        .map((line) => line.split(' --')[0]),
    ).to.deep.equal([
      'dm certificates ca create',
      'dm certificates identity create',
      `dm certificates revoke ${revoked}`,
      'dm accounts create DM',
    ]);
    expect((await dm(blank, '--format=json', 'policies', 'list')).stdout).to.equal('[]\n');
    const applied = await dm(blank, 'config', 'apply', '--file', file(filled));
    expect(applied.code, applied.stderr).to.equal(0);
    expect(applied.stdout).to.equal(dry.stdout);
    expect(await exported(blank)).to.equal(
      text.replaceAll(agents.root('alpha'), agents.root('blank')),
    );
    expect((await dm(blank, 'config', 'apply', '-f', file(filled))).stdout).to.equal('');

    const isRevoked = async () =>
      (await dm(blank, 'certificates', 'settings', 'view')).stdout.includes(revoked);
    expect(await isRevoked()).to.equal(true);
    const none = file('version: 1\ncertificates: {revoked: []}\n');
    expect((await dm(blank, 'config', 'apply', '-f', none, '--prune')).stdout).to.equal(
      `dm certificates revoke ${revoked} --undo\n`,
    );
    expect(await isRevoked()).to.equal(false);

    const pruned = 'version: 1\npolicies: []\ngrants: []\n';
    expect((await dm(blank, 'config', 'apply', '-f', file(pruned), '--prune')).code).to.equal(0);
    expect(await exported(blank)).to.match(/^grants: \[\]\n(.*\n)*policies: \[\]\n$/m);
  });

  it('runs nothing of a file in which any command would be wrong', async () => {
    const blank = agents.agent('blank');
    const text =
      'version: 1\naccounts:\n  - {name: a, type: DM, uri: "dm://x:1"}\n  - {name: b, type: DM, uri: "dm://y:1", colour: red}\n';
    const { code, stderr } = await dm(blank, 'config', 'apply', '-f', file(text));
    expect(code).to.equal(2);
    expect(stderr).to.match(/^dm: usage: .*name=b.*after 0 commands.*--colour/);
    expect(await exported(blank)).to.not.contain('dm://x:1');
  });
});
