import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { installIdentities, makeCertificates } from '../support/agent-certificates.js';
import { AgentProcess } from '../support/agent-process.js';
import { differences } from '../support/walker.js';
import { editTree } from './edits.js';
import { copyRealTree, measure } from './real-tree.js';
import { Rsync } from './rsync.js';
import { printTable, type Row } from './table.js';

interface JobView {
  readonly state: string;
  readonly partial: boolean;
  readonly statistics: { readonly bytes_sent: number };
}

const say = (line: string) => process.stdout.write(`${line}\n`);

/** Runs a policy to its end and returns its time and what it put on the wire. */
async function timedRun(
  agent: AgentProcess,
  policy: string,
): Promise<{ seconds: number; bytesSent: number }> {
  const start = performance.now();
  await agent.ok('policies', 'run', policy, '--wait');
  const seconds = (performance.now() - start) / 1000;
  const { job_id } = await agent.json<{ job_id: number }>('policies', 'last-job', policy);
  const job = await agent.json<JobView>('jobs', 'view', String(job_id));
  if (job.partial) throw new Error(`policy ${policy} finished partial; see its failures`);
  return { seconds, bytesSent: job.statistics.bytes_sent };
}

function requireSame(what: string, left: string, right: string): void {
  const found = differences(left, right);
  if (found.length > 0) throw new Error(`${what} differs:\n${found.join('\n')}`);
  say(`  compared, no difference: ${what}`);
}

async function mainJob(work: string): Promise<void> {
  const rootA = join(work, 'a');
  const rootB = join(work, 'b');
  const source = join(rootA, 'source');
  const copy = join(rootB, 'copy');
  const back = join(rootA, 'back');
  for (const path of [rootA, rootB, source]) mkdirSync(path, { recursive: true });

  const taken = copyRealTree(source);
  const size = measure(source);
  say(`source: ${taken.join(', ')}: ${size.entries} entries, ${size.bytes} bytes`);

  const certificates = await makeCertificates(join(work, 'certificates'), ['alpha', 'beta']);
  const alpha = await AgentProcess.start({
    name: 'alpha',
    stateDir: join(work, 'state-a'),
    roots: [rootA],
    logFile: join(work, 'alpha.log'),
  });
  const beta = await AgentProcess.start({
    name: 'beta',
    stateDir: join(work, 'state-b'),
    roots: [rootB],
    logFile: join(work, 'beta.log'),
  });
  try {
    await installIdentities(certificates, { alpha, beta });
    await alpha.ok('accounts', 'create', 'DM', '--name=beta', `--uri=dm://${beta.listen}`);
    const create = (...args: string[]) => alpha.ok('policies', 'create', ...args);
    await create(
      'make',
      'NORMAL',
      'true',
      'CREATION',
      '--creation-account-id=local',
      `--creation-base-path=${source}`,
    );
    const repeat = (name: string, from: string, fromPath: string, to: string, toPath: string) =>
      create(
        name,
        'NORMAL',
        'true',
        'REPEAT_COPY',
        `--repeat-copy-source-base-path=${fromPath}`,
        `--repeat-copy-base-source-account-id=${from}`,
        `--repeat-copy-base-target-account-id=${to}`,
        `--repeat-copy-base-target-base-path=${toPath}`,
        '--repeat-copy-base-target-dataset-type=FILE',
      );
    await repeat('push', 'local', source, 'beta', copy);
    await repeat('pull', 'beta', copy, 'local', back);

    const rsync = Rsync.find();
    const rsyncCopy = join(work, 'rsync-copy');
    const rsyncBack = join(work, 'rsync-back');
    const rows: Row[] = [];
    const step = async (
      name: string,
      policy: string,
      same: { from: string; to: string } | null,
    ) => {
      const { entries, bytes } = measure(source);
      const run = await timedRun(alpha, policy);
      rows.push({
        step: name,
        entries,
        bytes,
        bytesSent: run.bytesSent,
        seconds: run.seconds,
        rsync: same === null ? null : (rsync?.copy(same.from, same.to) ?? null),
      });
      say(`  ${name}: ${run.seconds.toFixed(1)} s`);
    };

    await step('dataset', 'make', null);
    await step('push, first', 'push', { from: source, to: rsyncCopy });
    requireSame('source and pushed copy', source, copy);
    for (const line of editTree(source)) say(`  edit: ${line}`);
    await step('dataset of the edits', 'make', null);
    await step('push, difference', 'push', { from: source, to: rsyncCopy });
    requireSame('edited source and pushed copy', source, copy);
    await step('pull to a third path', 'pull', { from: copy, to: rsyncBack });
    requireSame('edited source and pulled copy', source, back);
    say('');
    say(printTable(rows));
  } finally {
    await alpha.kill('SIGTERM');
    await beta.kill('SIGTERM');
  }
}

const given = process.argv[2];
if (given !== undefined) mkdirSync(given, { recursive: true });
const work = mkdtempSync(join(given ?? tmpdir(), 'dm-main-job-'));
try {
  await mainJob(work);
  rmSync(work, { recursive: true, force: true });
} catch (error) {
  process.stderr.write(
    `main job failed: ${error instanceof Error ? error.message : String(error)}\nits files and logs are kept in ${work}\n`,
  );
  process.exitCode = 1;
}
