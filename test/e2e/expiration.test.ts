import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import type { AgentProcess } from '../support/agent-process.js';
import { TestAgents } from '../support/e2e-agents.js';
import { dm, dmJson } from '../support/e2e-dm.js';
import {
  createPolicy,
  creation,
  type JobView,
  listDatasets,
  mustRun,
  repeatCopy,
  runPolicy,
} from '../support/e2e-policies.js';
import { noise, patch } from '../support/e2e-trees.js';
import { until } from '../support/e2e-until.js';
import { differences } from '../support/walker.js';

const MIB = 1_048_576;
const EVERY_RIGHT = '--peer-access=read,create,write,expire,privileged';

interface ExpirationJob extends JobView {
  readonly expiration: {
    readonly expired_total: number;
    readonly freed_bytes: number;
    readonly expired: readonly { readonly id: number; readonly dataset_base_path: string }[];
    readonly locked_total: number;
    readonly locked: readonly { readonly id: number; readonly locked_by: readonly string[] }[];
  };
}

/** Runs a policy that finishes whole. */
async function expire(agent: AgentProcess, policy: number): Promise<ExpirationJob['expiration']> {
  return ((await mustRun(agent, policy)) as ExpirationJob).expiration;
}

const expiration = (account: string) => ({ 'expiration-account-id': account });

