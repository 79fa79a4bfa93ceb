import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import type { AgentProcess } from '../support/agent-process.js';
import { TestAgents } from '../support/e2e-agents.js';
import { dmJson } from '../support/e2e-dm.js';
import { CopyPair, hasEnded, mustRun, viewJob } from '../support/e2e-policies.js';
import { noise } from '../support/e2e-trees.js';
import { until } from '../support/e2e-until.js';
import { TempDirectory } from '../support/temp-directory.js';
import { differences } from '../support/walker.js';

const MIB = 1_048_576;
const FILES = 12;
/** Bytes a second: half a minute for the tree, and no time at all. */
const SLOW = 400_000;
const FAST = 400_000_000;
const DAY_MS = 86_400_000;
const PRELOAD = new URL('../support/shifted-clock.js', import.meta.url).href;

/** The clock of the sending host is set while a copy travels; that of the receiving one is not. */
describe('a host whose clock jumps while it sends to a peer', function () {
  this.timeout(120_000);
  const directory = new TempDirectory();
  const shiftFile = directory.join('shift');
  let agents: TestAgents;
  let here: AgentProcess;
  let pair: CopyPair;
  let rule = 0;
  const tree = () => agents.root('here', 'tree');
  const copied = () => agents.root('there', 'copy');
  const jump = (ms: number) => writeFileSync(shiftFile, String(ms));

  before(async () => {
    jump(0);
    const launcher = ['env', `NODE_OPTIONS=--import=${PRELOAD}`, `SHIFTED_CLOCK_FILE=${shiftFile}`];
    agents = await TestAgents.open({ agents: [{ name: 'here', launcher }, { name: 'there' }] });
    here = agents.agent('here');
    mkdirSync(tree());
    const slow = ['throttling', 'bw-rules', 'create', 'NETMASK', '--netmask=127.0.0.0/8'];
    rule = (await dmJson<{ id: number }>(here, ...slow, `--bw-limit=${SLOW}`)).id;
    pair = await CopyPair.create(
      here,
      { account: 'local', path: tree() },
      { account: 'there', path: copied() },
    );
  });
  after(async () => {
    await agents?.[Symbol.asyncDispose]();
    directory[Symbol.dispose]();
  });

  const limit = (rate: number) =>
    dmJson(here, 'throttling', 'bw-rules', 'modify', String(rule), `--bw-limit=${rate}`);

  for (const [round, [what, ms, told]] of (
    [
      ['ten years ahead', 3_652 * DAY_MS, /"CN=there": expired at .*, and it is 203\d-.* here; /],
      [
        'a day back',
        -DAY_MS,
        /"CN=there": is valid from .* on, and it is .* here; check the clocks/,
      ],
    ] as const
  ).entries()) {
    it(`${what}, where certificates are not valid, says so, and goes on when it is right`, async () => {
      for (let file = 0; file < FILES; file++) {
        writeFileSync(join(tree(), `f${file}`), noise(MIB, round * FILES + file));
      }
      await mustRun(here, pair.creation);
      await limit(SLOW);
      const run = await dmJson<{ job_id: number }>(here, 'policies', 'run', String(pair.copy));
      const job = () => viewJob(here, run.job_id);
      await until('some was sent', async () => (await job()).statistics.bytes_sent > MIB);
      jump(ms);
      // A certificate that is not valid any more ends what it carries within ten seconds.
      await until('the copy has ended', async () => hasEnded(await job()));
      expect(await job()).to.deep.include({ state: 'failed', error_code: 'peer_untrusted' });
      expect((await job()).error_message).to.match(told);
      jump(0);
      await limit(FAST);
      const again = await mustRun(here, pair.copy);
      expect(again.statistics.bytes_sent).to.be.below(FILES * MIB);
      expect(differences(tree(), copied())).to.deep.equal([]);
    });
  }
});
