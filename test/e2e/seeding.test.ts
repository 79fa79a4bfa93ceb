import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { TestAgents } from '../support/e2e-agents.js';
import { dmJson } from '../support/e2e-dm.js';
import {
  copyOnce,
  createPolicy,
  creation,
  type DatasetView,
  type JobView,
  mustRun,
  repeatCopy,
  runPolicy,
} from '../support/e2e-policies.js';
import { noise, patch } from '../support/e2e-trees.js';
import { differences } from '../support/walker.js';

const MIB = 1_048_576;
/** What one changed byte of a large file and a small new file may cost. */
const SMALL = 200_000;

describe('a peer that is seeded by a directory carried over', function () {
  this.timeout(120_000);
  let agents: TestAgents;
  const disk = (on: string, path: string) => {
    const words = ['accounts', 'create', 'DIRECTORY', '--name=disk', `--uri=file://${path}`];
    return dmJson(agents.agent(on), ...words);
  };
  const data = () => agents.root('site', 'data');
  const expectIncrement = ({ type, statistics }: JobView) => {
    expect(type).to.equal('DATASET_INCREMENTAL_COPY_JOB');
    expect(statistics.bytes_sent).to.be.within(1, SMALL);
    expect(statistics.full_copies).to.equal(0);
  };

  before('back the tree up, and carry the directory over', async () => {
    agents = await TestAgents.open({ agents: [{ name: 'site' }, { name: 'far' }] });
    const site = agents.agent('site');
    const [shelf, carried] = [agents.scratch('shelf'), agents.scratch('carried')];
    mkdirSync(shelf);
    mkdirSync(join(data(), 'docs'), { recursive: true });
    writeFileSync(join(data(), 'large'), noise(8 * MIB, 1));
    writeFileSync(join(data(), 'docs', 'one'), 'one');
    await disk('site', shelf);
    const backup = await createPolicy(site, 'REPEAT_COPY', {
      ...repeatCopy({ account: 'local', path: data() }, { account: 'disk', path: 'seed' }),
      'repeat-copy-base-target-dataset-type': 'FILE_ON_OBJECT_BACKUP',
    });
    await mustRun(site, await createPolicy(site, 'CREATION', creation('local', data())));
    await mustRun(site, backup);
    cpSync(shelf, carried, { recursive: true });
    rmSync(shelf, { recursive: true });
    await disk('far', carried);
  });
  after(() => agents?.[Symbol.asyncDispose]());

  const seed = { account: 'disk', path: 'seed' };
  for (const [how, restore] of [
    [
      'COPY',
      async (path: string) => {
        const far = agents.agent('far');
        const [there] = await dmJson<DatasetView[]>(far, 'datasets', 'list', '--account-id=disk');
        const to = { account: 'local', path };
        return createPolicy(far, 'COPY', copyOnce(there?.id ?? 0, seed, to));
      },
    ],
    [
      'REPEAT_COPY',
      (path: string) =>
        createPolicy(
          agents.agent('far'),
          'REPEAT_COPY',
          repeatCopy(seed, { account: 'local', path }),
        ),
    ],
  ] as const) {
    it(`takes differences only, when it was restored there by a ${how}`, async () => {
      const [site, far] = [agents.agent('site'), agents.agent('far')];
      const path = agents.root('far', how);
      await mustRun(far, await restore(path));
      patch(join(data(), 'large'), 3 * MIB + 100, noise(1, how.length));
      writeFileSync(join(data(), 'docs', how), 'after the seed');
      const make = await createPolicy(site, 'CREATION', creation('local', data()));
      await mustRun(site, make);
      const push = await createPolicy(
        site,
        'REPEAT_COPY',
        repeatCopy({ account: 'local', path: data() }, { account: 'far', path }),
      );
      const refused = await runPolicy(site, push);
      expect(refused.job?.error_code).to.equal('target_owned');
      const flag = '--repeat-copy-reconnect=true';
      await dmJson(site, 'policies', 'modify', String(push), flag);
      expectIncrement(await mustRun(site, push));
      expect(differences(data(), path)).to.deep.equal([]);
      await dmJson(site, 'policies', 'modify', String(push), flag.replace('true', 'false'));
      patch(join(data(), 'large'), 5 * MIB + 100, noise(1, how.length));
      await mustRun(site, make);
      expectIncrement(await mustRun(site, push));
      expect(differences(data(), path)).to.deep.equal([]);
    });
  }
});
