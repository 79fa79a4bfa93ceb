import { expect } from 'chai';
import { Random } from '../support/e2e-random.js';
import { FaultRun } from '../support/fault-run.js';

/**
 * A refusal to set metadata is what a file system cannot hold: it
 * stays listed until the entry changes.
 */
const METADATA = new Set(['setxattr', 'fchown', 'utimensat', 'fchmod']);
const CALLS = [
  ['openat', 'open'],
  ['pwrite64', 'copy_file_range'],
  ['fsync', 'fdatasync', 'syncfs'],
  ['rename', 'renameat', 'renameat2'],
  ['link', 'linkat'],
  ['mkdir', 'mkdirat'],
  ['setxattr', 'lsetxattr', 'fsetxattr'],
  ['fchown', 'fchownat', 'lchown'],
  ['utimensat'],
  ['ftruncate'],
  ['unlink', 'unlinkat', 'rmdir'],
  ['fchmod', 'chmod', 'fchmodat'],
  ['pread64'],
];
const ERRORS = ['ENOSPC', 'EDQUOT', 'EIO', 'EMFILE', 'EROFS', 'EACCES'];
const METADATA_ERRORS = ['EIO', 'EMFILE', 'EROFS'];
const LATEST = 20;

describe('system calls that fail during a copy', () => {
  it('never make it say that it is whole when it is not', async function () {
    this.timeout(0);
    const rounds = Number(process.env.DM_FAULTS ?? 100);
    const seed = Number(process.env.DM_SEED ?? Date.now() % 2 ** 31);
    process.stdout.write(`seed ${seed}; repeat with DM_SEED=${seed}\n`);
    const random = new Random(seed);
    await using run = await FaultRun.open(random);
    let fired = 0;
    for (let round = 1; round <= rounds; round++) {
      const victim = random.pick(['receiver', 'receiver', 'sender'] as const);
      const calls = random.pick(CALLS);
      const fault = {
        calls,
        errno: random.pick(METADATA.has(calls[0] ?? '') ? METADATA_ERRORS : ERRORS),
        when: 1 + random.below(LATEST),
      };
      const what = `${round}: ${victim}, ${fault.calls[0]} number ${fault.when} fails with ${fault.errno}`;
      process.stdout.write(`${what}: `);
      const outcome = await run.round(victim, fault);
      if (outcome.fired > 0) fired++;
      process.stdout.write(
        `${outcome.fired === 0 ? 'not reached' : outcome.result}${outcome.code === '' ? '' : `, ${outcome.code}: ${outcome.message}`}\n`,
      );
    }
    expect(fired, 'faults that fired').to.be.at.least(Math.floor(rounds / 4));
  });
});
