import { expect } from 'chai';
import { DmError } from '../../../src/model/error.js';
import { parsePolicyId } from '../../../src/model/ids.js';
import { keepBase } from '../../../src/policy/keep-base.js';
import type { PolicyBase } from '../../../src/policy/policy-bases.js';
import { sampleDataset } from '../../support/datasets.js';

const POLICY = { id: parsePolicyId(1) };
const RULE = { sourceAccountId: 'here', targetAccountId: 'there' };
const DATASET = sampleDataset(3);
const TARGET_PATH = Buffer.from('/copy');

describe('what the next increment starts from', () => {
  let saved: PolicyBase[] = [];
  let held: string[] = [];
  beforeEach(() => {
    saved = [];
    held = [];
  });

  /** Notes it after a copy between two places; a place fails to lock with what is given for it. */
  function keep(
    failures: { readonly source?: unknown; readonly target?: unknown },
    signal = new AbortController().signal,
  ) {
    const place = (failure: unknown) => ({
      locker: {
        hold: async (holder: string) => {
          if (failure !== undefined) throw failure;
          held.push(holder);
        },
        release: async () => undefined,
      },
    });
    const { source, target } = failures;
    const copy = { source: place(source), target: place(target), targetPath: TARGET_PATH };
    const modules = {
      bases: { save: async (base: PolicyBase) => void saved.push(base) },
      releases: { hold: (_account: string, _holder: string, take: () => Promise<void>) => take() },
      now: () => 0,
    };
    return keepBase(POLICY, RULE, copy, DATASET, modules, signal);
  }

  const full = new DmError('quota_exceeded', 'too many are locked; release some');
  const refused = new DmError('refused', 'not for you; ask for a grant');

  it('is locked at both places, without a warning', async () => {
    expect(await keep({})).to.deep.equal([]);
    expect(held).to.deep.equal(['policy-1-source', 'policy-1-target']);
  });

  for (const [side, failures, path, other] of [
    ['source', { source: full }, DATASET.basePath, 'policy-1-target'],
    ['target', { target: refused }, TARGET_PATH, 'policy-1-source'],
  ] as const) {
    it(`is a warning of the job where the ${side} does not lock it, and locked at the other`, async () => {
      expect(await keep(failures)).to.deep.equal([{ path, code: 'not_locked' }]);
      expect(held).to.deep.equal([other]);
      // It is the base all the same.
      expect(saved.map(({ datasetId }) => datasetId)).to.deep.equal([DATASET.id]);
    });
  }

  it('is a warning for each place that does not lock it', async () => {
    const codes = (await keep({ source: full, target: refused })).map(({ code }) => code);
    expect(codes).to.deep.equal(['not_locked', 'not_locked']);
  });

  it('is no warning when the job is stopped meanwhile, or when something is broken', async () => {
    const failure = (kept: Promise<unknown>) => kept.then(() => null, String);
    expect(await failure(keep({ source: new Error('broken') }))).to.match(/broken/);
    const stopped = AbortSignal.abort(new Error('stopped'));
    expect(await failure(keep({ source: full }, stopped))).to.match(/stopped/);
  });
});
