import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdirSync, readFileSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import type { AgentProcess } from '../support/agent-process.js';
import { makeCa, makeCrl } from '../support/certificates.js';
import { TestAgents } from '../support/e2e-agents.js';
import { sharedCertificates } from '../support/e2e-certificates.js';
import { dm, dmJson } from '../support/e2e-dm.js';
import { httpBase, Scrape } from '../support/e2e-metrics.js';
import {
  creation,
  flagWords,
  mustRun,
  repeatCopy,
  runPolicy,
  viewJob,
} from '../support/e2e-policies.js';
import { noise } from '../support/e2e-trees.js';
import { until } from '../support/e2e-until.js';
import { withFilesystem } from '../support/filesystems.js';
import { TempDirectory } from '../support/temp-directory.js';

const PRELOAD = new URL('../support/shifted-clock.js', import.meta.url).href;
const MIB = 1_048_576;
const HOUR_MS = 3_600_000;
const FILE_BYTES = 3 * MIB;

describe('the metrics of an agent at work', function () {
  this.timeout(120_000);
  const filesystem = withFilesystem('btrfs', 512);
  const directory = new TempDirectory();
  let agents: TestAgents;
  let alpha: AgentProcess;
  let tree = '';

  /** Sets the clock of both agents ahead. */
  const jump = (ms: number) => writeFileSync(directory.join('shift'), String(ms));
  const watched = (name: string, ...more: string[]) => ({
    name,
    extra: ['--http=0', ...more],
    launcher: [
      'env',
      `NODE_OPTIONS=--import=${PRELOAD}`,
      `SHIFTED_CLOCK_FILE=${directory.join('shift')}`,
    ],
  });

  before('start agents with data on btrfs', async () => {
    jump(0);
    agents = await TestAgents.open({
      data: filesystem().path,
      agents: [watched('alpha', '--peer-access=read'), watched('beta')],
    });
    alpha = agents.agent('alpha');
    tree = agents.root('alpha', 'tree');
    // In the snapshots of what they share with beta, files of beta would be kept, too.
    execFileSync('btrfs', ['-q', 'subvolume', 'create', tree]);
    writeFileSync(join(tree, 'file'), noise(FILE_BYTES, 1));
  });
  after('stop the agents', async () => {
    await agents?.[Symbol.asyncDispose]();
    directory[Symbol.dispose]();
  });

  const scrape = (name = 'alpha') => Scrape.of(httpBase(agents.scratch(`${name}.log`)));
  const make = (name: string, type: string, flags: Parameters<typeof flagWords>[0]) =>
    dmJson(alpha, 'policies', 'create', name, `--policy-type=${type}`, ...flagWords(flags));
  const pushTo = (path: string) =>
    repeatCopy({ account: 'local', path: tree }, { account: 'beta', path });

  it('are those that the documents name, from the start', async () => {
    const rows = readFileSync('docs/operating.md', 'utf8').matchAll(/^\| (`dm_.*`) \|/gm);
    const documented = [...rows].flatMap(([, cell = '']) => cell.match(/dm_[a-z_]+/g) ?? []);
    expect(documented.length).to.be.above(10);
    expect((await scrape()).names).to.have.members(documented);
  });

  it('tell what was made and copied, and until when certificates are valid', async () => {
    await make('make', 'CREATION', {
      ...creation('local', tree),
      'creation-dataset-retention-period': 600,
      'creation-dataset-reserve': 1,
    });
    await make('push', 'REPEAT_COPY', pushTo(agents.root('beta', 'copy')));
    await mustRun(alpha, 'make');
    const job = await mustRun(alpha, 'push');
    const ended = Date.parse(job.ended_at) / 1_000;
    const now = await scrape();
    for (const [policy, place] of [
      ['make', 'local'],
      ['push', 'beta'],
    ] as const) {
      expect(now.value('dm_dataset_newest_age_seconds', { policy, place })).to.be.within(0, 60);
      expect(now.value('dm_jobs_ended_total', { policy, result: 'finished' })).to.equal(1);
      expect(now.value('dm_job_retries_total', { policy })).to.equal(0);
    }
    const push = { policy: 'push' };
    expect(now.value('dm_policy_last_success_timestamp_seconds', push)).to.be.closeTo(ended, 1);
    const { bytes_sent, bytes_changed } = job.statistics;
    expect(bytes_sent).to.be.within(FILE_BYTES, FILE_BYTES + MIB);
    expect(now.value('dm_bytes_sent_total', push)).to.equal(bytes_sent);
    expect(now.value('dm_bytes_changed_total', push)).to.equal(bytes_changed);
    expect(now.value('dm_clock_suspect')).to.equal(0);
    expect(now.value('dm_datasets_overdue_expiry')).to.equal(0);
    expect(now.sum('dm_jobs_active')).to.equal(0);

    const { bsize, bavail } = statfsSync(tree);
    const root = { root: agents.root('alpha') };
    expect(now.value('dm_root_free_bytes', root)).to.be.closeTo(bsize * bavail, 64 * MIB);
    const certificates = {
      ca: ['test-CA', await sharedCertificates.ca()],
      identity: ['alpha-ID', `${await sharedCertificates.identity('alpha')}/identity.crt`],
    };
    for (const [kind, [name = '', path = '']] of Object.entries(certificates)) {
      const until = Date.parse(new X509Certificate(readFileSync(path)).validTo) / 1_000;
      const expiry = now.value('dm_certificate_expiry_timestamp_seconds', { kind, name });
      expect(expiry).to.equal(until);
    }
  });

  it('tell until when a revocation list is valid', async () => {
    const ca = makeCa({ name: 'site' });
    const end = new Date(Math.ceil(Date.now() / 1_000) * 1_000 + 7 * 24 * HOUR_MS);
    writeFileSync(directory.join('ca.pem'), ca.certPem);
    writeFileSync(directory.join('list'), makeCrl(ca, { nextUpdate: end }));
    const create = (kind: string, ...words: string[]) =>
      dmJson(alpha, 'certificates', kind, 'create', ...words);
    await create('ca', '--name=site', `--certificate-path=${directory.join('ca.pem')}`);
    await create('crl', '--name=site-crl', `--crl-path=${directory.join('list')}`);
    const labels = { kind: 'crl', name: 'site-crl' };
    expect((await scrape()).value('dm_certificate_expiry_timestamp_seconds', labels)).to.equal(
      end.getTime() / 1_000,
    );
  });

  it('tell what failed', async () => {
    const taken = agents.root('beta', 'taken');
    mkdirSync(taken);
    writeFileSync(join(taken, 'mine'), 'mine');
    await make('failing', 'REPEAT_COPY', pushTo(taken));
    expect((await runPolicy(alpha, 'failing')).code).to.equal(1);
    const now = await scrape();
    const policy = 'failing';
    expect(now.value('dm_jobs_ended_total', { policy, result: 'failed' })).to.equal(1);
    expect(now.value('dm_jobs_ended_total', { policy, result: 'finished' })).to.equal(undefined);
    expect(now.value('dm_policy_last_success_timestamp_seconds', { policy })).to.equal(undefined);
    expect(now.value('dm_dataset_newest_age_seconds', { policy, place: 'beta' })).to.equal(
      undefined,
    );
  });

  it('tell what waits while a peer is away, and how often that was tried', async () => {
    writeFileSync(join(tree, 'file'), noise(FILE_BYTES, 2));
    await mustRun(alpha, 'make');
    const beta = agents.agent('beta');
    await beta.kill('SIGTERM');
    const { job_id: id } = await dmJson<{ job_id: number }>(alpha, 'policies', 'run', 'push');
    await until('it was tried', async () => ((await viewJob(alpha, id)).retry?.count ?? 0) > 0);
    expect((await scrape()).value('dm_jobs_active', { state: 'running' })).to.equal(1);
    await beta.start();
    expect((await dm(alpha, 'jobs', 'wait', String(id), '--timeout=60')).code).to.equal(0);
    const now = await scrape();
    const tried = (await viewJob(alpha, id)).retry?.count;
    expect(tried).to.be.at.least(1);
    expect(now.value('dm_job_retries_total', { policy: 'push' })).to.equal(tried);
    expect(now.value('dm_jobs_ended_total', { policy: 'push', result: 'finished' })).to.equal(2);
    expect(now.sum('dm_jobs_active')).to.equal(0);
  });

  it('tell what kept versions take', async () => {
    const root = { root: agents.root('beta') };
    const kept = async () => (await scrape('beta')).value('dm_snapshot_bytes', root);
    // All of the file was written anew, and the received tree keeps what it was.
    await until('it was measured', async () => (await kept()) !== undefined);
    expect(await kept()).to.be.within(FILE_BYTES, FILE_BYTES + MIB);
  });

  it('tell which peers were refused, and why', async () => {
    expect((await scrape()).sum('dm_peer_refused_total')).to.equal(0);
    const beta = agents.agent('beta');
    const flags = flagWords(creation('alpha', tree));
    await dmJson(beta, 'policies', 'create', 'theirs', '--policy-type=CREATION', ...flags);
    expect((await runPolicy(beta, 'theirs')).code).to.equal(1);
    const refused = async (reason: string) =>
      (await scrape()).value('dm_peer_refused_total', { reason });
    expect(await refused('refused')).to.equal(1);
    const view = ['certificates', 'identity', 'view', 'beta-ID'];
    const { fingerprint_sha256: certificate } = await dmJson<{ fingerprint_sha256: string }>(
      beta,
      ...view,
    );
    expect((await dm(alpha, 'certificates', 'revoke', certificate)).code).to.equal(0);
    expect((await dm(beta, 'accounts', 'ping', 'alpha')).code).to.not.equal(0);
    expect(await refused('revoked')).to.be.at.least(1);
    expect((await dm(alpha, 'certificates', 'revoke', certificate, '--undo')).code).to.equal(0);
  });

  it('grow old with the clock, and tell what should have expired', async () => {
    jump(2 * HOUR_MS);
    const now = await scrape();
    const age = { policy: 'push', place: 'beta' };
    expect(now.value('dm_dataset_newest_age_seconds', age)).to.be.within(7_200, 7_320);
    expect(now.value('dm_datasets_overdue_expiry')).to.equal(1);
    await make('sweep', 'EXPIRATION', { 'expiration-account-id': 'local' });
    await mustRun(alpha, 'sweep');
    // They are counted again after five minutes.
    jump(2 * HOUR_MS + 600_000);
    expect((await scrape()).value('dm_datasets_overdue_expiry')).to.equal(0);
  });

  it('tell when the clock is not trusted', async () => {
    jump(80 * HOUR_MS);
    expect((await runPolicy(alpha, 'sweep')).job?.error_code).to.equal('clock_suspect');
    const now = await scrape();
    expect(now.value('dm_clock_suspect')).to.equal(1);
    const failed = { policy: 'sweep', result: 'failed' };
    expect(now.value('dm_jobs_ended_total', failed)).to.equal(1);
    expect((await dm(alpha, 'state', 'accept-clock')).code).to.equal(0);
    expect((await scrape()).value('dm_clock_suspect')).to.equal(0);
  });
});
