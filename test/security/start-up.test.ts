import {
  chmodSync,
  chownSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { expect } from 'chai';
import { nodeFlaws } from '../../src/rpc/node-flaws.js';
import { AgentProcess } from '../support/agent-process.js';
import { TestAgents } from '../support/e2e-agents.js';
import { withstands } from './withstands.js';

/** Beside an agent that was started well, which has nothing to do with it. */
describe('an agent that is started unsafely', function () {
  this.timeout(120_000);
  let agents: TestAgents;

  before('start another one', async () => {
    agents = await TestAgents.open({ agents: [{ name: 'neighbour' }], accounts: false });
  });
  after('stop it', () => agents?.[Symbol.asyncDispose]());
  withstands({ agents: () => agents, name: 'neighbour' });

  it('45: flaws of Node are told in the log, and nothing is warned of without one', () => {
    const log = readFileSync(agents.agent('neighbour').options.logFile, 'utf8');
    const { node, nghttp2 = '' } = process.versions;
    const warnings = log.split('\n').filter((line) => line.includes('"level":40'));
    const flaws = nodeFlaws({ node, nghttp2 });
    expect(warnings.map((line) => JSON.parse(line).msg)).to.deep.equal(flaws);
  });

  it('17, 65: a state directory that others can read, or that is a link, stops the start', async () => {
    const root = agents.scratch('root');
    const stateDir = agents.scratch('state');
    mkdirSync(root);
    mkdirSync(stateDir, { mode: 0o700 });
    writeFileSync(`${root}/file`, 'x');
    const start = () =>
      AgentProcess.start({
        name: 'unsafe',
        stateDir,
        roots: [root],
        logFile: agents.scratch('log'),
      });
    const elsewhere = agents.scratch('elsewhere');
    const unsafe: readonly (readonly [string, () => void])[] = [
      ['read by all', () => chmodSync(stateDir, 0o755)],
      ['read by the group', () => chmodSync(stateDir, 0o750)],
      [
        'of another user',
        () => {
          chmodSync(stateDir, 0o700);
          chownSync(stateDir, 4_711, 4_711);
        },
      ],
      [
        'a link',
        () => {
          chownSync(stateDir, 0, 0);
          renameSync(stateDir, elsewhere);
          chmodSync(elsewhere, 0o777);
          symlinkSync(elsewhere, stateDir);
        },
      ],
    ];
    for (const [what, make] of unsafe) {
      make();
      let refusal = '';
      const agent = await start().catch((error: Error) => {
        refusal = error.message;
        return null;
      });
      await agent?.kill();
      expect(agent, what).to.equal(null);
      // What the agent wrote to its log before it ended.
      expect(refusal, what).to.match(/unsafe_permissions/);
      expect(refusal, what).to.contain(stateDir);
      expect(readdirSync(what === 'a link' ? elsewhere : stateDir), what).to.deep.equal([]);
      expect(readdirSync(root), what).to.deep.equal(['file']);
    }
  });
});
