import { expect } from 'chai';
import type { PolicyId } from '../../../src/model/ids.js';
import type { Policy } from '../../../src/model/policy.js';
import type { PolicyOutcome } from '../../../src/policy/policy-outcomes.js';
import { exceedsRpo } from '../../../src/policy/rpo-alert.js';
import { samplePolicy } from '../../support/policies.js';

const NOW = 1_000_000_000;

function copying(rpoAlertSeconds: number | null): Policy {
  return {
    ...samplePolicy(1),
    rule: {
      type: 'REPEAT_COPY',
      sourceAccountId: 'local',
      sourceBasePath: '/data',
      targetAccountId: 'there',
      newTasksAccountId: null,
      targetBasePath: '/copy',
      targetDatasetType: 'FILE',
      retention: { periodSeconds: null, reserve: 0 },
      reconnect: false,
      onDrift: 'repair',
      rpoAlertSeconds,
    },
  };
}

function outcome(newestMs: number | null): PolicyOutcome {
  const last = {
    jobId: 1,
    state: 'failed' as const,
    endedAtMs: NOW,
    partial: false,
    failedTotal: 0,
    warnings: 0,
    error: null,
  };
  const success =
    newestMs === null ? null : { jobId: 1, endedAtMs: NOW, datasetCreatedAtMs: newestMs };
  return { policyId: 1 as PolicyId, last, success };
}

describe('an RPO alert', () => {
  it('is for the newest dataset at the target, by when it was made', () => {
    expect(exceedsRpo(copying(3_600), outcome(NOW - 3_600_000), NOW)).to.equal(false);
    expect(exceedsRpo(copying(3_600), outcome(NOW - 3_600_001), NOW)).to.equal(true);
  });

  it('is for a policy whose runs have all failed, and not for one that has not run', () => {
    expect(exceedsRpo(copying(3_600), outcome(null), NOW)).to.equal(true);
    expect(exceedsRpo(copying(3_600), null, NOW)).to.equal(false);
  });

  it('is not for what has none, is disabled, or makes datasets', () => {
    expect(exceedsRpo(copying(null), outcome(0), NOW)).to.equal(false);
    expect(exceedsRpo({ ...copying(1), enabled: false }, outcome(0), NOW)).to.equal(false);
    expect(exceedsRpo(samplePolicy(1), outcome(0), NOW)).to.equal(false);
  });
});
