import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { parseConfig, printConfig } from '../../src/config/config-document.js';
import type { AgentProcess } from '../support/agent-process.js';
import { TestAgents } from '../support/e2e-agents.js';
import { dm } from '../support/e2e-dm.js';
import { HOOKS, makeFullSetup, SETUP_SIZES, writeSetupFiles } from '../support/e2e-full-setup.js';

describe('a setup with everything in it', function () {
  this.timeout(180_000);
  let agents: TestAgents;
  let hooks: string;
  let files: Readonly<Record<string, string>>;

  before('start agents', async function () {
    // Programs that policies run must be root's.
    if (process.getuid?.() !== 0) this.skip();
    hooks = mkdtempSync(join(tmpdir(), 'dm-hooks-'));
    chmodSync(hooks, 0o755);
    for (const name of HOOKS) writeFileSync(join(hooks, name), '#!/bin/sh\n', { mode: 0o755 });
    const extra = [`--hooks-dir=${hooks}`];
    const blank = { name: 'blank', certified: false, extra };
    agents = await TestAgents.open({ agents: [{ name: 'alpha', extra }, { name: 'beta' }, blank] });
    for (const name of ['alpha', 'blank']) mkdirSync(agents.root(name, 'tree'));
    mkdirSync(agents.scratch('store'));
    files = await writeSetupFiles(agents);
    await makeFullSetup(agents, 'alpha', files);
  });
  after(async () => {
    await agents?.[Symbol.asyncDispose]();
    if (hooks !== undefined) rmSync(hooks, { recursive: true, force: true });
  });

  const exported = async (agent: AgentProcess): Promise<string> => {
    const { code, stdout, stderr } = await dm(agent, 'config', 'export');
    expect(code, stderr).to.equal(0);
    return stdout;
  };
  /** The commands that were run. */
  const apply = async (agent: AgentProcess, text: string, ...more: string[]) => {
    const path = agents.scratch('agent.yaml');
    writeFileSync(path, text);
    const { code, stdout, stderr } = await dm(agent, 'config', 'apply', '-f', path, ...more);
    expect(code, stderr).to.equal(0);
    return stdout.split('\n').slice(0, -1);
  };
  /** With the names of files where an export leaves them empty, each of which must be known. */
  const fill = (text: string): string => {
    const filled = Object.entries(parseConfig(text, 'the export')).map(([section, entries]) => [
      section,
      entries.map((entry) =>
        Object.fromEntries(
          Object.entries(entry).map(([option, value]) => {
            if (value !== '') return [option, value];
            const file = files[`${entry.name} ${option}`];
            if (file === undefined) throw new Error(`${section} ${entry.name} ${option} is empty`);
            return [option, file];
          }),
        ),
      ),
    ]);
    return printConfig(Object.fromEntries(filled));
  };
  const atBlank = (text: string) => text.replaceAll(agents.root('alpha'), agents.root('blank'));

  it('goes to an agent that knows nothing, whose export is then the same', async () => {
    const [alpha, blank] = [agents.agent('alpha'), agents.agent('blank')];
    const text = await exported(alpha);
    const document = parseConfig(text, 'the export');
    const sizes = Object.entries(document).map(([section, { length }]) => [section, length]);
    expect(Object.fromEntries(sizes)).to.deep.equal({
      ...SETUP_SIZES,
      'certificates.settings': 1,
      'throttling.settings': 1,
    });
    const applied = await apply(blank, fill(atBlank(text)));
    expect(applied).to.have.length(sizes.reduce((sum, [, length]) => sum + Number(length), 0));
    expect(await exported(blank)).to.equal(atBlank(text));
  });

  it('is left as it is when it is applied again, there and where it came from', async () => {
    const [alpha, blank] = [agents.agent('alpha'), agents.agent('blank')];
    const text = await exported(alpha);
    for (const [agent, own] of [
      [blank, fill(atBlank(text))],
      [blank, atBlank(text)],
      [alpha, text],
    ] as const) {
      expect(await apply(agent, own, '--prune')).to.deep.equal([]);
    }
    await blank.kill('SIGTERM');
    await blank.start();
    expect(await exported(blank)).to.equal(atBlank(text));
    expect(await exported(alpha)).to.equal(text);
  });

  it('brings a later change of it, and nothing else', async () => {
    const [alpha, blank] = [agents.agent('alpha'), agents.agent('blank')];
    const change = ['policies', 'modify', 'push', '--recurrence=0 5 * * *', '--priority=HIGH'];
    expect((await dm(alpha, ...change)).code).to.equal(0);
    const text = await exported(alpha);
    expect(await apply(blank, atBlank(text))).to.deep.equal([
      `dm policies modify push --priority=HIGH '--recurrence=0 5 * * *'`,
    ]);
    expect(await exported(blank)).to.equal(atBlank(text));
  });
});
