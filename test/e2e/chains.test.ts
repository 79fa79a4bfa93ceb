import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { TestAgents } from '../support/e2e-agents.js';
import { dmJson } from '../support/e2e-dm.js';
import {
  createPolicy,
  creation,
  flagWords,
  type JobView,
  mustRun,
  type Place,
  repeatCopy,
  runPolicy,
} from '../support/e2e-policies.js';
import { noise, patch } from '../support/e2e-trees.js';
import { differences } from '../support/walker.js';

const MIB = 1_048_576;
/** What one changed byte of a large file and a small new file may cost. */
const SMALL = 200_000;

describe('a chain over three agents', function () {
  this.timeout(120_000);
  let agents: TestAgents;
  before(async () => {
    const names = ['first', 'second', 'third'];
    agents = await TestAgents.open({ agents: names.map((name) => ({ name })) });
    mkdirSync(agents.root('first', 'tree'));
    writeFileSync(agents.root('first', 'tree', 'large'), noise(8 * MIB, 1));
  });
  after(() => agents?.[Symbol.asyncDispose]());

  it('lets the third pull from the second, from the first, and back, without a baseline', async () => {
    const [first, third] = [agents.agent('first'), agents.agent('third')];
    const origin = agents.root('first', 'tree');
    const a = { account: 'first', path: origin };
    const b = { account: 'second', path: agents.root('second', 'copy') };
    const c = { account: 'local', path: agents.root('third', 'copy') };
    const make = await createPolicy(first, 'CREATION', creation('local', origin));
    const push = await createPolicy(
      first,
      'REPEAT_COPY',
      repeatCopy({ ...a, account: 'local' }, b),
    );
    const pull = await createPolicy(third, 'REPEAT_COPY', repeatCopy(b, c));
    let rounds = 0;
    const change = async (): Promise<void> => {
      rounds++;
      patch(join(origin, 'large'), rounds * MIB + 100, noise(1, rounds));
      writeFileSync(join(origin, `new-${rounds}`), 'new');
      await mustRun(first, make);
    };
    const takeFrom = async ({ account, path }: Place): Promise<void> => {
      const flags = {
        'repeat-copy-base-source-account-id': account,
        'repeat-copy-source-base-path': path,
      };
      await dmJson(third, 'policies', 'modify', String(pull), ...flagWords(flags));
    };
    const expectIncrement = ({ type, statistics }: JobView) => {
      expect(type).to.equal('DATASET_INCREMENTAL_COPY_JOB');
      expect(statistics.bytes_changed).to.be.within(1, SMALL);
      expect(statistics.bytes_sent).to.be.within(1, SMALL);
      expect(statistics.full_copies).to.equal(0);
      expect(differences(origin, c.path)).to.deep.equal([]);
    };

    await change();
    await mustRun(first, push);
    const whole = await mustRun(third, pull);
    expect(whole.type).to.equal('DATASET_BASELINE_COPY_JOB');
    expect(whole.statistics.bytes_sent).to.be.greaterThan(8 * MIB);
    await change();
    await mustRun(first, push);
    expectIncrement(await mustRun(third, pull));

    await takeFrom(a);
    await change();
    await mustRun(first, push);
    expectIncrement(await mustRun(third, pull));
    await takeFrom(b);
    await change();
    await mustRun(first, push);
    expectIncrement(await mustRun(third, pull));

    // The second is away, and never gets what the third takes from the first meanwhile.
    await agents.agent('second').kill();
    await takeFrom(a);
    await change();
    expectIncrement(await mustRun(third, pull));
    await agents.agent('second').start();
    await takeFrom(b);
    await change();
    await mustRun(first, push);
    expect((await runPolicy(third, pull)).job?.error_code).to.equal('diverged');
    const back = '--repeat-copy-reconnect=true';
    await dmJson(third, 'policies', 'modify', String(pull), back);
    expectIncrement(await mustRun(third, pull));
  });
});
