import { expect } from 'chai';
import { parsePolicyId } from '../../../src/model/ids.js';
import { findingsOf, type Observed } from '../../../src/observe/findings.js';

const DAY = 86_400_000;
const NOW = 1_000 * DAY;
const QUIET: Observed = {
  nowMs: NOW,
  minFreePercent: 2,
  clockSuspicion: null,
  policies: [],
  jobs: [],
  certificates: [],
  trees: [],
  roots: [],
};
const POLICY = {
  id: parsePolicyId(3),
  name: 'push',
  enabled: true,
  disabledByDm: false,
  parentId: null,
  rule: { type: 'REPEAT_COPY' },
} as const;
const DONE = { jobId: 9, state: 'finished', partial: false, failedTotal: 0, error: null } as const;
const TREE = {
  path: '/srv/a',
  role: 'origin',
  released: false,
  datasets: 2,
  copiedTo: ['beta:/x'],
  unentered: [],
  overdue: 0,
} as const;

function kinds(change: Partial<Observed>): { problems: string[]; notes: string[] } {
  const { problems, notes } = findingsOf({ ...QUIET, ...change });
  return { problems: problems.map(({ kind }) => kind), notes: notes.map(({ kind }) => kind) };
}

describe('what status finds', () => {
  it('is nothing where all is well', () => {
    const well = kinds({
      policies: [
        { policy: POLICY, last: DONE },
        { policy: POLICY, last: null },
      ],
      certificates: [
        { kind: 'identity', name: 'us', expiresAtMs: NOW + 31 * DAY, superseded: false },
      ],
      trees: [TREE, { ...TREE, role: 'received', copiedTo: [] }],
      roots: [{ path: '/srv', freeBytes: 2n, totalBytes: 100n }],
    });
    expect(well).to.deep.equal({ problems: [], notes: [] });
  });

  it('is a clock that is not trusted', () => {
    const found = kinds({ clockSuspicion: 'the clock was set back' });
    expect(found).to.deep.equal({ problems: ['clock_suspect'], notes: [] });
  });

  it('is a policy whose last job failed, with the reason and what to do', () => {
    const error = { code: 'no_space', message: '/x is full; free space' } as const;
    const last = { ...DONE, state: 'failed', error } as const;
    const { problems } = findingsOf({ ...QUIET, policies: [{ policy: POLICY, last }] });
    expect(problems).to.deep.equal([
      {
        kind: 'job_failed',
        object: 'policy 3 (push)',
        message: 'job 9 failed: no_space: /x is full; free space',
        remedy: 'mend what it says, then dm policies run 3',
      },
    ]);
    const once = { ...POLICY, rule: { type: 'COPY' } } as const;
    const [{ remedy } = { remedy: '' }] = findingsOf({
      ...QUIET,
      policies: [{ policy: once, last }],
    }).problems;
    expect(remedy).to.equal('mend what it says, then dm policies run 3, or dm policies delete 3');
    const disabled = { ...POLICY, enabled: false };
    expect(kinds({ policies: [{ policy: disabled, last }] }).problems).to.deep.equal([]);
    const stopped = { ...disabled, disabledByDm: true };
    expect(kinds({ policies: [{ policy: stopped, last: DONE }] }).problems).to.deep.equal([
      'policy_stopped',
    ]);
    expect(
      kinds({ policies: [{ policy: POLICY, last: { ...DONE, partial: true } }] }).notes,
    ).to.deep.equal(['job_partial']);
  });

  it('is a job that does not get on, not one that stumbled', () => {
    const job = (count: number, nextAtMs: number | null = 1) =>
      ({
        id: 1,
        policyName: 'push',
        state: 'running',
        retry: { count, nextAtMs, reason: 'the peer is away' },
      }) as unknown as Observed['jobs'][number];
    expect(kinds({ jobs: [job(2)] })).to.deep.equal({ problems: [], notes: [] });
    expect(kinds({ jobs: [job(3)] }).problems).to.deep.equal(['job_waiting']);
    // It goes on again.
    expect(kinds({ jobs: [job(3, null)] }).problems).to.deep.equal([]);
    expect(kinds({ jobs: [{ ...job(0), state: 'paused' }] }).notes).to.deep.equal(['job_paused']);
  });

  it('is what waits for a policy that is disabled', () => {
    const parent = { ...POLICY, id: parsePolicyId(2), name: 'make', enabled: false };
    const child = { ...POLICY, parentId: parent.id };
    const policies = [parent, child].map((policy) => ({ policy, last: DONE }));
    expect(kinds({ policies })).to.deep.equal({ problems: [], notes: ['parent_disabled'] });
    const idle = [parent, { ...child, enabled: false }].map((policy) => ({ policy, last: DONE }));
    expect(kinds({ policies: idle }).notes).to.deep.equal([]);
  });

  it('is what has expired, and before that what expires within 30 days', () => {
    const one = (expiresAtMs: number) => ({
      certificates: [{ kind: 'crl' as const, name: 'site', expiresAtMs, superseded: false }],
    });
    expect(kinds(one(NOW)).problems).to.deep.equal(['certificate_expired']);
    expect(kinds(one(NOW + 30 * DAY)).notes).to.deep.equal(['certificate_expiring']);
    const [former] = one(NOW).certificates;
    const superseded = former === undefined ? [] : [{ ...former, superseded: true }];
    expect(kinds({ certificates: superseded })).to.deep.equal({ problems: [], notes: [] });
  });

  it('is a tree that nothing copies, what it leaves out, and what should have gone', () => {
    const tree = { ...TREE, copiedTo: [], unentered: ['a', 'b', 'c', 'd'], overdue: 2 };
    const received = { ...TREE, role: 'received', released: true } as const;
    expect(kinds({ trees: [received] }).notes).to.deep.equal(['released']);
    const { notes } = findingsOf({ ...QUIET, trees: [tree] });
    expect(notes.map(({ kind }) => kind)).to.deep.equal([
      'not_copied',
      'expiry_overdue',
      'unentered',
    ]);
    expect(notes[2]?.message).to.contain('4 mount points or subvolumes: a, b, c, …');
  });

  it('is a root with less room than is to be kept', () => {
    const root = { path: '/srv', freeBytes: 199n, totalBytes: 10_000n };
    expect(kinds({ roots: [root] }).problems).to.deep.equal(['root_full']);
  });
});
