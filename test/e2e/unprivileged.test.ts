import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { parseEscaped } from '../../src/util/escape.js';
import { childPath } from '../support/child-path.js';
import { TestAgents } from '../support/e2e-agents.js';
import { dm, dmJson } from '../support/e2e-dm.js';
import { CopyPair, listDatasets, mustRun, runPolicy } from '../support/e2e-policies.js';
import { makeOddTree } from '../support/e2e-trees.js';
import { compareTrees } from '../support/walker.js';

/**
 * A user without rights, who may only read what is on the way to the program. The
 * launcher gives him what the agent must own.
 */
const AS_NOBODY = [
  'bash',
  '-c',
  `for word; do case $word in --state-dir=*|--root=*)
     chown 65534:65534 "\${word#*=}"; chmod o+x "$(dirname "\${word#*=}")" "$(dirname "$(dirname "\${word#*=}")")";;
   esac; done
   exec setpriv --reuid=65534 --regid=65534 --clear-groups --inh-caps=-all,+dac_read_search --ambient-caps=-all,+dac_read_search \\
     --bounding-set=-all,+dac_read_search "$@"`,
  'as-nobody',
];

describe('an agent that does not run as root', function () {
  this.timeout(120_000);
  let agents: TestAgents;
  before('start agents', async () => {
    agents = await TestAgents.open({
      agents: [{ name: 'root' }, { name: 'nobody', launcher: AS_NOBODY }],
    });
  });
  after('stop the agents', () => agents?.[Symbol.asyncDispose]());

  const toNobody = (source: string, target: string) =>
    CopyPair.create(
      agents.agent('root'),
      { account: 'local', path: source },
      { account: 'nobody', path: target },
    );

  it('keeps what it may, lists by path what it may not, and does so again', async () => {
    const source = agents.root('root', 'tree');
    const target = agents.root('nobody', 'copy');
    mkdirSync(source);
    await makeOddTree(source);
    const agent = agents.agent('root');
    const pair = await toNobody(source, target);
    await mustRun(agent, pair.creation);
    const { code, job } = await runPolicy(agent, pair.copy);
    expect(code).to.equal(6);
    expect(job).to.include({ state: 'finished', partial: true });
    const told = await dmJson<{ path: string; code: string }[]>(
      agent,
      ...['jobs', 'failures', String(job?.id)],
    );
    const paths = new Set(told.map(({ path }) => bytesOf(path)));
    for (const path of ['special/char', 'special/block', 'metadata/capable', 'metadata/setuid']) {
      expect([...paths]).to.include(path);
    }
    for (const { path, code } of told.filter((one) => /^special\/(char|block)$/.test(one.path))) {
      expect(code, path).to.equal('refused');
    }
    const lost = [...compareTrees(source, target)];
    expect(lost).to.not.have.length(0);
    for (const { path, what } of lost) {
      expect(what, path).to.be.oneOf(['missing', 'owner', 'mode', 'xattrs']);
      const name = path === '.' ? '' : bytesOf(path);
      const isTold = paths.has(name) || namesOfInode(source, name).some((one) => paths.has(one));
      expect(isTold, `${what} of ${path} is told`).to.equal(true);
    }
  });

  it('says of a restore that it lacks owners, groups and modes', async () => {
    const source = agents.root('root', 'theirs');
    const target = agents.root('nobody', 'received');
    mkdirSync(source);
    writeFileSync(join(source, 'read'), 'for all\n', { mode: 0o644 });
    writeFileSync(join(source, 'shared'), 'for one more\n', { mode: 0o600 });
    execFileSync('setfacl', ['-m', 'u:12345:r', join(source, 'shared')]);
    const agent = agents.agent('root');
    const pair = await toNobody(source, target);
    await mustRun(agent, pair.creation);
    await runPolicy(agent, pair.copy);
    // Nor does a later change of the mode give a file to others whose owner it does not have.
    chmodSync(join(source, 'read'), 0o640);
    await mustRun(agent, pair.creation);
    expect((await runPolicy(agent, pair.copy)).code).to.equal(6);
    expect(statSync(join(target, 'read')).mode & 0o7777).to.equal(0o600);
    chmodSync(join(source, 'read'), 0o644);
    await mustRun(agent, pair.creation);
    await runPolicy(agent, pair.copy);
    const nobody = agents.agent('nobody');
    const dataset = (await listDatasets(nobody, target)).at(-1);
    const to = agents.root('nobody', 'restored');
    const words = ['restore', 'local', String(dataset?.id), `--to=${to}`];
    const { code, stdout } = await dm(nobody, ...words, '--format=json');
    expect(code).to.equal(6);
    const job = JSON.parse(stdout) as { id: number; state: string; partial: boolean };
    expect(job).to.include({ state: 'finished', partial: true });
    const told = await dmJson<{ path: string; message: string }[]>(
      nobody,
      ...['jobs', 'failures', String(job.id)],
    );
    const owner = told.find(({ path, message }) => path === 'read' && message.includes('give it'));
    expect(owner?.message).to.contain('mode is 0600 instead of 0644');
    for (const name of ['read', 'shared']) {
      expect(statSync(join(to, name)).mode & 0o7777, name).to.equal(0o600);
    }
    const acl = told.filter(({ path, message }) => path === 'shared' && message.includes('acl'));
    expect(acl).to.have.length(1);
    // Whoever leaves them out on purpose misses nothing.
    const plain = await dm(nobody, ...words.slice(0, 3), `--to=${to}-plain`, '--no-metadata');
    expect(plain.code, plain.stderr).to.equal(0);
  });
});

/** The walker and the program escape different bytes. */
function bytesOf(path: string): string {
  return parseEscaped(path).toString('latin1');
}

/** An inode of several names is told by one of them. */
function namesOfInode(root: string, name: string): string[] {
  const path = childPath(Buffer.from(join(root, name), 'latin1'));
  const script = `find ${root} -inum "$(stat -c %i -- ${path})" -printf "%P\\n"`;
  return execFileSync('bash', ['-c', script], { encoding: 'latin1' }).split('\n');
}
