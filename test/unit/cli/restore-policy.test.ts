import { expect } from 'chai';
import type { Job } from '../../../src/cli/control-messages.js';
import { dropPolicy, policyStays, restoreOutcome } from '../../../src/cli/restore-policy.js';
import { DmError } from '../../../src/model/error.js';
import type { ErrorCode } from '../../../src/model/error-codes.js';

describe('the policy of a restore that has ended', () => {
  const policy = { id: '5', name: 'restore-1-ab' };
  const failing = (code: ErrorCode) =>
    dropPolicy(
      { deletePolicy: () => Promise.reject(new DmError(code, 'the test says no')) },
      policy,
    );

  it('is deleted', async () => {
    const asked: object[] = [];
    const deletePolicy = async (request: object) => {
      asked.push(request);
      return {};
    };
    const told = await dropPolicy({ deletePolicy }, policy);
    expect(asked).to.deep.equal([{ ref: '5' }]);
    expect(told).to.deep.equal({
      gone: true,
      text: 'policy 5 (restore-1-ab) was deleted again',
    });
  });

  it('is gone when somebody else has deleted it', async () => {
    expect(await failing('not_found')).to.include({ gone: true });
  });

  it('is said to stay, with why and what to do, and fails no restore', async () => {
    const { gone, text } = await failing('in_use');
    expect(gone).to.equal(false);
    expect(text).to.contain('the test says no').and.contain('dm policies delete 5');
    expect(policyStays(policy)).to.contain('dm policies delete 5');
  });

  it('is no remedy for a restore that was cancelled', () => {
    const cancelled = { id: 7, state: 'cancelled', policy_name: policy.name } as Job;
    expect(restoreOutcome(cancelled)?.message).to.not.contain('enable the policy');
  });
});
