import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { TestAgents } from '../support/e2e-agents.js';
import { dm, dmJson } from '../support/e2e-dm.js';
import {
  createPolicy,
  creation,
  listDatasets,
  mustRun,
  runPolicy,
  tryCreatePolicy,
} from '../support/e2e-policies.js';

describe('commands before and after a dataset', function () {
  this.timeout(120_000);
  let agents: TestAgents;
  let hooks: string;
  before(async function () {
    if (process.getuid?.() !== 0) this.skip();
    hooks = mkdtempSync(join(tmpdir(), 'dm-hooks-'));
    chmodSync(hooks, 0o755);
    agents = await TestAgents.open({
      agents: [
        { name: 'one', extra: [`--hooks-dir=${hooks}`], certified: false },
        { name: 'other', certified: false },
      ],
    });
  });
  after(async () => {
    await agents?.[Symbol.asyncDispose]();
    if (hooks !== undefined) rmSync(hooks, { recursive: true, force: true });
  });

  function write(name: string, script: string): void {
    writeFileSync(join(hooks, name), `#!/bin/sh\n${script}\n`);
    chmodSync(join(hooks, name), 0o755);
  }

  it('surround it; a failed one is the result of the job', async () => {
    const agent = agents.agent('one');
    const data = agents.root('one', 'data');
    const log = agents.scratch('hooks.log');
    mkdirSync(data);
    write(
      'note',
      `echo "$1 $DM_HOOK $DM_RESULT $DM_DATASET_ID $DM_BASE_PATH" >> ${log}; exit "\${2:-0}"`,
    );
    const policy = await createPolicy(agent, 'CREATION', {
      ...creation('local', data),
      'pre-command': 'note before',
      'post-command': 'note after',
    });
    await mustRun(agent, policy);
    const [made] = await listDatasets(agent, data);
    expect(readFileSync(log, 'utf8').split('\n').slice(0, 2)).to.deep.equal([
      `before pre   ${data}`,
      `after post made ${made?.id} ${data}`,
    ]);
    await dmJson(agent, 'policies', 'modify', String(policy), '--pre-command=note no 4');
    const failed = await runPolicy(agent, policy);
    expect(failed.code).to.equal(1);
    expect(failed.job?.error_code).to.equal('hook_failed');
    expect(await listDatasets(agent, data)).to.have.length(1);
    await dmJson(
      agent,
      ...['policies', 'modify', String(policy), '--pre-command=', '--post-command=note no 5'],
    );
    expect((await runPolicy(agent, policy)).job?.error_code).to.equal('hook_failed');
    expect(await listDatasets(agent, data)).to.have.length(2);
  });

  it('belong to agents with a hooks directory and to datasets of their own', async () => {
    const data = agents.root('other', 'data');
    mkdirSync(data);
    const flags = { ...creation('local', data), 'pre-command': 'note' };
    const none = await tryCreatePolicy(agents.agent('other'), 'CREATION', flags);
    expect(none.code, none.stderr).to.equal(5);
    const looped = { ...creation('loopback', agents.root('one', 'data')), 'pre-command': 'note' };
    const peer = await tryCreatePolicy(agents.agent('one'), 'CREATION', looped);
    expect(peer.code, peer.stderr).to.equal(2);
    const copy = await dm(
      agents.agent('one'),
      'policies',
      'create',
      'x',
      '--policy-type=COPY',
      '--pre-command=note',
    );
    expect(copy.code).to.equal(2);
  });
});
