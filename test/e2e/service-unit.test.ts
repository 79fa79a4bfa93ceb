import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { expect } from 'chai';
import { TestAgents } from '../support/e2e-agents.js';
import { createPolicy, creation, mustRun, repeatCopy } from '../support/e2e-policies.js';
import { makeOddTree } from '../support/e2e-trees.js';
import { until } from '../support/e2e-until.js';
import { withFilesystem } from '../support/filesystems.js';
import { ServiceUnit } from '../support/service-unit.js';
import { TempDirectory } from '../support/temp-directory.js';
import { differences } from '../support/walker.js';

describe('an agent with the rights that its systemd unit leaves', function () {
  this.timeout(180_000);
  const filesystem = withFilesystem('btrfs', 512);
  let unit: ServiceUnit;
  const directory = new TempDirectory();
  const calls = directory.join('calls');
  let agents: TestAgents;

  before('start it, and one that may do anything', async function () {
    if (spawnSync('strace', ['-V']).error !== undefined) {
      process.stderr.write('skipped: the agent of the unit is not watched: strace is not here\n');
      this.skip();
    }
    unit = ServiceUnit.read();
    // The tracer is a child of the agent, which keeps its number.
    const launcher = ['strace', '-D', '-f', '-c', '-o', calls, ...unit.launcher()];
    agents = await TestAgents.open({
      data: filesystem().path,
      agents: [{ name: 'unit', launcher, extra: ['--http=0'] }, { name: 'free' }],
    });
  });
  after('stop them', async () => {
    await agents?.[Symbol.asyncDispose]();
    directory[Symbol.dispose]();
  });

  it('captures, sends and receives everything there is', async () => {
    const agent = agents.agent('unit');
    const [tree, back] = [agents.root('unit', 'tree'), agents.root('unit', 'back')];
    execFileSync('btrfs', ['-q', 'subvolume', 'create', tree]);
    await makeOddTree(tree);
    const there = { account: 'free', path: agents.root('free', 'copy') };
    const here = { account: 'local', path: tree };
    await mustRun(agent, await createPolicy(agent, 'CREATION', creation('local', tree)));
    for (const [from, to] of [
      [here, there],
      [there, { account: 'local', path: back }],
    ] as const) {
      await mustRun(agent, await createPolicy(agent, 'REPEAT_COPY', repeatCopy(from, to)));
    }
    expect(differences(tree, there.path)).to.deep.equal([]);
    expect(differences(tree, back)).to.deep.equal([]);
  });

  it('makes no system call that the unit forbids', async function () {
    if (spawnSync('systemd-analyze', ['--version']).error !== undefined) {
      process.stderr.write(
        'skipped: what the unit forbids is not known: systemd-analyze is not here\n',
      );
      this.skip();
    }
    await agents.agent('unit').kill('SIGTERM');
    await until('they were counted', () => existsSync(calls) && statSync(calls).size > 0);
    const made = [...readFileSync(calls, 'utf8').matchAll(/^ *\d[\d.]* .* (\w+)$/gm)]
      .map(([, name = '']) => name)
      .filter((name) => name !== 'total');
    expect(made).to.include.members(['execve', 'mknodat', 'ioctl', 'fsync']);
    const allowed = allowedCalls(unit.words('Service.SystemCallFilter'));
    expect(made.filter((name) => !allowed.has(name))).to.deep.equal([]);
  });
});

/** The system calls of a list in which sets of systemd may stand. */
function allowedCalls(list: readonly string[]): ReadonlySet<string> {
  const sets = new Map<string, string[]>();
  const text = execFileSync('systemd-analyze', ['syscall-filter'], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  let members: string[] = [];
  for (const line of text.split('\n')) {
    const [, set, member] = /^(?:# )?(@\S+)$|^ {4}([@\w]\S*)$/.exec(line) ?? [];
    if (set !== undefined) {
      members = [];
      sets.set(set, members);
    } else if (member !== undefined) members.push(member);
  }
  const calls = new Set<string>();
  const add = (names: readonly string[]): void => {
    for (const name of names) {
      if (name.startsWith('@')) add(sets.get(name) ?? []);
      else calls.add(name);
    }
  };
  add(list);
  return calls;
}
