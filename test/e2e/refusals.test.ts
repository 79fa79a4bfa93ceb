import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { certsTool } from '../support/agent-process.js';
import { TestAgents } from '../support/e2e-agents.js';
import { sharedCertificates } from '../support/e2e-certificates.js';
import { dm, dmJson } from '../support/e2e-dm.js';
import {
  CopyPair,
  copyOnce,
  createPolicy,
  creation,
  mustRun,
  type Place,
  repeatCopy,
  runPolicy,
  tryCreatePolicy,
} from '../support/e2e-policies.js';
import { until } from '../support/e2e-until.js';
import { differences } from '../support/walker.js';

describe('what is refused, and leaves everything as it was', function () {
  this.timeout(120_000);
  let agents: TestAgents;
  let source: Place = { account: 'local', path: '' };
  let dataset = 0;

  before('start agents', async () => {
    agents = await TestAgents.open({
      agents: [
        { name: 'alpha' },
        { name: 'beta' },
        { name: 'reader', extra: ['--peer-access=read'] },
        { name: 'vault', extra: ['--peer-access=none'] },
        { name: 'blank', certified: false },
      ],
    });
    source = { account: 'local', path: agents.root('alpha', 'source') };
    mkdirSync(source.path);
    writeFileSync(join(source.path, 'file'), 'content');
    const alpha = agents.agent('alpha');
    const make = await createPolicy(alpha, 'CREATION', creation('local', source.path));
    dataset = (await mustRun(alpha, make)).source_dataset_id;
  });
  after('stop the agents', () => agents?.[Symbol.asyncDispose]());

  /** The code with which a policy is refused, when it is made or in its job. */
  const refusal = async (type: string, flags: Parameters<typeof createPolicy>[2]) => {
    const alpha = agents.agent('alpha');
    const made = await tryCreatePolicy(alpha, type, flags);
    if (made.code !== 0) return /^dm: ([a-z_]+): /.exec(made.stderr)?.[1] ?? made.stderr;
    const { id } = JSON.parse(made.stdout) as { id: number };
    const { code, job, stderr } = await runPolicy(alpha, id);
    expect(code, stderr).to.not.equal(0);
    return job?.error_code ?? /^dm: ([a-z_]+): /.exec(stderr)?.[1] ?? '';
  };

  for (const [kind, account, holder] of [
    ['local', 'local', 'alpha'],
    ['peer', 'beta', 'beta'],
  ] as const) {
    describe(`targets on the ${kind} agent`, () => {
      const to = (...below: string[]): Place => ({
        account,
        path: agents.root(holder, ...below),
      });
      const refused = async (path: Place) => refusal('REPEAT_COPY', repeatCopy(source, path));

      it('a directory that is not empty', async () => {
        mkdirSync(to('full').path);
        writeFileSync(join(to('full').path, 'mine'), 'keep me');
        expect(await refused(to('full'))).to.equal('target_not_empty');
        expect(readdirSync(to('full').path)).to.deep.equal(['mine']);
      });

      it('a file', async () => {
        writeFileSync(to('a-file').path, 'keep me');
        expect(await refused(to('a-file'))).to.be.oneOf([
          'target_not_empty',
          'target_forbidden',
          'target_unsuitable',
        ]);
      });

      it('a copy of another tree, and paths inside and above it', async () => {
        const other = agents.root('alpha', `other-for-${kind}`);
        mkdirSync(other);
        writeFileSync(join(other, 'theirs'), 'theirs');
        mkdirSync(to('above').path);
        const received = to('above', 'received');
        const pair = await CopyPair.create(
          agents.agent('alpha'),
          { account: 'local', path: other },
          received,
        );
        await pair.sync();
        // While the other policy is there, and when the tree is what is left of it.
        expect(await refused(received)).to.equal('target_forbidden');
        expect(await refused(to('above', 'received', 'inside'))).to.equal('target_forbidden');
        await dmJson(
          agents.agent('alpha'),
          'policies',
          'modify',
          `${pair.copy}`,
          '--enabled=false',
        );
        expect(await refused(received)).to.equal('target_owned');
        expect(await refused(to('above'))).to.be.oneOf(['target_forbidden', 'target_not_empty']);
        expect(differences(other, received.path)).to.deep.equal([]);
      });

      it('a root itself', async () => {
        expect(await refused(to())).to.be.oneOf(['target_forbidden', 'invalid_argument']);
      });

      it("the agent's own directory", async () => {
        expect(await refused(to('.datamover', 'x'))).to.equal('target_forbidden');
        expect(await refused(to('.datamover'))).to.equal('target_forbidden');
      });

      it('a path outside every root', async () => {
        const outside = agents.scratch(`outside-${kind}`);
        mkdirSync(outside);
        const target = { account, path: join(outside, 'x') };
        expect(await refused(target)).to.equal('path_outside_roots');
        expect(readdirSync(outside)).to.deep.equal([]);
      });

      it('a path that leaves the root by a link', async () => {
        const outside = agents.scratch(`linked-${kind}`);
        mkdirSync(outside);
        symlinkSync(outside, to('link').path);
        const codes = ['target_forbidden', 'path_outside_roots', 'target_unsuitable'];
        expect(await refused(to('link', 'x'))).to.be.oneOf(codes);
        expect(await refused(to('link'))).to.be.oneOf([...codes, 'target_not_empty']);
        expect(readdirSync(outside)).to.deep.equal([]);
      });

      it('a tree that datasets are made of', async () => {
        const origin = to('origin');
        mkdirSync(join(origin.path, 'inner'), { recursive: true });
        const alpha = agents.agent('alpha');
        const make = await createPolicy(alpha, 'CREATION', creation(account, origin.path));
        await mustRun(alpha, make);
        expect(await refused(origin)).to.be.oneOf(['target_owned', 'target_forbidden']);
        expect(await refused(to('origin', 'inner'))).to.equal('target_forbidden');
      });
    });
  }

  describe('policies', () => {
    it('a target inside the source', async () => {
      const inside = { account: 'local', path: join(source.path, 'copy') };
      expect(await refusal('REPEAT_COPY', repeatCopy(source, inside))).to.equal('invalid_argument');
    });

    it('a base path outside every root, here and there', async () => {
      expect(await refusal('CREATION', creation('local', '/etc'))).to.equal('path_outside_roots');
      expect(await refusal('CREATION', creation('beta', '/etc'))).to.equal('path_outside_roots');
    });

    it('a base path that is not there', async () => {
      const missing = agents.root('alpha', 'not-there');
      expect(await refusal('CREATION', creation('local', missing))).to.equal('source_missing');
    });

    it('a base path reached through a link', async () => {
      symlinkSync(source.path, agents.root('alpha', 'to-source'));
      const code = await refusal('CREATION', creation('local', agents.root('alpha', 'to-source')));
      expect(code).to.be.oneOf(['source_missing', 'path_outside_roots', 'refused']);
    });

    it('an unknown account', async () => {
      expect(await refusal('CREATION', creation('nobody', source.path))).to.equal('not_found');
    });

    it('a source without datasets', async () => {
      const from = { account: 'local', path: agents.root('alpha', 'never-captured') };
      const to = { account: 'local', path: agents.root('alpha', 'never-copied') };
      expect(await refusal('REPEAT_COPY', repeatCopy(from, to))).to.equal('source_missing');
    });

    it('a disabled policy, until it is enabled', async () => {
      const alpha = agents.agent('alpha');
      const make = await createPolicy(alpha, 'CREATION', creation('local', source.path));
      await dmJson(alpha, 'policies', 'modify', String(make), '--enabled=false');
      const refused = await runPolicy(alpha, make);
      expect(refused.code).to.equal(5);
      expect(refused.stderr).to.match(/^dm: policy_disabled: /);
      await dmJson(alpha, 'policies', 'modify', String(make), '--enabled=true');
      await mustRun(alpha, make);
    });

    it('a COPY that is spent, and one whose target is taken', async () => {
      const alpha = agents.agent('alpha');
      const to = { account: 'beta', path: agents.root('beta', 'copied-once') };
      const once = await createPolicy(alpha, 'COPY', copyOnce(dataset, source, to));
      await mustRun(alpha, once);
      expect(differences(source.path, to.path)).to.deep.equal([]);
      const again = await runPolicy(alpha, once);
      expect(again.code).to.equal(5);
      expect(again.stderr).to.match(/^dm: policy_spent: .*create another COPY/);
      expect(again.job).to.equal(null);
    });
  });

  describe('peers', () => {
    const ping = (from: string, to: string) => dm(agents.agent(from), 'accounts', 'ping', to);

    it('an agent without a certificate has no peers', async () => {
      await agents.account('blank', 'beta');
      const { code, stderr } = await ping('blank', 'beta');
      expect(code).to.equal(1);
      expect(stderr).to.match(/^dm: no_identity: /);
    });

    it('a certificate of another CA is refused', async () => {
      const folder = agents.scratch('strangers');
      const ca = ['--name=strange-ca', `--out=${folder}/ca`];
      await certsTool('ca', ...ca);
      const key = [`--ca=${folder}/ca/ca.pem`, `--ca-key=${folder}/ca/ca.key`];
      await certsTool('identity', ...key, '--name=blank', `--out=${folder}/blank`);
      const blank = agents.agent('blank');
      const install = (kind: string, ...words: string[]) =>
        blank.ok('certificates', kind, 'create', ...words);
      await install('ca', `--certificate-path=${await sharedCertificates.ca()}`, '--name=right-CA');
      await install(
        'identity',
        `--certificate-path=${folder}/blank/identity.crt`,
        `--certificate-key-path=${folder}/blank/identity.key`,
        '--name=stranger',
      );
      const { code, stderr } = await ping('blank', 'beta');
      expect(stderr).to.match(/^dm: peer_untrusted: /);
      expect(code).to.equal(5);
    });

    it('tools without any certificate get nothing', () => {
      const [host = '', port = ''] = agents.agent('beta').listen.split(':');
      const connect = ['s_client', '-connect', `${host}:${port}`, '-alpn', 'h2', '-quiet'];
      const attempt = () =>
        execFileSync('openssl', connect, { input: '', stdio: 'pipe', timeout: 10_000 });
      expect(attempt).to.throw(/alert|required/i);
    });

    it('a revoked peer, in both directions', async () => {
      const identity = await agents
        .agent('vault')
        .json<{ fingerprint_sha256: string }>('certificates', 'identity', 'view', 'vault-ID');
      expect((await ping('vault', 'beta')).code).to.equal(0);
      await agents.agent('beta').ok('certificates', 'revoke', identity.fingerprint_sha256);
      const { code, stderr } = await ping('vault', 'beta');
      expect(stderr).to.match(/^dm: peer_untrusted: /);
      expect(code).to.equal(5);
    });

    it('--peer-access=read gives datasets but takes none and makes none', async () => {
      const reader = agents.agent('reader');
      const path = agents.root('reader', 'golden');
      mkdirSync(path);
      writeFileSync(join(path, 'file'), 'golden');
      await mustRun(reader, await createPolicy(reader, 'CREATION', creation('local', path)));
      const from = { account: 'reader', path };
      const back = { account: 'local', path: agents.root('alpha', 'golden') };
      const alpha = agents.agent('alpha');
      await mustRun(alpha, await createPolicy(alpha, 'REPEAT_COPY', repeatCopy(from, back)));
      expect(differences(path, back.path)).to.deep.equal([]);
      const to = { account: 'reader', path: agents.root('reader', 'unwanted') };
      expect(await refusal('REPEAT_COPY', repeatCopy(source, to))).to.equal('refused');
      expect(await refusal('CREATION', creation('reader', path))).to.equal('refused');
      expect(readdirSync(agents.root('reader'))).to.have.members(['.datamover', 'golden']);
    });

    it('a refusal tells the account and the path that it is about', async () => {
      const alpha = agents.agent('alpha');
      const told = async (type: string, flags: Parameters<typeof createPolicy>[2]) => {
        const { job } = await runPolicy(alpha, await createPolicy(alpha, type, flags));
        return job?.error_message;
      };
      const to = { account: 'reader', path: agents.root('reader', 'told') };
      const start = `account "reader": ${to.path}: peer "alpha"`;
      expect(await told('REPEAT_COPY', repeatCopy(source, to))).to.contain(start);
      expect(await told('CREATION', creation('reader', to.path))).to.contain(start);
      const missing = { account: 'beta', path: agents.root('beta', 'never-there') };
      expect(await told('CREATION', creation('beta', missing.path))).to.match(
        new RegExp(`^account "beta": ${missing.path} is not there`),
      );
      const back = { account: 'local', path: agents.root('alpha', 'never-back') };
      expect(await told('COPY', copyOnce(77, missing, back))).to.contain(
        `dataset 77 does not exist at account "beta" with the base path ${missing.path};`,
      );
      const viewed = await dm(alpha, 'datasets', 'view', '77', '--account-id=beta');
      expect(viewed.stderr).to.match(/^dm: not_found: dataset 77 does not exist at account "beta"/);
      expect(viewed.code).to.equal(3);
    });

    it('--peer-access=none is a vault: it pulls and cannot be reached', async () => {
      const { code, stderr } = await ping('alpha', 'vault');
      expect(stderr).to.match(/^dm: peer_unreachable: /);
      expect(code).to.equal(1);
      const vault = agents.agent('vault');
      const from = { account: 'alpha', path: source.path };
      const to = { account: 'local', path: agents.root('vault', 'kept') };
      await mustRun(vault, await createPolicy(vault, 'REPEAT_COPY', repeatCopy(from, to)));
      expect(differences(source.path, to.path)).to.deep.equal([]);
    });

    it('a job waits for a peer that is away, and can be cancelled', async () => {
      const alpha = agents.agent('alpha');
      const to = { account: 'vault', path: agents.root('vault', 'pushed') };
      const push = await createPolicy(alpha, 'REPEAT_COPY', repeatCopy(source, to));
      const { job_id } = await dmJson<{ job_id: number }>(alpha, 'policies', 'run', String(push));
      const job = String(job_id);
      await until('the job has tried twice', async () => {
        const view = await dmJson<{ retry: { count: number } | null }>(alpha, 'jobs', 'view', job);
        return (view.retry?.count ?? 0) >= 2;
      });
      await dmJson(alpha, 'jobs', 'modify', job, '--action=cancel');
      const { code } = await dm(alpha, 'jobs', 'wait', job, '--timeout=30');
      expect(code).to.equal(1);
      const disabled = await runPolicy(alpha, push);
      expect(disabled.code).to.equal(5);
    });
  });
});
