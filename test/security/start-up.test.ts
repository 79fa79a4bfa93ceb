import { chmodSync, chownSync, mkdirSync, renameSync, symlinkSync } from 'node:fs';
import { expect } from 'chai';
import { AgentProcess } from '../support/agent-process.js';
import { TempDirectory } from '../support/temp-directory.js';

describe('an agent that is started unsafely', function () {
  this.timeout(120_000);

  it('17, 65: a state directory that others can read, or that is a link, stops the start', async () => {
    using directory = new TempDirectory();
    const root = directory.join('root');
    mkdirSync(root);
    const stateDir = directory.join('state');
    const start = () =>
      AgentProcess.start({
        name: 'unsafe',
        stateDir,
        roots: [root],
        logFile: directory.join('log'),
      });
    mkdirSync(stateDir, { mode: 0o700 });
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
          renameSync(stateDir, directory.join('elsewhere'));
          chmodSync(directory.join('elsewhere'), 0o777);
          symlinkSync(directory.join('elsewhere'), stateDir);
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
      expect(refusal, what).to.match(/state/);
    }
  });
});
