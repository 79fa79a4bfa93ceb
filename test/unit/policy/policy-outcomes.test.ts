import { expect } from 'chai';
import { parsePolicyId } from '../../../src/model/ids.js';
import { outcomeAt, type PolicyOutcome } from '../../../src/policy/policy-outcomes.js';

describe('how the runs of a policy went', () => {
  const place = { accountId: 'beta', path: '/copies/a' };
  const outcome: PolicyOutcome = {
    policyId: parsePolicyId(1),
    last: {
      ...{ jobId: 4, state: 'finished', endedAtMs: 10, partial: false },
      ...{ failedTotal: 0, warnings: 0, error: null },
    },
    success: { jobId: 4, endedAtMs: 10, datasetCreatedAtMs: 5, place },
  };

  it('is a success at the place that was copied to only', () => {
    expect(outcomeAt({ ...place, path: '/copies//a/' }, outcome)).to.equal(outcome);
    for (const other of [
      { ...place, path: '/copies/b' },
      { ...place, accountId: 'gamma' },
    ]) {
      expect(outcomeAt(other, outcome)).to.deep.equal({ ...outcome, success: null });
    }
    expect(outcomeAt(place, null)).to.equal(null);
  });
});
