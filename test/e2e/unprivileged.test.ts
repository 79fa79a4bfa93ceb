import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { parseEscaped } from '../../src/util/escape.js';
import { childPath } from '../support/child-path.js';
import { TestAgents } from '../support/e2e-agents.js';
import { dmJson } from '../support/e2e-dm.js';
import { CopyPair, mustRun, runPolicy } from '../support/e2e-policies.js';
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

  it('keeps what it may, lists by path what it may not, and does so again', async () => {
    const source = agents.root('root', 'tree');
    const target = agents.root('nobody', 'copy');
    mkdirSync(source);
    await makeOddTree(source);
    const agent = agents.agent('root');
    const pair = await CopyPair.create(
      agent,
      { account: 'local', path: source },
      { account: 'nobody', path: target },
    );
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
