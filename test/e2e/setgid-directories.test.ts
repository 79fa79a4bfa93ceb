import { chmodSync, chownSync, lchownSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { TestAgents } from '../support/e2e-agents.js';
import { createPolicy, creation, mustRun, repeatCopy } from '../support/e2e-policies.js';
import { differences } from '../support/walker.js';

const GROUP = 1_234;

/** What is made in such a directory has its group at first, whoever makes it. */
describe('directories that give their group to what is made in them', () => {
  it('have entries of other groups in a first copy and in an increment', async function () {
    // Others cannot give what they make to any group.
    if (process.getuid?.() !== 0) this.skip();
    await using agents = await TestAgents.open({ agents: [{ name: 'alpha' }, { name: 'beta' }] });
    const alpha = agents.agent('alpha');
    const source = agents.root('alpha', 'tree');
    const target = agents.root('beta', 'tree');
    const giving = join(source, 'giving');
    mkdirSync(giving, { recursive: true });
    chownSync(giving, 0, GROUP);
    chmodSync(giving, 0o2775);
    makeEntries(giving, 'first');
    const make = await createPolicy(alpha, 'CREATION', creation('local', source));
    const from = { account: 'local', path: source };
    const push = await createPolicy(
      alpha,
      'REPEAT_COPY',
      repeatCopy(from, { account: 'beta', path: target }),
    );
    for (const next of ['second', 'third']) {
      await mustRun(alpha, make);
      await mustRun(alpha, push);
      expect(differences(source, target)).to.deep.equal([]);
      makeEntries(giving, next);
    }
  });
});

function makeEntries(directory: string, name: string): void {
  for (const group of [0, GROUP]) {
    const entry = join(directory, `${name}-${group}`);
    writeFileSync(entry, name, { mode: 0o600 });
    chownSync(entry, 0, group);
    mkdirSync(`${entry}-directory`);
    chownSync(`${entry}-directory`, 0, group);
    chmodSync(`${entry}-directory`, 0o755);
    symlinkSync(name, `${entry}-link`);
    lchownSync(`${entry}-link`, 0, group);
  }
}
