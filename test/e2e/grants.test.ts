import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import type { AgentProcess } from '../support/agent-process.js';
import { DelayingProxy } from '../support/delaying-proxy.js';
import { TestAgents } from '../support/e2e-agents.js';
import { dm, dmJson } from '../support/e2e-dm.js';
import {
  createPolicy,
  creation,
  listDatasets,
  mustRun,
  repeatCopy,
  runPolicy,
} from '../support/e2e-policies.js';
import { noise } from '../support/e2e-trees.js';
import { until } from '../support/e2e-until.js';
import { differences } from '../support/walker.js';

interface AccessView {
  readonly ceiling: readonly string[];
  readonly without_grant: readonly string[];
  readonly grants: number;
}

describe('grants', function () {
  this.timeout(120_000);
  let agents: TestAgents;
  let holder: AgentProcess;
  let alpha: AgentProcess;
  let gamma: AgentProcess;
  const identities = new Map<string, { spki_sha256: string; fingerprint_sha256: string }>();

  before('start agents', async () => {
    agents = await TestAgents.open({
      agents: [
        { name: 'holder' },
        { name: 'alpha' },
        { name: 'gamma' },
        { name: 'reader', extra: ['--peer-access=read'] },
      ],
    });
    holder = agents.agent('holder');
    alpha = agents.agent('alpha');
    gamma = agents.agent('gamma');
    for (const name of ['alpha', 'gamma']) {
      const words = ['certificates', 'identity', 'view', `${name}-ID`];
      identities.set(name, await dmJson(agents.agent(name), ...words));
    }
    for (const name of ['a', 'a2']) {
      mkdirSync(agents.root('holder', name));
      writeFileSync(agents.root('holder', name, 'file'), name);
      const path = agents.root('holder', name);
      await mustRun(holder, await createPolicy(holder, 'CREATION', creation('local', path)));
    }
    mkdirSync(agents.root('alpha', 'tree'));
    writeFileSync(agents.root('alpha', 'tree', 'file'), 'content');
    const tree = agents.root('alpha', 'tree');
    await mustRun(alpha, await createPolicy(alpha, 'CREATION', creation('local', tree)));
  });
  after('stop the agents', () => agents?.[Symbol.asyncDispose]());
  afterEach('take every grant back', async () => {
    for (const name of ['holder', 'reader']) {
      const agent = agents.agent(name);
      for (const { id } of await dmJson<{ id: number }[]>(agent, 'grants', 'list')) {
        await dm(agent, 'grants', 'delete', String(id));
      }
      await dmJson(agent, 'peer-access', 'reset');
    }
  });

  const key = (name: string) => `spki:${identities.get(name)?.spki_sha256}`;
  const allow = async (identity: string, path: string, rights: string, on = holder) =>
    (await dmJson<{ id: string }>(on, 'grants', 'create', ...grantWords(identity, path, rights)))
      .id;
  const grantWords = (identity: string, path: string, rights: string) => [
    `--identity=${identity}`,
    `--root=${path}`,
    `--allow=${rights}`,
  ];
  const seen = async (by: AgentProcess) =>
    (await dmJson<{ dataset_base_path: string }[]>(by, 'datasets', 'list', '--account-id=holder'))
      .map(({ dataset_base_path }) => dataset_base_path)
      .sort();
  const tryPush = async (to: string, account = 'holder') => {
    const source = { account: 'local', path: agents.root('alpha', 'tree') };
    const push = repeatCopy(source, { account, path: to });
    return tryOnce(alpha, await createPolicy(alpha, 'REPEAT_COPY', push));
  };
  const tryCreate = async (by: AgentProcess, path: string) =>
    tryOnce(by, await createPolicy(by, 'CREATION', creation('holder', path)));
  /** Trees of policies may not lie inside each other, as those that are tried here do. */
  const tryOnce = async (by: AgentProcess, policy: number) => {
    const result = await runPolicy(by, policy);
    await by.ok('policies', 'delete', String(policy));
    return result;
  };
  const refusals = (of: string): { allow?: readonly string[]; code?: string }[] =>
    readFileSync(agents.scratch(`${of}.log`), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { msg: string; allow?: readonly string[] })
      .filter(({ msg }) => msg === 'peer refused');

  it('give one peer one directory, and nobody else anything', async () => {
    const both = [agents.root('holder', 'a'), agents.root('holder', 'a2')];
    expect(await seen(alpha)).to.deep.equal(both);
    const hidden = (await listDatasets(holder, agents.root('holder', 'a2')))[0]?.id;
    await allow(key('alpha'), agents.root('holder', 'a'), 'read');
    expect(await seen(alpha)).to.deep.equal([agents.root('holder', 'a')]);

    const view = await dm(alpha, 'datasets', 'view', String(hidden), '--account-id=holder');
    expect(view.stderr).to.match(/^dm: not_found: /);
    const verify = await dm(alpha, 'datasets', 'verify', String(hidden), '--account-id=holder');
    expect(verify.stderr).to.match(/^dm: not_found: /);

    expect((await tryPush(agents.root('holder', 'a', 'x'))).job?.error_code).to.equal('refused');
    expect((await tryCreate(alpha, agents.root('holder', 'a'))).job?.error_code).to.equal(
      'refused',
    );
    const other = await dm(gamma, 'datasets', 'list', '--account-id=holder');
    expect(other.stderr).to.match(/^dm: refused: /);
    expect(other.code).to.equal(5);
  });

  it('are suggested in the log of every refusal, in a line that works', async () => {
    await allow(key('alpha'), agents.root('holder', 'a'), 'read,write');
    const target = agents.root('holder', 'inbox', 'tree');
    mkdirSync(agents.root('holder', 'inbox'));
    expect((await tryPush(target)).job?.error_code).to.equal('refused');
    expect(existsSync(target)).to.equal(false);
    const [line = ''] = refusals('holder').at(-1)?.allow ?? [];
    expect(line).to.match(
      /^dm grants create --identity spki:[0-9a-f]{64} --root \S+inbox\/tree --allow write$/,
    );
    await dmJson(holder, ...line.split(' ').slice(1));
    expect((await tryPush(target)).code).to.equal(0);
    expect(differences(agents.root('alpha', 'tree'), target)).to.deep.equal([]);
  });

  it('hold for every path of a call, wherever the peer points it', async () => {
    mkdirSync(agents.root('holder', 'only'));
    await allow(key('alpha'), agents.root('holder', 'only'), 'read,create,write');
    for (const path of [
      agents.root('holder', 'only2', 'x'),
      agents.root('holder', 'a2'),
      agents.root('holder'),
      '/etc',
    ]) {
      expect((await tryPush(path)).job?.error_code, path).to.equal('refused');
      expect((await tryCreate(alpha, path)).job?.error_code, path).to.equal('refused');
    }
    symlinkSync(agents.root('holder', 'a2'), agents.root('holder', 'only', 'link'));
    for (const below of [[], ['x']]) {
      const through = agents.root('holder', 'only', 'link', ...below);
      expect((await tryPush(through)).code).to.equal(1);
      expect((await tryCreate(alpha, through)).code).to.equal(1);
    }
    expect(readdirSync(agents.root('holder', 'a2'))).to.deep.equal(['file']);
    expect((await tryCreate(alpha, agents.root('holder', 'only'))).code).to.equal(0);
  });

  it('close the agent to others until it is opened again, also when none is left', async () => {
    const id = await allow(key('gamma'), agents.root('holder', 'a'), 'none');
    const access = await dmJson<AccessView>(holder, 'peer-access', 'view');
    expect(access.without_grant).to.deep.equal([]);
    const reset = await dm(holder, 'peer-access', 'reset');
    expect(reset.stderr).to.match(/^dm: in_use: /);
    await dm(holder, 'grants', 'delete', id);
    await holder.kill('SIGTERM');
    await holder.start();
    expect((await dm(alpha, 'datasets', 'list', '--account-id=holder')).code).to.equal(5);
    const opened = await dmJson<AccessView>(holder, 'peer-access', 'reset');
    expect(opened.without_grant).to.deep.equal(opened.ceiling);
    expect(await seen(alpha)).to.have.length.of.at.least(2);
  });

  it('never go beyond --peer-access', async () => {
    const reader = agents.agent('reader');
    await allow(key('alpha'), agents.root('reader'), 'read,write', reader);
    const [grant] = await dmJson<{ beyond_ceiling: string[] }[]>(reader, 'grants', 'list');
    expect(grant?.beyond_ceiling).to.deep.equal(['write']);
    const pushed = await tryPush(agents.root('reader', 'x'), 'reader');
    expect(pushed.job?.error_code).to.equal('refused');
    expect(refusals('reader').at(-1)?.allow).to.deep.equal(['dm agent --peer-access=read,write']);
  });

  it('name a peer by certificate, or by name together with a CA', async () => {
    const certificate = identities.get('gamma')?.fingerprint_sha256 ?? '';
    await allow(certificate, agents.root('holder', 'a2'), 'read');
    expect(await seen(gamma)).to.deep.equal([agents.root('holder', 'a2')]);
    const words = grantWords('CN=alpha', agents.root('holder', 'a'), 'read');
    const alone = await dm(holder, 'grants', 'create', ...words);
    expect(alone.stderr).to.match(/^dm: invalid_argument: .*--ca=NAME/);
    await dmJson(holder, 'grants', 'create', ...words, '--ca=test-CA');
    expect(await seen(alpha)).to.deep.equal([agents.root('holder', 'a')]);
    const outside = await dm(
      holder,
      'grants',
      'create',
      ...grantWords(certificate, '/etc', 'read'),
    );
    expect(outside.stderr).to.match(/^dm: path_outside_roots: /);
    const nonsense = await dm(holder, 'grants', 'create', ...grantWords('alpha', '/etc', 'read'));
    expect(nonsense.code).to.equal(5);
  });

  it('give setuid bits only with the right for them', async () => {
    chmodSync(agents.root('alpha', 'tree', 'file'), 0o4755);
    const tree = agents.root('alpha', 'tree');
    await mustRun(alpha, await createPolicy(alpha, 'CREATION', creation('local', tree)));
    await allow(key('alpha'), agents.root('holder', 'plain'), 'read,write');
    await allow(key('alpha'), agents.root('holder', 'trusted'), 'read,write,privileged');
    const [plain, trusted] = [agents.root('holder', 'plain'), agents.root('holder', 'trusted')];
    expect((await tryPush(plain)).job?.failed_entries.map(({ path }) => path)).to.deep.equal([
      'file',
    ]);
    expect((await tryPush(trusted)).code).to.equal(0);
    const mode = (path: string) => statSync(join(path, 'file')).mode & 0o7777;
    expect([mode(plain), mode(trusted)]).to.deep.equal([0o755, 0o4755]);
    chmodSync(agents.root('alpha', 'tree', 'file'), 0o755);
  });

  it('end what a peer is doing as soon as they are taken away', async () => {
    const big = agents.root('alpha', 'big');
    mkdirSync(big);
    writeFileSync(join(big, 'large'), noise(8 * 1_048_576, 7));
    await mustRun(alpha, await createPolicy(alpha, 'CREATION', creation('local', big)));
    const port = Number(holder.listen.split(':')[1]);
    await using proxy = await DelayingProxy.open({ port, bytesPerSecond: 500_000 });
    await dmJson(alpha, 'accounts', 'create', 'DM', '--name=slow', `--uri=dm://${proxy.address}`);
    const target = agents.root('holder', 'big');
    const id = await allow(key('alpha'), target, 'read,write');
    await allow(key('gamma'), agents.root('holder', 'a'), 'read');
    const flags = repeatCopy({ account: 'local', path: big }, { account: 'slow', path: target });
    const push = await createPolicy(alpha, 'REPEAT_COPY', flags);
    const run = runPolicy(alpha, push);
    await until('the copy is under way', () => proxy.bytes.up > 1_000_000);
    const before = performance.now();
    await dm(holder, 'grants', 'delete', id);
    const { job } = await run;
    expect(performance.now() - before).to.be.below(10_000);
    expect(job?.error_code).to.equal('refused');
    expect(existsSync(target)).to.equal(false);
    expect(await seen(gamma)).to.deep.equal([agents.root('holder', 'a')]);
  });
});