describe('EXPIRATION policies', function () {
  this.timeout(120_000);
  let agents: TestAgents;
  let tree = '';
  let make = 0;
  let edits = 0;

  before('start agents', async () => {
    agents = await TestAgents.open({
      agents: [{ name: 'keeper' }, { name: 'open', extra: [EVERY_RIGHT] }],
    });
    tree = agents.root('keeper', 'tree');
    mkdirSync(tree);
    writeFileSync(join(tree, 'steady'), noise(MIB, 1));
    make = await createPolicy(agents.agent('keeper'), 'CREATION', {
      ...creation('local', tree),
      'creation-dataset-retention-period': 0,
      'creation-dataset-reserve': 2,
    });
  });
  after('stop the agents', () => agents?.[Symbol.asyncDispose]());

  const edit = () => writeFileSync(join(tree, 'busy'), noise(MIB, 100 + edits++));
  const makeOne = async () => {
    edit();
    await mustRun(agents.agent('keeper'), make);
  };
  const kept = async (path: string, account = 'local') =>
    (await listDatasets(agents.agent('keeper'), path, account)).map(({ id }) => id);

  it('remove what is over, free its room, and leave the newest whole', async () => {
    const keeper = agents.agent('keeper');
    for (let count = 0; count < 4; count++) await makeOne();
    const all = await kept(tree);
    const cleanup = await createPolicy(keeper, 'EXPIRATION', expiration('local'));
    const { expired, expired_total, freed_bytes, locked_total } = await expire(keeper, cleanup);
    expect(expired.map(({ id }) => id)).to.deep.equal(all.slice(0, 2));
    expect(expired[0]?.dataset_base_path).to.equal(tree);
    expect([expired_total, locked_total]).to.deep.equal([2, 0]);
    expect(freed_bytes).to.be.within(2 * MIB, 2.2 * MIB);
    expect(await kept(tree)).to.deep.equal(all.slice(2));
    for (const id of all.slice(2)) await dmJson(keeper, 'datasets', 'verify', String(id));
    expect((await expire(keeper, cleanup)).expired_total).to.equal(0);
    // Their period is over; people are told why they are there, scripts when it was.
    const listed = await dm(keeper, 'datasets', 'list', `--base-path=${tree}`);
    expect(listed.stdout.match(/kept \(reserve\)/g)).to.have.length(2);
    for (const { expires_at } of await dmJson<{ expires_at: string }[]>(
      keeper,
      ...['datasets', 'list', `--base-path=${tree}`],
    )) {
      expect(Date.parse(expires_at)).to.be.at.most(Date.now());
    }
  });

  it('remove backups from an object account', async () => {
    const keeper = agents.agent('keeper');
    const store = agents.scratch('store');
    mkdirSync(store);
    await dmJson(
      keeper,
      ...['accounts', 'create', 'DIRECTORY', '--name=disk', `--uri=file://${store}`],
    );
    const backup = await createPolicy(keeper, 'REPEAT_COPY', {
      ...repeatCopy({ account: 'local', path: tree }, { account: 'disk', path: '/backup' }),
      'repeat-copy-base-target-dataset-type': 'FILE_ON_OBJECT_BACKUP',
      'repeat-copy-base-dataset-retention-period': 0,
      'repeat-copy-base-dataset-reserve': 1,
    });
    for (let count = 0; count < 3; count++) {
      await makeOne();
      await mustRun(keeper, backup);
    }
    const cleanup = await createPolicy(keeper, 'EXPIRATION', expiration('disk'));
    expect((await expire(keeper, cleanup)).expired_total).to.equal(2);
    const [last] = await kept('/backup', 'disk');
    await dmJson(keeper, 'datasets', 'verify', String(last), '--account-id=disk');
  });

  it('remove datasets of a peer that allows it, and are refused by others', async () => {
    const keeper = agents.agent('keeper');
    const there = agents.root('open', 'tree');
    mkdirSync(there);
    const remote = await createPolicy(keeper, 'CREATION', {
      ...creation('open', there),
      'creation-dataset-retention-period': 0,
    });
    await mustRun(keeper, remote);
    expect(await kept(there, 'open')).to.have.length(1);
    const cleanup = await createPolicy(keeper, 'EXPIRATION', expiration('open'));
    expect((await expire(keeper, cleanup)).expired_total).to.equal(1);
    expect(await kept(there, 'open')).to.deep.equal([]);
    const back = await createPolicy(agents.agent('open'), 'EXPIRATION', expiration('keeper'));
    const { code, job } = await runPolicy(agents.agent('open'), back);
    expect([code, job?.error_code]).to.deep.equal([1, 'refused']);
  });

  it('leave what the next increment starts from, until it is unlocked', async () => {
    const keeper = agents.agent('keeper');
    const path = agents.root('keeper', 'chained');
    mkdirSync(path);
    writeFileSync(join(path, 'file'), 'one');
    const keepNone = { 'creation-dataset-retention-period': 0 };
    const remake = await createPolicy(keeper, 'CREATION', {
      ...creation('local', path),
      ...keepNone,
    });
    const copy = agents.root('open', 'chained');
    const push = await createPolicy(keeper, 'REPEAT_COPY', {
      ...repeatCopy({ account: 'local', path }, { account: 'open', path: copy }),
      'repeat-copy-base-dataset-retention-period': 0,
    });
    await mustRun(keeper, remake);
    await mustRun(keeper, push);
    const [base] = await listDatasets(keeper, path);
    writeFileSync(join(path, 'file'), 'two');
    await mustRun(keeper, remake);
    await mustRun(keeper, remake);
    const cleanup = await createPolicy(keeper, 'EXPIRATION', expiration('local'));
    const { locked } = await expire(keeper, cleanup);
    const ours = locked.filter(({ id }) => id === base?.id);
    expect(ours[0]?.locked_by[0]).to.match(new RegExp(`^policy ${push} `));
    expect(await kept(path)).to.deep.equal([base?.id]);
    const there = async () => (await kept(copy, 'open')).length;
    const cleanupThere = await createPolicy(keeper, 'EXPIRATION', expiration('open'));
    expect((await expire(keeper, cleanupThere)).locked[0]?.locked_by[0]).to.match(
      new RegExp(`^peer spki:[0-9a-f]{64} policy-${push}-target$`),
    );
    expect(await there()).to.equal(1);
    const { unlocked, locked_by } = await dmJson<{ unlocked: string[]; locked_by: string[] }>(
      keeper,
      ...['datasets', 'unlock', String(base?.id)],
    );
    expect([unlocked, locked_by]).to.deep.equal([[`policy ${push}`], []]);
    await expire(keeper, cleanup);
    expect(await kept(path)).to.deep.equal([]);
    const [head] = await listDatasets(agents.agent('open'), copy);
    await dmJson(agents.agent('open'), 'datasets', 'unlock', String(head?.id));
    await expire(keeper, cleanupThere);
    expect(await there()).to.equal(0);
  });

  it('let go of what a policy needed at a peer when it is deleted, at once or when the peer is back', async () => {
    const [keeper, open] = [agents.agent('keeper'), agents.agent('open')];
    const path = agents.root('keeper', 'left');
    mkdirSync(path);
    writeFileSync(join(path, 'file'), 'one');
    const make = await createPolicy(keeper, 'CREATION', creation('local', path));
    await mustRun(keeper, make);
    const pushed = async (name: string) => {
      const copy = agents.root('open', name);
      const push = await createPolicy(
        keeper,
        'REPEAT_COPY',
        repeatCopy({ account: 'local', path }, { account: 'open', path: copy }),
      );
      await mustRun(keeper, push);
      const locks = async () => {
        const [dataset] = await listDatasets(open, copy);
        const view = ['datasets', 'view', String(dataset?.id)];
        return (await dmJson<{ locked_by: string[] }>(open, ...view)).locked_by.join();
      };
      expect(await locks()).to.match(new RegExp(`^peer spki:[0-9a-f]{64} policy-${push}-target$`));
      return { push, locks };
    };
    const first = await pushed('left-1');
    const second = await pushed('left-2');
    await keeper.ok('policies', 'delete', String(first.push));
    await until('the first lock is gone', async () => (await first.locks()) === '');
    await open.kill('SIGTERM');
    await keeper.ok('policies', 'delete', String(second.push));
    await open.start();
    expect(await second.locks()).to.not.equal('');
    // The next job wakes those who have something to tell.
    await until('the second lock is gone', async () => {
      await mustRun(keeper, make);
      return (await second.locks()) === '';
    });
  });

  it('are not needed for what peers sent here: it goes by itself, and its retention stays', async () => {
    const keeper = agents.agent('keeper');
    const copy = agents.root('open', 'sent');
    const push = await createPolicy(keeper, 'REPEAT_COPY', {
      ...repeatCopy({ account: 'local', path: tree }, { account: 'open', path: copy }),
      'repeat-copy-base-dataset-retention-period': 0,
      'repeat-copy-base-dataset-reserve': 1,
    });
    for (let count = 0; count < 2; count++) {
      await makeOne();
      await mustRun(keeper, push);
    }
    // Nothing new to copy: what is there keeps its reserve.
    await dmJson(
      keeper,
      ...['policies', 'modify', String(push), '--repeat-copy-base-dataset-reserve=0'],
    );
    await mustRun(keeper, push);
    const before = await kept(copy, 'open');
    const receiver = agents.agent('open');
    await receiver.kill('SIGTERM');
    await receiver.start();
    await until('the older one has gone', async () => {
      const now = await listDatasets(receiver, copy);
      return now.length === 1 && now[0]?.id === before[1];
    });
    const [last] = await listDatasets(receiver, copy);
    expect(last).to.include({ dataset_reserve: 1 });
  });

  for (const [how, puller] of [
    ['pushed', 'keeper'],
    ['pulled', 'open'],
  ] as const) {
    it(`leave bookmarks, so that a lost base costs no baseline when it is ${how}`, async () => {
      const [keeper, worker] = [agents.agent('keeper'), agents.agent(puller)];
      const path = agents.root('keeper', how);
      const copy = agents.root('open', how);
      mkdirSync(path);
      const large = join(path, 'large');
      writeFileSync(large, noise(8 * MIB, 7));
      writeFileSync(join(path, 'same'), noise(2 * MIB, 8));
      const remake = await createPolicy(keeper, 'CREATION', creation('local', path));
      const from = { account: puller === 'keeper' ? 'local' : 'keeper', path };
      const to = { account: puller === 'keeper' ? 'open' : 'local', path: copy };
      const bring = await createPolicy(worker, 'REPEAT_COPY', repeatCopy(from, to));
      await mustRun(keeper, remake);
      await mustRun(worker, bring);
      const [base] = await listDatasets(keeper, path);
      patch(large, 3 * MIB, noise(5_000, 9));
      writeFileSync(join(path, 'new'), noise(1_000, 10));
      await mustRun(keeper, remake);
      expect((await dm(keeper, 'datasets', 'delete', String(base?.id))).code).to.equal(0);
      const { type, statistics } = await mustRun(worker, bring);
      expect(type).to.equal('DATASET_INCREMENTAL_COPY_JOB');
      // One leaf, or the two that the patch lies in, and what goes with them.
      expect(statistics.bytes_sent).to.be.within(65_536, 200_000);
      expect(differences(path, copy)).to.deep.equal([]);
    });
  }

  it('say what they clean up and are part of the chain that protect makes', async () => {
    const keeper = agents.agent('keeper');
    const { code } = await dm(keeper, 'accounts', 'delete', 'disk');
    expect(code).to.equal(1);
    const made = await dmJson<{ name: string; policy_type: string }[]>(
      keeper,
      ...['protect', tree, '--to=disk:/protected', '--every=1h', '--keep=3', '--name=all'],
    );
    expect(made.map(({ name }) => name)).to.deep.equal([
      'all-make',
      'all-copy',
      'all-expire',
      'all-expire-copies',
    ]);
  });
});
